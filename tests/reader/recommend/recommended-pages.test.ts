/** Pages of recommendations while details arrive, what is known of stale details, and how long a filtered recommendation is good for. */
import { describe, expect, it } from 'vitest';
import type { RecommendAnswer, TitleRef } from '../../../src/reader/reader-api.ts';
import { hourMs, minuteMs } from '../../../src/shared/core/clock.ts';
import { packed } from '../../support/list-pages.ts';
import { type ReaderWorld, readerWorld } from '../../support/memory-reader.ts';
import { type Age, placedList, times, titled } from '../../support/placed-rows.ts';
import { settingsWith } from '../../support/reader-settings.ts';
import { sampleFeed, sampleItemReference } from '../../support/sample-messages.ts';
import { sampleDetailsRow } from '../../support/sample-rows.ts';

const settings = settingsWith({}, { regions: [{ region: 'US', language: 'en-US' }] });
const film = (id: number): TitleRef => ({ mediaType: 'movie', id });
const idsOf = ({ picks }: Pick<RecommendAnswer, 'picks'>) => picks.map(({ id }) => id);

async function putDetails(world: ReaderWorld, id: number, parts: Readonly<Record<string, object>>, age: Age = {}) {
  const life = times(world.clock, age);
  const all = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, { ...life, ...part }]));
  const row = sampleDetailsRow({ mediaId: `${id}`, mediaType: 'movie+details', ...life, parts: packed(all) });
  await world.catalog.replace(row, undefined);
}

const about = (...keywords: number[]) => ({
  keywords: { keywords: keywords.map((id) => ({ id, name: `keyword ${id}` })) },
});
const offeredBy = (...subscription: number[]) => ({
  watch: { watch: { US: { link: 'https://www.themoviedb.org/movie/1/watch', subscription } } },
});

async function worldWith(count: number, age: Age = {}) {
  const world = readerWorld({ settings });
  await world.putRows(...placedList(sampleFeed(), count, times(world.clock, age)), titled(5, times(world.clock)));
  return world;
}

describe('pages of one recommendation', () => {
  const request = { media: 'movie', liked: [film(5)], limit: 5 } as const;

  async function withKeywords() {
    const world = await worldWith(20);
    await putDetails(world, 5, about(1, 2, 3));
    for (const id of [1_001, 1_003, 1_018, 1_020]) {
      await putDetails(world, id, id < 1_010 ? about(9) : about(1, 2, 3));
    }
    return world;
  }

  it('neither share nor skip a title, though details that arrive between them change the order', async () => {
    const reader = (await withKeywords()).open({ live: false });
    const paged: number[] = [];
    for (let offset = 0; offset < 25; offset += 5) {
      paged.push(...idsOf(await reader.recommend({ ...request, offset })));
      await reader.settled();
    }
    expect(paged.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => 1_001 + index));
    // The order is another one by now: a new first page has what moved up.
    expect(idsOf(await reader.recommend({ ...request, limit: 20 }))).not.toEqual(paged);
  });

  it('go on after what is left of the pages before, also where one of these was not asked for', async () => {
    const world = await withKeywords();
    const reader = world.open({ live: false });
    const first = idsOf(await reader.recommend(request));
    await reader.settled();
    const third = idsOf(await reader.recommend({ ...request, offset: 10 }));
    const second = idsOf(await reader.recommend({ ...request, offset: 5 }));
    expect(new Set([...first, ...second, ...third]).size).toBe(15);
  });

  it('are of one request: another one begins by itself', async () => {
    const reader = (await withKeywords()).open({ live: false });
    const others = { ...request, variety: 0.4 };
    const whole = idsOf(await reader.recommend({ ...others, limit: 10 }));
    await reader.recommend({ ...request, excludeGenres: [27] });
    expect(idsOf(await reader.recommend({ ...others, offset: 5 }))).toEqual(whole.slice(5));
  });
});

describe('details of candidates that are stale', () => {
  it('count as long as those that are fresh', async () => {
    const world = await worldWith(3);
    await putDetails(world, 5, about(1, 2));
    await putDetails(world, 1_003, about(1, 2), { fetchedAgoHours: 80, staleInHours: -1 });
    await putDetails(world, 1_002, about(9), { fetchedAgoHours: 80, staleInHours: -1 });
    const reader = world.open({ live: false });
    const keywordsOf = async () => {
      const { picks } = await reader.recommend({ media: 'movie', liked: [film(5)] });
      await reader.settled();
      return picks.find(({ id }) => id === 1_003)?.parts.keywords;
    };
    expect(await keywordsOf()).toBe(0);
    expect(await keywordsOf()).toBe(1);
    await world.clock.advance(5 * minuteMs);
    expect(await keywordsOf()).toBe(1);
  });

  it('count no more past their hard TTL', async () => {
    const world = await worldWith(3, { goneInHours: 200 });
    await putDetails(world, 5, about(1, 2), { staleInHours: 100, goneInHours: 200 });
    await putDetails(world, 1_003, about(1, 2), { goneInHours: 2 });
    const reader = world.open({ live: false });
    const request = { media: 'movie', liked: [film(5)] } as const;
    await reader.recommend(request);
    await reader.settled();
    expect((await reader.recommend(request)).picks.some(({ why }) => why.includes('keywords'))).toBe(false);
    await world.clock.advance(3 * hourMs);
    const { picks } = await reader.recommend(request);
    expect(new Set(picks.map(({ parts }) => parts.keywords))).toEqual(new Set([0]));
  });
});

describe('how long a filtered recommendation is good for', () => {
  const services = sampleItemReference({
    reference: {
      what: 'movie-services',
      countries: ['US'],
      services: [{ id: 8, name: 'Service 8', logoPath: null }],
    },
  });
  const minutesTo = (world: ReaderWorld, iso: string | null) =>
    (Date.parse(iso ?? '') - world.clock.nowMs()) / minuteMs;

  it('is told by its lists and by the details that the filter looks at', async () => {
    const world = await worldWith(2, { staleInHours: 10, goneInHours: 40 });
    await putDetails(world, 1_001, offeredBy(8), { staleInHours: 30, goneInHours: 50 });
    await putDetails(world, 1_002, offeredBy(9), { fetchedAgoHours: 30, staleInHours: 4, goneInHours: 20 });
    await world.land([services]);
    const reader = world.open({ live: false });
    const answer = await reader.recommend({ media: 'movie', region: 'US', providers: [8] });
    expect(idsOf(answer)).toEqual([1_001]);
    expect([answer.freshUntil, answer.expiresAt].map((iso) => minutesTo(world, iso))).toEqual([4 * 60, 20 * 60]);
    expect([answer.ageSeconds, answer.stale]).toEqual([30 * 3_600, false]);
    const byRow = await reader.recommend({ media: 'movie', region: 'US', minVotes: 0 });
    expect([byRow.ageSeconds, minutesTo(world, byRow.freshUntil)]).toEqual([3_600, 10 * 60]);
  });

  it('is not at all while details are missing', async () => {
    const world = await worldWith(2);
    await putDetails(world, 1_001, offeredBy(8));
    await world.land([services]);
    const answer = await world.open({ live: false }).recommend({ media: 'movie', region: 'US', providers: [8] });
    expect(answer).toMatchObject({ stale: true, filtered: { matched: 1, withoutDetails: 1 } });
  });

  it('is five minutes where a service has no name yet', async () => {
    const world = await worldWith(1);
    await putDetails(world, 1_001, offeredBy(8));
    const answer = await world.open({ live: false }).recommend({ media: 'movie', region: 'US', providers: [8] });
    expect(minutesTo(world, answer.freshUntil)).toBe(5);
  });
});

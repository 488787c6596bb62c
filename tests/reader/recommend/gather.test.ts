import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecommendAnswer, RecommendRequest, TitleRef } from '../../../src/reader/reader-api.ts';
import { spareReads } from '../../../src/reader/recommend/gather.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  type DrawnFilter,
  type DrawnTable,
  detailsRows,
  drawnFilter,
  drawnTable,
  listedTitles,
  modelPasses,
  pageRows,
} from '../../support/filtered-tables.ts';
import { packed } from '../../support/list-pages.ts';
import { type ReaderWorld, readerWorld } from '../../support/memory-reader.ts';
import { placed, placedList, times, titled } from '../../support/placed-rows.ts';
import { settingsWith } from '../../support/reader-settings.ts';
import { sampleFeed } from '../../support/sample-messages.ts';
import { sampleDetailsRow } from '../../support/sample-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const film = (id: number): TitleRef => ({ mediaType: 'movie', id });
const keysOf = ({ picks }: Pick<RecommendAnswer, 'picks'>) => picks.map(({ mediaType, id }) => `${mediaType}/${id}`);

/** Puts details of a film: what TMDB recommends to those who like it, and what it is about. */
async function putDetails(
  world: ReaderWorld,
  id: number,
  recommended: readonly number[],
  keywords: readonly number[] = [],
) {
  const life = times(world.clock);
  const parts = {
    keywords: { ...life, keywords: keywords.map((keyword) => ({ id: keyword, name: `keyword ${keyword}` })) },
    recommendations: { ...life, recommendations: recommended.map(film) },
  };
  const row = sampleDetailsRow({ mediaId: `${id}`, mediaType: 'movie+details', ...life, parts: packed(parts) });
  await world.catalog.replace(row, undefined);
}

describe('what TMDB recommends for what was liked', () => {
  it('is a candidate where the table has its card, though no list has it, and says so', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(...placedList(sampleFeed(), 20, life), titled(5, life), titled(71, life), titled(72, life));
    await putDetails(world, 5, [71, 72, 73, 1_003]);
    const answer = await world.open().recommend({ media: 'movie', liked: [film(5)], seen: [film(72)], limit: 100 });
    expect(keysOf(answer)).toContain('movie/71');
    expect(keysOf(answer)).not.toContain('movie/72');
    expect(answer.candidates).toBe(21);
    const parts = new Map(answer.picks.map((pick) => [pick.id, pick.parts.recommended]));
    expect([parts.get(71), parts.get(1_003), parts.get(1_004)]).toEqual([1, 1, 0]);
    expect(answer.picks.find(({ id }) => id === 71)?.why).toContain('TMDB recommends it with Film 5');
  });

  it('is of the media that are asked for', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(...placedList(sampleFeed({ media: 'tv' }), 3, life), titled(5, life), titled(71, life));
    await putDetails(world, 5, [71]);
    expect(keysOf(await world.open().recommend({ media: 'tv', liked: [film(5)] }))).not.toContain('movie/71');
  });

  it('is not read where details are switched off', async () => {
    const settings = settingsWith({}, { details: { ...defaultSettings.details, enabled: false } });
    const world = readerWorld({ settings });
    const life = times(world.clock);
    await world.putRows(...placedList(sampleFeed(), 20, life), titled(5, life), titled(71, life));
    await putDetails(world, 5, [71]);
    expect(keysOf(await world.open().recommend({ liked: [film(5)], limit: 100 }))).not.toContain('movie/71');
  });
});

describe('candidates', () => {
  it('are all rows that a list has', async () => {
    const world = readerWorld();
    await world.putRows(...placedList(sampleFeed(), 180, times(world.clock)));
    expect((await world.open().recommend()).candidates).toBe(180);
  });

  it('are those of a list in its last hour too', async () => {
    const world = readerWorld();
    const old = times(world.clock, { fetchedAgoHours: 71, staleInHours: -47, goneInHours: 1 });
    await world.putRows(...placedList(sampleFeed(), 3, old));
    expect(await world.open().recommend()).toMatchObject({ candidates: 3, stale: true });
  });

  it('are those of the genres that the lists have most, whoever asks', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    const rows = [1, 2, 3].map((rank) => placed(sampleFeed(), rank, life, { id: rank, genreIds: [37] }));
    await world.putRows(...rows, placed(sampleFeed({ category: 'genre_37' }), 1, life, { id: 99, genreIds: [37] }));
    expect(keysOf(await world.open().recommend({ media: 'movie' }))).toContain('movie/99');
  });

  it('are those of own feeds', async () => {
    const kids = {
      name: 'kids',
      media: 'movie' as const,
      query: {},
      pages: 1,
      softTtlHours: 24,
      schedule: 'daily' as const,
    };
    const world = readerWorld({ settings: settingsWith({}, { feeds: { ...defaultSettings.feeds, custom: [kids] } }) });
    await world.putRows(placed(sampleFeed({ category: 'custom_kids' }), 1, times(world.clock), { id: 99 }));
    const answer = await world.open().recommend({ media: 'movie' });
    expect([keysOf(answer), answer.feeds]).toEqual([['movie/99'], ['custom_kids/movie/global/en-US']]);
  });
});

describe('details of candidates', () => {
  const liked = [film(5)];
  async function withKeywords() {
    const world = readerWorld();
    const life = times(world.clock);
    await world.putRows(...placedList(sampleFeed(), 20, life), titled(5, life));
    await putDetails(world, 5, [], [1, 2, 3]);
    await putDetails(world, 1_020, [], [1, 2, 3]);
    await putDetails(world, 1_019, [], [9]);
    return world;
  }
  const keywordsOf = ({ picks }: RecommendAnswer) =>
    new Map(picks.map(({ id, parts }) => [id, Math.round(100 * parts.keywords) / 100]));

  it('are read behind the first answer, and count in the next one', async () => {
    const world = await withKeywords();
    const reader = world.open();
    const first = await reader.recommend({ liked, media: 'movie' });
    expect(new Set(keywordsOf(first).values())).toEqual(new Set([0]));
    await reader.settled();
    const second = await reader.recommend({ liked, media: 'movie' });
    // Of the two that are known one has all keywords in common, the other none; the mean stands for the others.
    expect([1_020, 1_019, 1_001].map((id) => keywordsOf(second).get(id))).toEqual([1, 0, 0.5]);
    expect(second.picks.find(({ id }) => id === 1_020)?.why).toContain('like Film 5: 3 keywords in common');
  });

  it('are not read behind a further page, which would move titles from one page to another', async () => {
    const world = await withKeywords();
    const reader = world.open();
    await reader.recommend({ liked, media: 'movie', limit: 5, offset: 5 });
    await reader.settled();
    const next = await reader.recommend({ liked, media: 'movie' });
    expect(new Set(keywordsOf(next).values())).toEqual(new Set([0]));
  });

  it('are not read again while it is known that the table has none', async () => {
    const world = await withKeywords();
    const reader = world.open();
    await reader.recommend({ liked });
    await reader.settled();
    world.clock.advance(60_000);
    await reader.recommend();
    await reader.settled();
    const reads = world.tableCalls('readTitles');
    world.clock.advance(60_000);
    await reader.recommend();
    await reader.settled();
    expect(world.tableCalls('readTitles')).toBe(reads);
  });
});

describe('reads to spare', () => {
  it('are a hundred at first, twenty at a time, then as many as were earned, and none twice in a quarter of an hour', () => {
    const keys = fc.array(fc.integer({ min: 1, max: 300 }).map(String), { maxLength: 150 });
    const step = fc.record({ asked: keys, earns: fc.nat(20), seconds: fc.nat(500) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = virtualClock({ autoJump: true });
        const spare = spareReads(clock, defaultSettings);
        const takenAtMs = new Map<string, number>();
        let [taken, earned] = [0, 100];
        for (const { asked, earns, seconds } of steps) {
          const nowMs = clock.monotonicMs();
          const got = spare.take(asked);
          const again = got.filter((key) => nowMs - (takenAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < 900_000);
          expect([again, new Set(got).size, got.length <= 20]).toEqual([[], got.length, true]);
          expect(asked).toEqual(expect.arrayContaining(got));
          got.forEach((key) => void takenAtMs.set(key, nowMs));
          taken += got.length;
          expect(taken).toBeLessThanOrEqual(earned);
          Array.from({ length: earns }, spare.earn);
          earned += 2 * earns;
          clock.advance(1_000 * seconds);
        }
      }),
    );
  });

  it('are the first ones of what is asked for', () => {
    const spare = spareReads(virtualClock({ autoJump: true }), defaultSettings);
    const keys = Array.from({ length: 150 }, (_, n) => `${n}`);
    for (let from = 0; from < 100; from += 20) {
      expect(spare.take(keys)).toEqual(keys.slice(from, from + 20));
    }
    expect(spare.take(keys)).toEqual([]);
    spare.earn();
    expect(spare.take(keys)).toEqual(['100', '101']);
  });
});

describe('filtered recommendations', () => {
  const settings = settingsWith({}, { regions: [{ region: 'US', language: 'en-US' }] });
  const feed = sampleFeed();

  async function worldWith(table: DrawnTable) {
    const world = readerWorld({ settings });
    await world.putRows(...pageRows(feed, table, world.clock));
    for (const row of detailsRows(table, 'US', world.clock)) {
      await world.catalog.replace(row, undefined);
    }
    return world;
  }

  function modelOf(table: DrawnTable, filter: DrawnFilter) {
    const judged = listedTitles(table).map((one) => {
      const key = `${one.mediaType}/${one.id}`;
      return { key, passes: modelPasses(one, table.details[key] ?? 'none', filter) };
    });
    const passing = judged.filter(({ passes }) => passes === true).map(({ key }) => key);
    const withoutDetails = judged.filter(({ passes }) => passes === undefined).length;
    return { passing, filtered: { lookedAt: judged.length, matched: passing.length, withoutDetails } };
  }

  it('are what a naive filter lets through, and their pages fit together', async () => {
    const seen = { passing: 0, unknown: 0 };
    const variety = fc.constantFrom(undefined, 0, 0.3, 1);
    await fc.assert(
      fc.asyncProperty(
        drawnTable,
        drawnFilter,
        fc.integer({ min: 1, max: 5 }),
        variety,
        async (table, filter, limit, how) => {
          const reader = (await worldWith(table)).open({ live: false });
          const should = modelOf(table, filter);
          const request: RecommendRequest = { ...filter, region: 'US', variety: how };
          const whole = await reader.recommend({ ...request, limit: 100 });
          expect(keysOf(whole).toSorted()).toEqual(should.passing.toSorted());
          const { includeAdult: _adult, ...members } = filter;
          const isFiltering = Object.values(members).some((asked) => !Array.isArray(asked) || asked.length > 0);
          expect(whole.filtered).toEqual(isFiltering ? should.filtered : undefined);
          expect(whole.picks.every(({ watch }) => (watch !== undefined) === (filter.providers ?? []).length > 0)).toBe(
            true,
          );
          await reader.settled();
          const again = await reader.recommend({ ...request, limit: 100 });
          const paged: string[] = [];
          for (let offset = 0; offset < should.passing.length + limit; offset += limit) {
            paged.push(...keysOf(await reader.recommend({ ...request, offset, limit })));
          }
          expect(paged).toEqual(keysOf(again));
          seen.passing += should.filtered.matched;
          seen.unknown += should.filtered.withoutDetails;
        },
      ),
      { numRuns: 40 },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(10);
  });

  it('request what is missing behind the answer', async () => {
    const world = readerWorld({ settings });
    await world.putRows(...placedList(feed, 3, times(world.clock)));
    const reader = world.open();
    const { picks, filtered } = await reader.recommend({ region: 'US', providers: [8] });
    await reader.settled();
    expect([picks, filtered]).toEqual([[], { lookedAt: 3, matched: 0, withoutDetails: 3 }]);
    expect(world.jobs()).toHaveLength(3);
  });
});

describe('variety', () => {
  it('is by score alone at 0, and what the settings say without it', async () => {
    const world = readerWorld();
    const life = times(world.clock);
    const rows = Array.from({ length: 20 }, (_, n) =>
      placed(sampleFeed(), n + 1, life, { id: n + 1, genreIds: n < 10 ? [18] : [35 + n], popularity: 100 - n }),
    );
    await world.putRows(...rows);
    const ask = async (variety?: number) =>
      (await world.open().recommend({ media: 'movie', ...(variety !== undefined && { variety }) })).picks;
    const scores = (await ask(0)).map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const { relevance } = world.settings.reader.ranking;
    expect(await ask()).toEqual(await ask(1 - relevance));
    const genresOfFirst = async (variety: number) =>
      new Set((await ask(variety)).slice(0, 8).flatMap(({ genreIds }) => genreIds)).size;
    expect(await genresOfFirst(1)).toBe(8);
    expect(await genresOfFirst(0)).toBeLessThan(4);
  });
});

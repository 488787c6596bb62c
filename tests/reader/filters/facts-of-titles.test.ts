/** What a reader knows of titles by their details, seen from the lists that it filters. */
import { describe, expect, it } from 'vitest';
import type { ListRequest, RecommendRequest } from '../../../src/reader/reader-api.ts';
import { hourMs, minuteMs } from '../../../src/shared/core/clock.ts';
import { titleJobSchema } from '../../../src/shared/queues/fetch-job.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import { packed } from '../../support/list-pages.ts';
import { type ReaderWorld, readerWorld } from '../../support/memory-reader.ts';
import { type Age, placedList, times } from '../../support/placed-rows.ts';
import { settingsWith } from '../../support/reader-settings.ts';
import { sampleFeed, sampleItemReference } from '../../support/sample-messages.ts';
import { sampleDetailsRow } from '../../support/sample-rows.ts';
import { jsonAnswer } from '../../support/scripted-tmdb.ts';
import { listPage, movieRow } from '../../support/tmdb-rows.ts';

const feed = sampleFeed();
const ofDetails = { providers: [8] };
const settings = settingsWith({}, { regions: [{ region: 'US', language: 'en-US' }] });

type Parts = { base?: object; certifications?: object; watch?: object };
const whole: Parts = {
  base: { originCountries: ['US'] },
  certifications: { certifications: { US: 'PG' } },
  watch: { watch: { US: { link: 'https://www.themoviedb.org/movie/1001/watch', rent: [8, 9] } } },
};

/** Puts details of a film; the same life for all parts, unless one has its own. */
async function putDetails(world: ReaderWorld, id: number, parts: Parts = whole, age: Age = {}, watchAge: Age = age) {
  const names = ['keywords', 'credits', 'externalIds', 'videos', 'recommendations'];
  const nothing: Record<string, object> = {
    keywords: { keywords: [] },
    credits: { cast: [], crew: [] },
    externalIds: { externalIds: { imdb: `tt00${id}000`, tvdb: null, wikidata: null } },
    videos: { videos: [] },
    recommendations: { recommendations: [] },
  };
  const lives = (name: string) => times(world.clock, name === 'watch' ? watchAge : age);
  const all = { ...Object.fromEntries(names.map((name) => [name, nothing[name]])), ...parts };
  const row = sampleDetailsRow({
    mediaId: String(id),
    ...times(world.clock, age),
    parts: packed(Object.fromEntries(Object.entries(all).map(([name, part]) => [name, { ...lives(name), ...part }]))),
  });
  const { rows } = await world.catalog.readStored([row], true);
  const before = [...rows.values()][0]?.version;
  const version = `${String(Number.parseInt(String(before ?? 'm0').slice(1), 10) + 1).padStart(6, '0')}`;
  await world.catalog.replace({ ...row, version: `m${version}` }, before === undefined ? undefined : String(before));
}

async function worldWith(count: number, over: Partial<Settings> = {}, age: Age = {}) {
  const world = readerWorld({ settings: { ...settings, ...over } });
  await world.putRows(...placedList(feed, count, times(world.clock, age)));
  return world;
}

const minutesTo = (world: ReaderWorld, iso: string | null) => (Date.parse(iso ?? '') - world.clock.nowMs()) / minuteMs;
const idsOf = ({ titles }: { titles: readonly { id: number }[] }) => titles.map(({ id }) => id);
const titleJobsOf = (world: ReaderWorld) => world.jobs().flatMap((job) => titleJobSchema.safeParse(job).data?.id ?? []);
const askedIds = (world: ReaderWorld) => world.jobs().map((job) => titleJobSchema.parse(job).id);
const list = async (world: ReaderWorld, options: ListRequest, reader = world.open({ live: false })) => {
  const answer = await reader.list(feed, options);
  await reader.settled();
  return answer;
};

describe('facts of titles', () => {
  it('take one read of the table for a hundred titles, and none while memory has them', async () => {
    const world = await worldWith(120);
    await Promise.all(Array.from({ length: 120 }, (_, index) => putDetails(world, 1_001 + index)));
    const reader = world.open({ live: false });
    const first = await reader.list(feed, { ...ofDetails, limit: 200 });
    expect([first.filtered, first.from]).toEqual([{ lookedAt: 120, matched: 120, withoutDetails: 0 }, 'table']);
    expect([world.tableCalls('listPages'), world.tableCalls('readTitles')]).toEqual([1, 2]);
    const second = await reader.list(feed, { ...ofDetails, offset: 40 });
    expect([idsOf(second)[0], second.from]).toEqual([1_041, 'memory']);
    expect([world.tableCalls('listPages'), world.tableCalls('readTitles')]).toEqual([1, 2]);
  });

  it('are not read for titles that the row decides', async () => {
    const world = await worldWith(20);
    expect((await list(world, { ...ofDetails, yearFrom: 2_030 })).filtered).toEqual({
      lookedAt: 20,
      matched: 0,
      withoutDetails: 0,
    });
    expect((await list(world, { genres: [18] })).filtered?.matched).toBe(20);
    expect(world.tableCalls('readTitles')).toBe(0);
  });

  it('that a table cannot give are a problem, and titles without them do not pass; what needs none works on', async () => {
    const world = await worldWith(3);
    await putDetails(world, 1_001);
    world.faults.use(async (call, act) => (call.name === 'readTitles' ? Promise.reject(new Error('refused')) : act()));
    const answer = await list(world, ofDetails);
    expect(answer).toMatchObject({
      titles: [],
      filtered: { lookedAt: 3, matched: 0, withoutDetails: 3 },
      problem: { code: 'table_unavailable' },
      stale: true,
    });
    // Nothing is known to be missing.
    expect(askedIds(world)).toEqual([]);
    const other = await list(world, { genres: [18] });
    expect([other.problem, other.titles.length]).toEqual([undefined, 3]);
  });

  it('stay what memory has while the table fails, until they are past their hard TTL', async () => {
    const world = await worldWith(2, {}, { staleInHours: 100, goneInHours: 200 });
    await putDetails(world, 1_001, whole, { staleInHours: 20, goneInHours: 50 });
    await putDetails(world, 1_002, whole, { staleInHours: 20, goneInHours: 50 }, { staleInHours: 2, goneInHours: 3 });
    const reader = world.open({ live: false, pipeline: false });
    expect(idsOf(await list(world, ofDetails, reader))).toEqual([1_001, 1_002]);
    world.faults.use(async () => Promise.reject(new Error('refused')));
    await world.clock.advance(2.5 * hourMs);
    expect(await list(world, ofDetails, reader)).toMatchObject({
      titles: [{ id: 1_001 }, { id: 1_002 }],
      problem: { code: 'table_unavailable' },
    });
    await world.clock.advance(hourMs);
    const after = await list(world, ofDetails, reader);
    expect([idsOf(after), after.filtered?.withoutDetails]).toEqual([[1_001], 1]);
  });

  it('of a release that kept no countries are unknown, and an empty list in TMDB’s answer is not', async () => {
    const world = await worldWith(4);
    const { base: _base, ...others } = whole;
    await putDetails(world, 1_001, { ...others, base: { status: 'Released' } });
    await putDetails(world, 1_002, { ...others, base: { originCountries: [] } });
    await putDetails(world, 1_003, { ...others, base: { originCountries: ['IN'] } });
    await putDetails(world, 1_004, others);
    const { titles, filtered } = await list(world, { excludeCountries: ['IN'] });
    expect([titles.map(({ id }) => id), filtered]).toEqual([[1_002], { lookedAt: 4, matched: 1, withoutDetails: 2 }]);
  });

  it('come from no other country than the asked one', async () => {
    const regions = ['US', 'DE'].map((region) => ({ region, language: region === 'US' ? 'en-US' : 'de-DE' }));
    const world = readerWorld({ settings: { ...settings, regions } });
    const german = { ...feed, region: 'DE', language: 'de-DE' };
    await world.putRows(...placedList(feed, 1, times(world.clock)), ...placedList(german, 1, times(world.clock)));
    const certifications = { certifications: { US: 'R', DE: '12' } };
    await putDetails(world, 1_001, { ...whole, certifications });
    const reader = world.open({ live: false });
    expect(idsOf(await reader.list(german, { maxCertification: '12' }))).toEqual([1_001]);
    expect(idsOf(await reader.list(feed, { maxCertification: 'PG-13' }))).toEqual([]);
    expect(idsOf(await reader.list(feed, { maxCertification: 'R' }))).toEqual([1_001]);
  });
});

describe('titles of which too little is known', () => {
  it('are asked for behind the answer as whole titles, a few at once, and each once in a while', async () => {
    const world = await worldWith(60);
    const reader = world.open({ live: false });
    await list(world, ofDetails, reader);
    const firstTen = Array.from({ length: 10 }, (_, index) => 1_001 + index);
    expect(askedIds(world)).toEqual(firstTen);
    expect(world.jobs().every((job) => titleJobSchema.parse(job).details)).toBe(true);
    // Each further read earns a share of a request: five of them make one.
    for (let read = 0; read < 10; read += 1) {
      await list(world, ofDetails, reader);
    }
    expect(askedIds(world)).toEqual([...firstTen, 1_011, 1_012]);
  });

  it('are not asked for again by another process', async () => {
    const world = await worldWith(5);
    await list(world, ofDetails);
    await list(world, ofDetails);
    expect(askedIds(world)).toEqual([1_001, 1_002, 1_003, 1_004, 1_005]);
  });

  it('are asked for again where that failed: an hour later, so that others come first', async () => {
    const world = await worldWith(3, {}, { staleInHours: 100, goneInHours: 200 });
    const reader = world.open({ live: false });
    world.queues.jobs.failWith(new Error('SQS is away'));
    await list(world, ofDetails, reader);
    world.queues.jobs.failWith(undefined);
    await list(world, ofDetails, reader);
    expect(askedIds(world)).toEqual([]);
    await world.clock.advance(hourMs);
    await list(world, ofDetails, reader);
    expect(askedIds(world)).toEqual([1_001, 1_002, 1_003]);
  });

  it('come before those whose details are stale, and fresh ones are left alone', async () => {
    const world = await worldWith(4);
    await putDetails(world, 1_001, whole, { staleInHours: -1 });
    await putDetails(world, 1_002, whole, { staleInHours: 30 });
    await putDetails(world, 1_003, whole, { staleInHours: 30 }, { fetchedAgoHours: 80, staleInHours: -2 });
    const answer = await list(world, ofDetails);
    expect(idsOf(answer)).toEqual([1_001, 1_002, 1_003]);
    expect(askedIds(world)).toEqual([1_004, 1_001, 1_003]);
    expect(world.jobs().map((job) => titleJobSchema.parse(job).imdbId)).toEqual([
      undefined,
      'tt001001000',
      'tt001003000',
    ]);
  });

  it('of a release that kept no countries are asked for a day after that was fetched', async () => {
    const world = await worldWith(1, {}, { staleInHours: 100, goneInHours: 200 });
    const { base: _base, ...others } = whole;
    await putDetails(world, 1_001, { ...others, base: {} }, { staleInHours: 100, goneInHours: 200 });
    await list(world, { excludeCountries: ['IN'] });
    expect(askedIds(world)).toEqual([]);
    await world.clock.advance(24 * hourMs);
    await list(world, { excludeCountries: ['IN'] });
    expect(askedIds(world)).toEqual([1_001]);
  });

  it('are not asked for where a filter needs nothing of them', async () => {
    const world = await worldWith(5);
    await list(world, { genres: [18], excludeLanguages: ['ja'] });
    await list(world, { ...ofDetails, genres: [35] });
    expect(askedIds(world)).toEqual([]);
  });
});

describe('how long a filtered list is good for', () => {
  const named = sampleItemReference({
    reference: {
      what: 'movie-services',
      countries: ['US'],
      services: [8, 9].map((id) => ({ id, name: `Service ${id}`, logoPath: null })),
    },
  });

  it('is told by the rows and by the parts that the filter looks at', async () => {
    const world = await worldWith(2, {}, { fetchedAgoHours: 1, staleInHours: 10, goneInHours: 40 });
    await putDetails(world, 1_001, whole, { staleInHours: 60, goneInHours: 100 });
    await putDetails(
      world,
      1_002,
      whole,
      { fetchedAgoHours: 2, staleInHours: 50, goneInHours: 90 },
      { fetchedAgoHours: 30, staleInHours: 4, goneInHours: 20 },
    );
    await world.land([named]);
    const reader = world.open({ live: false });
    const byCertification = await list(world, { maxCertification: 'R' }, reader);
    expect(minutesTo(world, byCertification.freshUntil)).toBe(10 * 60);
    expect(minutesTo(world, byCertification.fetchedAt)).toBe(-2 * 60);
    const byServices = await list(world, ofDetails, reader);
    expect(minutesTo(world, byServices.freshUntil)).toBe(4 * 60);
    expect(minutesTo(world, byServices.expiresAt)).toBe(20 * 60);
    expect([byServices.ageSeconds, byServices.stale]).toEqual([30 * 3_600, false]);
    const byRow = await list(world, { genres: [18] }, reader);
    expect([byRow.ageSeconds, minutesTo(world, byRow.freshUntil)]).toEqual([3_600, 10 * 60]);
  });

  it('is not at all where details are missing, which may come at any time', async () => {
    const world = await worldWith(2);
    await putDetails(world, 1_001);
    expect(await list(world, { maxCertification: 'R' })).toMatchObject({ stale: true, titles: [{ id: 1_001 }] });
    await putDetails(world, 1_002);
    expect(await list(world, { maxCertification: 'R' })).toMatchObject({ stale: false, titles: [{}, {}] });
  });

  it('is five minutes where a service has no name yet', async () => {
    const world = await worldWith(1);
    await putDetails(world, 1_001);
    expect(minutesTo(world, (await list(world, ofDetails)).freshUntil)).toBe(5);
  });
});

describe('the age of a filtered recommendation', () => {
  const recommend = async (world: ReaderWorld, request: RecommendRequest) => {
    const reader = world.open({ live: false });
    const answer = await reader.recommend({ region: 'US', ...request });
    await reader.settled();
    return answer;
  };

  it('is told by the lists and by the parts that the filter looks at, also of titles that memory has', async () => {
    const world = await worldWith(1, {}, { fetchedAgoHours: 1, staleInHours: 10, goneInHours: 40 });
    const watchAge = { fetchedAgoHours: 30, staleInHours: 4, goneInHours: 20 };
    await putDetails(world, 1_001, whole, { fetchedAgoHours: 2, staleInHours: 50, goneInHours: 90 }, watchAge);
    const reader = world.open({ live: false });
    for (let time = 0; time < 2; time += 1) {
      const byServices = await reader.recommend({ region: 'US', providers: [8] });
      expect([byServices.ageSeconds, minutesTo(world, byServices.expiresAt)]).toEqual([30 * 3_600, 20 * 60]);
      const byCertification = await reader.recommend({ region: 'US', maxCertification: 'R' });
      expect([byCertification.ageSeconds, minutesTo(world, byCertification.freshUntil)]).toEqual([2 * 3_600, 10 * 60]);
      const byRow = await reader.recommend({ region: 'US', minVotes: 0 });
      expect([byRow.ageSeconds, minutesTo(world, byRow.freshUntil)]).toEqual([3_600, 10 * 60]);
    }
  });

  it('is not at all where details are missing, and five minutes where a service has no name yet', async () => {
    const world = await worldWith(2);
    await putDetails(world, 1_001);
    expect(await recommend(world, { maxCertification: 'R' })).toMatchObject({ stale: true, picks: [{ id: 1_001 }] });
    await putDetails(world, 1_002);
    expect(await recommend(world, { maxCertification: 'R' })).toMatchObject({ stale: false, picks: [{}, {}] });
    expect(minutesTo(world, (await recommend(world, { providers: [8] })).freshUntil)).toBe(5);
  });
});

describe('where to watch the titles of a list', () => {
  it('is told where services are asked for, with names, attribution and age', async () => {
    const world = await worldWith(1);
    await putDetails(world, 1_001, whole, { fetchedAgoHours: 3 });
    const { titles } = await list(world, ofDetails);
    expect(titles[0]?.watch).toEqual({
      link: 'https://www.themoviedb.org/movie/1001/watch',
      rent: [8, 9].map((id) => ({ id, name: null, logoPath: null })),
      ...{ subscription: [], buy: [], free: [], ads: [] },
      attribution: expect.stringContaining('JustWatch'),
      fetchedAt: new Date(world.clock.nowMs() - 3 * hourMs).toISOString(),
    });
    const others = [await list(world, { maxCertification: 'R' }), await list(world, {})];
    expect(others.map(({ titles: [first] }) => first?.watch)).toEqual([undefined, undefined]);
  });
});

describe('a list that TMDB answers while somebody waits', () => {
  it('is filtered in the same way', async () => {
    const films = [1_001, 1_002, 1_003].map((id) => movieRow({ id, genre_ids: id === 1_002 ? [27] : [18] }));
    const world = readerWorld({ settings, answer: () => jsonAnswer(200, listPage(...films)) });
    await putDetails(world, 1_001);
    await putDetails(world, 1_002);
    const reader = world.open();
    const answer = await reader.list(feed, { excludeGenres: [27], providers: [9] });
    await reader.settled();
    expect([answer.from, idsOf(answer), answer.filtered]).toEqual([
      'tmdb',
      [1_001],
      { lookedAt: 3, matched: 1, withoutDetails: 1 },
    ]);
    expect(titleJobsOf(world)).toEqual([1_003]);
  });
});

describe('a page of a list of which TMDB has answered the first page alone', () => {
  const films = Array.from({ length: 20 }, (_, index) => movieRow({ id: 2_001 + index }));

  it('is fresh for half a minute where the other pages may have more for it', async () => {
    const world = readerWorld({ settings, answer: () => jsonAnswer(200, listPage(...films)) });
    const reader = world.open();
    const asked: ListRequest[] = [{ offset: 20 }, { limit: 40 }, { genres: [18] }];
    const secondsFresh = async (options: ListRequest) => {
      const { freshUntil, stale } = await reader.list(feed, options);
      expect(stale).toBe(false);
      return (Date.parse(freshUntil ?? '') - world.clock.nowMs()) / 1_000;
    };
    // From TMDB, then from memory, which has it from TMDB.
    for (const options of [...asked, ...asked]) {
      expect(await secondsFresh(options)).toBe(30);
    }
    expect(await secondsFresh({})).toBeGreaterThan(3_600);
  });

  it('is fresh where there are no other pages', async () => {
    const world = readerWorld({ settings, answer: () => jsonAnswer(200, listPage(...films)) });
    const trending = sampleFeed({ category: 'trending' });
    const { freshUntil } = await world.open().list(trending, { limit: 40 });
    expect(Date.parse(freshUntil ?? '') - world.clock.nowMs()).toBeGreaterThan(hourMs);
  });
});

import { describe, expect, it } from 'vitest';
import type { RecommendRequest, TitleRef } from '../../src/reader/reader-api.ts';
import type { Feed } from '../../src/shared/core/feed.ts';
import { titleJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { failing } from '../support/call-hook.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import type { OnPage } from '../support/list-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { placed, placedList, times, titled } from '../support/placed-rows.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const film = (id: number): TitleRef => ({ mediaType: 'movie', id });
const trending = sampleFeed({ category: 'trending' });
const series = sampleFeed({ media: 'tv' });
const germany = settingsWith({}, { regions: [{ region: 'DE', language: 'de-DE' }] });

/** A world whose popular films are ids 1001 to 1020, whose trending ones 1011 to 1030, and whose series 1 to 3. */
async function filled(settings = germany) {
  const world = readerWorld({ settings });
  const life = times(world.clock);
  const trends = placedList(trending, 20, life, 1_011);
  const shows = [1, 2, 3].map((rank) => placed(series, rank, life, { id: rank, title: `Series ${rank}` }));
  await world.putRows(...placedList(sampleFeed(), 20, life), ...trends, ...shows);
  const add = (feed: Feed, id: number, over: OnPage = {}) => world.putRows(placed(feed, 1, life, { id, ...over }));
  const recommend = async (request: RecommendRequest = {}) => {
    const answer = await world.open().recommend({ limit: 100, ...request });
    return { ...answer, ids: answer.picks.map(({ mediaType, id }) => `${mediaType}/${id}`) };
  };
  return { world, life, add, recommend };
}

describe('a recommendation', () => {
  it('holds what the lists in the table hold, each title once, and nothing else', async () => {
    const { world, recommend } = await filled();
    await world.putRows(titled(9, times(world.clock)));
    const { ids, candidates, feeds, from, stale, problem } = await recommend();
    const films = Array.from({ length: 30 }, (_, n) => `movie/${1_001 + n}`);
    expect(ids.toSorted()).toEqual([...films, 'tv/1', 'tv/2', 'tv/3'].toSorted());
    expect([candidates, from, stale, problem]).toEqual([33, 'table', false, undefined]);
    expect(feeds).toEqual(['popular/movie/global/en-US', 'trending/movie/global/en-US', 'popular/tv/global/en-US']);
    expect(world.tmdb.requests).toEqual([]);
  });

  it('is of the media asked for', async () => {
    const { recommend } = await filled();
    expect((await recommend({ media: 'tv' })).ids.toSorted()).toEqual(['tv/1', 'tv/2', 'tv/3']);
    expect((await recommend({ media: 'movie' })).ids.some((id) => id.startsWith('tv'))).toBe(false);
  });

  it('leaves out what was seen and what was liked, by kind and id', async () => {
    const { recommend, world, life } = await filled();
    await world.putRows(titled(1_002, life));
    const { ids, candidates } = await recommend({
      seen: [film(1_001), film(2)],
      liked: [film(1_002), { mediaType: 'tv', id: 3 }],
    });
    expect(ids).toHaveLength(30);
    expect(candidates).toBe(30);
    expect(ids.filter((id) => ['movie/1001', 'movie/1002', 'tv/3'].includes(id))).toEqual([]);
    expect(ids).toContain('tv/2');
  });

  it('holds adult titles only where they are asked for', async () => {
    const { add, recommend } = await filled();
    await add(sampleFeed({ category: 'hidden_gems' }), 666, { adult: true });
    expect((await recommend()).ids).not.toContain('movie/666');
    expect((await recommend({ includeAdult: false })).ids).not.toContain('movie/666');
    expect((await recommend({ includeAdult: true })).ids).toContain('movie/666');
  });

  it('counts the lists of a region that is configured, and of no other', async () => {
    const { add, recommend } = await filled();
    await add(sampleFeed({ region: 'DE', language: 'de-DE' }), 49);
    await add(sampleFeed({ category: 'local_originals', region: 'DE', language: 'de-DE' }), 490);
    await add(sampleFeed({ region: 'FR', language: 'fr-FR' }), 33);
    const there = await recommend({ region: 'DE' });
    expect(there.feeds).toContain('local_originals/movie/DE/de-DE');
    expect(there.ids).toEqual(expect.arrayContaining(['movie/49', 'movie/490']));
    expect((await recommend()).ids).not.toContain('movie/49');
    expect((await recommend({ region: 'FR' })).ids).not.toContain('movie/33');
  });

  it('counts the lists of genres that are asked for or liked', async () => {
    const { add, recommend, world, life } = await filled();
    await add(sampleFeed({ category: 'genre_37' }), 37, { genreIds: [37] });
    await world.putRows(titled(5, life, { genreIds: [37] }));
    expect((await recommend()).ids).not.toContain('movie/37');
    const asked = await recommend({ genres: [37] });
    expect(asked.ids[0]).toBe('movie/37');
    expect(asked.picks[0]?.why).toContain('a genre you asked for');
    const liked = await recommend({ liked: [film(5)] });
    expect(liked.ids[0]).toBe('movie/37');
    expect(liked.picks[0]?.why).toContain('like Film 5');
    expect(liked.unknownLiked).toEqual([]);
  });

  it('is the same for the same request, in whichever container, and holds at most what was asked for', async () => {
    const { recommend } = await filled();
    const request = { genres: [18], hour: 21, limit: 7, region: 'DE' };
    const answers = [await recommend(request), await recommend(request), await recommend(request)];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.picks).toHaveLength(7);
    expect((await recommend({ limit: undefined as never })).picks).toHaveLength(20);
  });

  it('comes from memory when it is made again', async () => {
    const { world } = await filled();
    const reader = world.open();
    const first = await reader.recommend();
    const calls = world.tableCalls('listPages');
    const second = await reader.recommend();
    expect([first.from, second.from]).toEqual(['table', 'memory']);
    expect(second.picks).toEqual(first.picks);
    expect(world.tableCalls('listPages')).toBe(calls);
  });

  it('is as stale as the oldest list that it is made from', async () => {
    const world = readerWorld();
    const old = times(world.clock, { fetchedAgoHours: 30, staleInHours: -6, goneInHours: 48 });
    await world.putRows(...placedList(trending, 2, times(world.clock)));
    await world.putRows(...placedList(sampleFeed(), 2, old, 50));
    const reader = world.open();
    const { picks, stale, ageSeconds } = await reader.recommend();
    expect([stale, ageSeconds]).toEqual([true, 30 * 3_600]);
    expect(
      picks
        .filter((pick) => pick.stale)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([50, 51]);
    await reader.settled();
    expect(new Set(world.pageJobs().map(({ feed }) => feed.category))).toEqual(new Set(['popular']));
  });
});

describe('a recommendation from an empty table', () => {
  it('is made from one list that TMDB is asked for, once for all who ask', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const answers = await Promise.all(Array.from({ length: 50 }, () => reader.recommend({ media: 'movie' })));
    await reader.settled();
    expect(world.tmdb.requests.map(({ path }) => path)).toEqual(['/movie/popular']);
    expect(answers.every(({ from, picks }) => from === 'tmdb' && picks.length === 20)).toBe(true);
    expect(world.items()).toHaveLength(1);
    expect(await reader.recommend({ media: 'movie' })).toMatchObject({ from: 'memory', candidates: 20 });
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('asks for the list of its media', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    await world.open().recommend({ media: 'tv' });
    expect(world.tmdb.requests.map(({ path }) => path)).toEqual(['/tv/popular']);
  });

  it('says so where a list could not be read that may hold something after all', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    await world.putRows(placed(trending, 1, times(world.clock)));
    const failed = [false, true, false, false];
    world.faults.use(failing(() => (failed.shift() ? new Error('throttled') : undefined)));
    const { from, problem } = await world.open().recommend({ media: 'movie' });
    expect([from, problem?.code]).toEqual(['tmdb', 'table_unavailable']);
  });

  it('asks for nothing where one title is there, even one that was seen', async () => {
    const world = readerWorld();
    await world.putRows(placed(sampleFeed({ category: 'award_winning' }), 1, times(world.clock)));
    const { picks, from } = await world.open().recommend({ seen: [film(1_001)] });
    expect([picks, from]).toEqual([[], 'table']);
  });
});

describe('liked titles that nobody knows', () => {
  const titlesAsked = (world: Awaited<ReturnType<typeof filled>>['world']) =>
    world.jobs().map((job) => titleJobSchema.parse(job).id);

  it('are named, and one of them is asked for', async () => {
    const { world } = await filled();
    const reader = world.open();
    const { unknownLiked } = await reader.recommend({ liked: [film(71), film(72), film(1_001)] });
    await reader.settled();
    expect(unknownLiked).toEqual([film(71), film(72), film(1_001)]);
    expect(titlesAsked(world)).toEqual([71]);
    expect(world.tmdb.requests).toEqual([]);
  });

  it('are asked for in one of twenty-five recommendations', async () => {
    const { world } = await filled();
    const reader = world.open();
    for (let n = 0; n < 101; n += 1) {
      await reader.recommend({ liked: [film(10_000 + n)] });
    }
    await reader.settled();
    expect(titlesAsked(world)).toEqual([10_000, 10_025, 10_050, 10_075, 10_100]);
  });

  it('are not asked for while the table is away: nobody knows whether they are there', async () => {
    const { world } = await filled();
    world.faults.use(async () => Promise.reject(new Error('away')));
    const reader = world.open({ live: false });
    expect((await reader.recommend({ liked: [film(71)] })).unknownLiked).toEqual([film(71)]);
    await reader.settled();
    expect(world.jobs()).toEqual([]);
  });
});

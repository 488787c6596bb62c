import { describe, expect, it } from 'vitest';
import type { ListAnswer } from '../../src/reader/reader-api.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { settingsWith } from '../support/reader-settings.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const thousand = Array.from({ length: 1_000 }, (_, n) => n);
const idsOf = ({ titles }: ListAnswer) => titles.map(({ id }) => id);
const firstPage = Array.from({ length: 20 }, (_, n) => 1_001 + n);

/** What was asked of whom. */
const asked = ({ tmdb, items, pageJobs }: ReaderWorld) => ({
  calls: tmdb.requests.map(({ path, query }) => `${path} ${query.page}`),
  pages: items().map((item) => (item.kind === 'item-page' ? `${item.page} of ${item.pages}` : item.kind)),
  jobs: pageJobs().map(({ page, pages }) => `${page} of ${pages}`),
});

describe('a list that nobody has', () => {
  it('is fetched once for a thousand who read it at the same time', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const answers = await Promise.all(thousand.map(() => reader.list(popular)));
    await reader.settled();
    expect(asked(world)).toEqual({ calls: ['/movie/popular 1'], pages: ['1 of 2'], jobs: ['2 of 2'] });
    expect(world.tableCalls('listPages')).toBe(1);
    expect(answers).toHaveLength(1_000);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ from: 'tmdb', stale: false, freshness: 1 });
    expect(answers.map(idsOf).every((ids) => ids.join() === firstPage.join())).toBe(true);
    expect(reader.telemetry.warnings).toEqual([]);
  });

  it('is fetched once, whatever limits are asked for', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    const limits = [1, 5, 20, 21, 60, 100, 10_000];
    const answers = await Promise.all(limits.map((limit) => reader.list(popular, { limit })));
    await reader.settled();
    expect(asked(world)).toEqual({ calls: ['/movie/popular 1'], pages: ['1 of 2'], jobs: ['2 of 2'] });
    expect(answers.map(({ titles }) => titles.length)).toEqual([1, 5, 20, 20, 20, 20, 20]);
    expect(answers.map(({ problem }) => problem)).toEqual(limits.map(() => undefined));
  });

  it('is fetched once, also for those whose read of the table is under way when the page comes', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    let queries = 0;
    world.faults.use(async (_call, act) => {
      queries += 1;
      await world.clock.sleep(queries === 1 ? 0 : 300);
      return act();
    });
    const early = reader.list(popular, { limit: 20 });
    const late = reader.list(popular, { limit: 60 });
    expect(idsOf(await early)).toEqual(firstPage);
    expect(await late).toMatchObject({ from: 'tmdb' });
    expect(idsOf(await late)).toEqual(firstPage);
    expect((await late).problem).toBeUndefined();
    expect(idsOf(await reader.list(popular, { limit: 60 }))).toEqual(firstPage);
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('answers the next one from memory', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    await reader.list(popular);
    const next = await reader.list(popular, { limit: 60 });
    expect(next).toMatchObject({ from: 'memory', stale: false });
    expect(idsOf(next)).toEqual(firstPage);
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('of one page asks for no job', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const reader = world.open();
    await reader.list({ category: 'trending', media: 'movie' });
    await reader.settled();
    expect(asked(world)).toEqual({ calls: ['/trending/movie/day 1'], pages: ['1 of 1'], jobs: [] });
  });

  it('is one job for two containers, and the page that both send is the same', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const readers = [world.open(), world.open()];
    await Promise.all(readers.flatMap((reader) => thousand.slice(0, 100).map(() => reader.list(popular))));
    await Promise.all(readers.map((reader) => reader.settled()));
    const { calls, pages, jobs } = asked(world);
    expect(calls).toEqual(['/movie/popular 1', '/movie/popular 1']);
    expect(pages).toEqual(['1 of 2', '1 of 2']);
    expect(jobs).toEqual(['2 of 2']);
    expect(new Set(world.items().map((item) => item.jobId)).size).toBe(1);
  });

  it('comes from the table once the writer has applied the page', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    const first = world.open();
    const fetched = await first.list(popular);
    await first.settled();
    await world.land(world.items());
    const second = await world.open().list(popular);
    expect(second).toMatchObject({ from: 'table', stale: false });
    expect(second.titles).toEqual(fetched.titles);
    expect(world.tmdb.requests).toHaveLength(1);
  });
});

describe('many lists that nobody has', () => {
  it('are all answered where memory holds only a few of them', async () => {
    const tight = readerWorld({ answer: healthyTmdb, settings: settingsWith({ memory: { maxBytes: 100_000 } }) });
    const reader = tight.open();
    const genres = Array.from({ length: 40 }, (_, n) => ({ category: `genre_${n + 1}`, media: 'movie' as const }));
    const answers = await Promise.all(genres.flatMap((feed) => [reader.list(feed), reader.list(feed)]));
    expect(answers).toHaveLength(80);
    for (const { titles, problem } of answers) {
      expect(titles.length > 0 || problem?.code === 'no_slot').toBe(true);
    }
  });
});

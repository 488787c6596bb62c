import { describe, expect, it } from 'vitest';
import { type CallHook, failing } from '../support/call-hook.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { placedList, times, titled } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const down: CallHook = failing(() => new Error('ECONNREFUSED'));
const silent: CallHook = () => new Promise(() => undefined);
/** What the default settings give a table, and how long they leave one alone that has failed three times. */
const [timeoutMs, restMs] = [500, 1_000];

/** A container that has read a list and a title, and half an hour later. */
async function warmReader() {
  const world = readerWorld();
  const life = times(world.clock);
  await world.putRows(...placedList(sampleFeed(), 20, life), titled(550, life));
  const reader = world.open({ live: false });
  await reader.list(popular);
  await reader.title('movie', 550);
  await world.clock.advance(1_800_000);
  return { world, reader };
}

describe('while the table is down', () => {
  it('what was read before is served, and said to be that', async () => {
    const { world, reader } = await warmReader();
    world.faults.use(down);
    const list = await reader.list(popular);
    expect(list).toMatchObject({ from: 'memory', stale: false, problem: { code: 'table_unavailable' } });
    expect(list.titles).toHaveLength(20);
    expect(list.ageSeconds).toBe(5_400);
    const title = await reader.title('movie', 550);
    expect(title).toMatchObject({ from: 'memory', stale: false, problem: { code: 'table_unavailable' } });
    expect(title.title?.title).toBe('Film 550');
    const batch = await reader.titles([{ mediaType: 'movie', id: 550 }]);
    expect(batch).toMatchObject([{ from: 'memory', title: { id: 550 } }]);
    const { picks, from, problem } = await reader.recommend({ media: 'movie' });
    expect([picks.length, from, problem?.code]).toEqual([20, 'memory', 'table_unavailable']);
    expect(await reader.health()).toMatchObject({ table: 'unavailable' });
  });

  it('what was never read comes from no tier, without a throw', async () => {
    const world = readerWorld();
    world.faults.use(down);
    const reader = world.open({ live: false });
    const nothing = {
      from: 'none',
      fetchedAt: null,
      freshness: 0,
      stale: false,
      problem: { code: 'table_unavailable' },
    };
    expect(await reader.list(popular)).toMatchObject({ ...nothing, titles: [] });
    expect(await reader.title('movie', 550)).toMatchObject({ ...nothing, title: null, absent: false });
    expect(await reader.titles([{ mediaType: 'tv', id: 1 }])).toMatchObject([{ ...nothing, title: null }]);
    expect(await reader.recommend()).toMatchObject({ ...nothing, picks: [], candidates: 0, feeds: [] });
  });

  it('a list that was never read is still fetched from TMDB, a title is not', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.faults.use(down);
    const reader = world.open();
    const list = await reader.list(popular);
    expect(list).toMatchObject({ from: 'tmdb', problem: { code: 'table_unavailable' } });
    expect(list.titles).toHaveLength(20);
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', title: null, absent: false });
    expect(world.tmdb.requests.map(({ path }) => path)).toEqual(['/movie/popular']);
    // What was fetched answers for as long as the table is away.
    await world.clock.advance(600_000);
    expect(await reader.list(popular)).toMatchObject({ from: 'memory', problem: { code: 'table_unavailable' } });
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('a recommendation is made from one list of TMDB where nothing was read', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.faults.use(down);
    const { picks, from, problem } = await world.open().recommend({ media: 'movie' });
    expect([picks.length, from, problem?.code]).toEqual([20, 'tmdb', 'table_unavailable']);
    expect(world.tmdb.requests).toHaveLength(1);
  });

  it('it is asked three times, then left alone for a second, and is well with its first answer', async () => {
    const { world, reader } = await warmReader();
    world.faults.use(down);
    const before = world.tableCalls('listPages');
    for (let n = 0; n < 50; n += 1) {
      await reader.list(popular);
    }
    expect(world.tableCalls('listPages') - before).toBe(3);
    world.faults.use(async (_call, act) => act());
    await world.clock.advance(restMs - 1);
    expect(await reader.list(popular)).toMatchObject({ from: 'memory', problem: { code: 'table_unavailable' } });
    await world.clock.advance(1);
    const well = await reader.list(popular);
    expect([well.from, well.problem]).toEqual(['table', undefined]);
    expect(await reader.health()).toMatchObject({ table: 'ok' });
  });

  it('what is past its hard TTL is not served from memory either', async () => {
    const { world, reader } = await warmReader();
    world.faults.use(down);
    await world.clock.advance(70.5 * 3_600_000 - 1);
    expect(await reader.list(popular)).toMatchObject({ from: 'memory', stale: true });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'memory', stale: true });
    await world.clock.advance(1);
    expect(await reader.list(popular)).toMatchObject({ from: 'none', titles: [] });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', title: null });
    expect(await reader.recommend({ media: 'movie' })).toMatchObject({ from: 'none', picks: [] });
  });

  it.each([
    [20, 60, 20],
    [60, 20, 20],
    [60, 200, 25],
    [10, 1_000, 20],
    [200, 1, 1],
  ])('a list that was read with %i entries answers a read of %i with %i', async (before, after, entries) => {
    const world = readerWorld();
    await world.putRows(...placedList(sampleFeed(), 25, times(world.clock)));
    const reader = world.open({ live: false });
    await reader.list(popular, { limit: before });
    world.faults.use(down);
    const answer = await reader.list(popular, { limit: after });
    expect(answer).toMatchObject({ from: 'memory', problem: { code: 'table_unavailable' } });
    expect(answer.titles.map(({ rank }) => rank)).toEqual(Array.from({ length: entries }, (_, n) => n + 1));
  });
});

describe('while the table does not answer', () => {
  it.each([
    ['a list', 'list'],
    ['a title', 'title'],
    ['a recommendation', 'recommend'],
  ] as const)('%s comes from memory within its time-out', async (_name, what) => {
    const { world, reader } = await warmReader();
    world.faults.use(silent);
    const startedMs = world.clock.monotonicMs();
    const read = {
      list: () => reader.list(popular),
      title: () => reader.title('movie', 550),
      recommend: reader.recommend,
    };
    expect(await read[what]()).toMatchObject({ from: 'memory', problem: { code: 'table_unavailable' } });
    expect(world.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(timeoutMs);
  });

  it('a thousand readers wait for it once, together', async () => {
    const { world, reader } = await warmReader();
    world.faults.use(silent);
    const before = world.tableCalls('listPages');
    const startedMs = world.clock.monotonicMs();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => reader.list(popular)));
    expect(answers.every(({ from, titles }) => from === 'memory' && titles.length === 20)).toBe(true);
    expect(world.clock.monotonicMs() - startedMs).toBe(timeoutMs);
    expect(world.tableCalls('listPages') - before).toBe(1);
  });

  it('after three time-outs nobody waits', async () => {
    const { world, reader } = await warmReader();
    world.faults.use(silent);
    const waits: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const startedMs = world.clock.monotonicMs();
      await reader.list(popular);
      waits.push(world.clock.monotonicMs() - startedMs);
    }
    expect(waits).toEqual([timeoutMs, timeoutMs, timeoutMs, 0, 0, 0]);
  });

  it('an answer that comes in time counts', async () => {
    const { world, reader } = await warmReader();
    world.faults.use(async (_call, act) => {
      await world.clock.sleep(timeoutMs - 1);
      return act();
    });
    expect(await reader.list(popular)).toMatchObject({ from: 'table' });
  });
});

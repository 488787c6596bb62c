import { describe, expect, it } from 'vitest';
import type { StoreHook } from '../support/call-hook.ts';
import { filmDetails, healthyTmdb } from '../support/film-pages.ts';
import { readerWorld } from '../support/memory-reader.ts';
import { placedList, times } from '../support/placed-rows.ts';
import { sampleFeed } from '../support/sample-messages.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';

const popular = { category: 'popular', media: 'movie' } as const;
const down: StoreHook = async (call) => {
  throw new Error(`${call} failed`);
};
const silent: StoreHook = () => new Promise(() => undefined);
/** What a reader can bear to wait for slots and control table, roughly. */
const bearableMs = 4_000;

describe('while the control table is down', () => {
  it('TMDB is not called: nobody can know the rate', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.control.use(down);
    const reader = world.open();
    const problem = { code: 'control_unavailable' };
    expect(await reader.list(popular)).toMatchObject({ from: 'none', titles: [], problem });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', title: null, absent: false, problem });
    expect(await reader.titles([{ mediaType: 'tv', id: 1 }])).toMatchObject([{ from: 'none', problem }]);
    expect(await reader.recommend()).toMatchObject({ from: 'none', picks: [], problem });
    expect(world.tmdb.requests).toEqual([]);
  });

  it('it is not asked at each read, and calls begin when it is back', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.control.use(down);
    const reader = world.open();
    for (let id = 1; id <= 200; id += 1) {
      await reader.title('movie', id);
      await world.clock.advance(20);
    }
    expect(world.control.calls.length).toBeLessThanOrEqual(2);
    world.control.use(async (_call, act) => act());
    await world.clock.advance(5_000);
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'tmdb' });
  });

  it('what is stale is served, and nothing is asked for', async () => {
    const world = readerWorld();
    const old = times(world.clock, { fetchedAgoHours: 30, staleInHours: -6, goneInHours: 48 });
    await world.putRows(...placedList(sampleFeed(), 20, old));
    world.control.use(down);
    const reader = world.open();
    expect(await reader.list(popular)).toMatchObject({ from: 'table', stale: true });
    await reader.settled();
    expect([world.jobs(), reader.telemetry.warnings]).toMatchObject([[], [{ facts: { detail: 'take failed' } }]]);
  });

  it('an answer of TMDB that came before is served', async () => {
    const world = readerWorld({
      answer: ({ path }) => {
        world.control.use(down);
        return healthyTmdb({ path, query: {} });
      },
    });
    expect(await world.open().list(popular)).toMatchObject({ from: 'tmdb' });
  });
});

describe('while the control table does not answer', () => {
  it('a reader is told so before it gives up, and the next ones need not wait', async () => {
    const world = readerWorld({ answer: healthyTmdb });
    world.control.use(silent);
    const reader = world.open();
    const problem = { code: 'control_unavailable' };
    expect(await reader.list(popular)).toMatchObject({ from: 'none', problem });
    const waitedMs = world.clock.monotonicMs();
    expect(waitedMs).toBeLessThanOrEqual(bearableMs);
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', problem });
    expect(world.clock.monotonicMs()).toBe(waitedMs);
    expect(world.tmdb.requests).toEqual([]);
  });

  it.each([
    ['throttled', 'tmdb_25', tmdbError(429, 25)],
    ['rejected', 'tmdb_7', tmdbError(401, 7)],
  ] as const)(
    'a call that TMDB %s is told to the reader, who does not wait until others know',
    async (_name, code, no) => {
      const world = readerWorld({
        answer: () => {
          world.control.use(silent);
          return no;
        },
      });
      expect(await world.open().list(popular)).toMatchObject({ from: 'none', problem: { code } });
      expect(world.clock.monotonicMs()).toBeLessThanOrEqual(bearableMs);
    },
  );

  it('an answer that comes after all does not count: its slot is long past', async () => {
    const world = readerWorld({ answer: () => filmDetails(550) });
    let first = true;
    world.control.use(async (_call, act) => {
      await world.clock.sleep(first ? 60_000 : 0);
      first = false;
      return act();
    });
    const answer = world.open().title('movie', 550);
    await world.clock.advance(120_000);
    expect(await answer).toMatchObject({ from: 'none', problem: { code: 'control_unavailable' } });
    expect(world.tmdb.requests).toEqual([]);
  });
});

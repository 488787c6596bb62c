import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../src/shared/core/clock.ts';
import { healthyTmdb } from '../support/film-pages.ts';
import { type ReaderWorld, readerWorld } from '../support/memory-reader.ts';
import { settingsWith } from '../support/reader-settings.ts';
import { tmdbError } from '../support/scripted-tmdb.ts';

const popular = { category: 'popular', media: 'movie' } as const;

/** A world whose calls are timed, from its start on. */
function timedWorld(options: Parameters<typeof readerWorld>[0] = {}) {
  const callsAtMs: number[] = [];
  const world: ReaderWorld = readerWorld({
    ...options,
    answer: (request, call) => {
      callsAtMs.push(world.clock.monotonicMs());
      return (options.answer ?? healthyTmdb)(request, call);
    },
  });
  return { world, callsAtMs };
}

/** Asks every 50 ms for titles that nobody has, by each of some containers, and waits for none of them. */
async function flood(world: ReaderWorld, containers: number, forMs: number) {
  const readers = Array.from({ length: containers }, () => world.open());
  const reads: Promise<unknown>[] = [];
  const untilMs = world.clock.monotonicMs() + forMs;
  for (let id = 1; world.clock.monotonicMs() < untilMs; id += 1) {
    reads.push(...readers.map((reader, n) => reader.title('movie', containers * id + n)));
    await world.clock.advance(50);
  }
  return reads;
}

describe('calls of readers', () => {
  it.each([
    [1, 30, 0.1, 16, 181],
    [5, 30, 0.1, 16, 181],
    [3, 40, 0.5, 64, 1_201],
    [3, 10, 0.05, 16, 31],
    // Four connections, each used for up to 3.2 s, are 1.25 calls a second.
    [3, 30, 0.1, 4, 76],
  ])(
    'of %i containers keep to their share of %i calls a second, which is %d, and to what %i connections allow: %i in a minute',
    async (containers, rate, share, connections, most) => {
      const settings = settingsWith({ live: { rateShare: share, connections } });
      const { world, callsAtMs } = timedWorld({
        settings: { ...settings, tmdb: { ...settings.tmdb, requestsPerSecond: rate, connections: connections + 16 } },
      });
      const reads = await flood(world, containers, minuteMs);
      const within = callsAtMs.filter((atMs) => atMs <= minuteMs).length;
      expect(within).toBeLessThanOrEqual(most);
      expect(within).toBeGreaterThan(0.4 * most);
      await Promise.all(reads);
    },
  );

  it('take slots of everybody too, behind those of the pipeline', async () => {
    const { world, callsAtMs } = timedWorld();
    // The pipeline has taken half a second's slots.
    await world.control.everybody.driver(world.clock).take(15);
    await world.open().title('movie', 550);
    expect(callsAtMs).toHaveLength(1);
    expect(callsAtMs[0]).toBeCloseTo(500, 1);
  });

  it('that would have to wait for a second and more are not made, and not asked for again in that second', async () => {
    const { world, callsAtMs } = timedWorld();
    await world.control.everybody.driver(world.clock).take(33);
    const reader = world.open();
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', problem: { code: 'no_slot' } });
    const asked = world.control.calls.length;
    for (let id = 1; id <= 50; id += 1) {
      expect(await reader.title('movie', id)).toMatchObject({ problem: { code: 'no_slot' } });
    }
    expect(world.control.calls.length).toBe(asked);
    expect(callsAtMs).toEqual([]);
    await world.clock.advance(1_200);
    expect(await reader.title('movie', 551)).toMatchObject({ from: 'tmdb' });
  });

  it('that are throttled slow everybody down, for as long as TMDB says', async () => {
    const { world } = timedWorld({ answer: () => tmdbError(429, 25, '7') });
    await world.open().list(popular);
    expect(world.control.everybody.answers).toMatchObject([{ outcome: 'refused', retryAfterMs: 7_000 }]);
    const [slot] = await world.control.everybody.driver(world.clock).take(1);
    expect((slot?.atMs ?? 0) - world.clock.nowMs()).toBeGreaterThanOrEqual(7_000);
    // Whoever reads next waits for no more than the readers' own slot, of which there are five in four seconds.
    const startedMs = world.clock.monotonicMs();
    expect(await world.open().title('movie', 1)).toMatchObject({ problem: { code: 'no_slot' } });
    expect(world.clock.monotonicMs() - startedMs).toBeLessThan(801);
  });

  it('are not made by a reader that may not: it says that nothing is cached', async () => {
    const world = readerWorld();
    const reader = world.open({ live: false });
    const problem = { code: 'not_cached' };
    expect(await reader.list(popular)).toMatchObject({ from: 'none', titles: [], problem });
    expect(await reader.title('movie', 550)).toMatchObject({ from: 'none', title: null, absent: false, problem });
    expect(await reader.recommend()).toMatchObject({ from: 'none', picks: [], problem });
    expect(world.control.calls).toEqual([]);
  });
});

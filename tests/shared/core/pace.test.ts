import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenBucket } from '../../../src/shared/core/pace.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** When each of these takes may go on, in milliseconds; all are asked for at once. */
async function startsOf(bucket: { unitsPerSecond: number; burst: number }, takes: readonly number[], idleMs = 0) {
  const clock = virtualClock({ autoJump: true });
  const pace = tokenBucket(bucket, clock);
  await clock.sleep(idleMs);
  return Promise.all(takes.map((units) => pace(units).then(() => Math.round(clock.monotonicMs() - idleMs))));
}

describe('a token bucket', () => {
  it('spaces takes evenly, and takes less time for those that cost less', async () => {
    expect(await startsOf({ unitsPerSecond: 5, burst: 0 }, [1, 1, 0.2, 0.2, 1])).toEqual([200, 400, 440, 480, 680]);
  });

  it.each([
    [0, [200, 400, 600]],
    [2, [0, 0, 200]],
  ])('saves up no more than its burst of %i while nothing is taken', async (burst, starts) => {
    expect(await startsOf({ unitsPerSecond: 5, burst }, [1, 1, 1], 60_000)).toEqual(starts);
  });

  it('keeps to its rate and its burst over any second, whatever is taken at the same time', async () => {
    const figures = [fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 60 })];
    await fc.assert(
      fc.asyncProperty(fc.tuple(...figures), async ([unitsPerSecond = 1, burst = 0, takes = 1]) => {
        const startsMs = await startsOf({ unitsPerSecond, burst }, Array<number>(takes).fill(1));
        const inOneSecond = startsMs.map((from) => startsMs.filter((ms) => ms >= from && ms < from + 999).length);
        expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(unitsPerSecond + burst);
      }),
      { numRuns: 30 },
    );
  });

  it('never gives more than its rate and its burst over any time, whatever is asked when', async () => {
    const step = fc.record({ gapMs: fc.nat({ max: 30_000 }), units: fc.integer({ min: 0, max: 40 }) });
    const rate = fc.double({ min: 0.5, max: 20, noNaN: true });
    await fc.assert(
      fc.asyncProperty(rate, fc.array(step, { maxLength: 60 }), async (unitsPerSecond, steps) => {
        const clock = virtualClock({ autoJump: true });
        const startMs = clock.monotonicMs();
        const take = tokenBucket({ unitsPerSecond, burst: 60 * unitsPerSecond }, clock);
        let taken = 0;
        for (const { gapMs, units } of steps) {
          await clock.sleep(gapMs);
          await take(units);
          taken += units;
          const seconds = (clock.monotonicMs() - startMs) / 1_000;
          expect(taken).toBeLessThanOrEqual((60 + seconds) * unitsPerSecond + 1e-6);
        }
      }),
    );
  });

  it('loses nothing to a clock that goes back', async () => {
    let nowMs = 5_000;
    const sleeps: number[] = [];
    const sleep = async (ms: number) => {
      sleeps.push(ms);
    };
    const take = tokenBucket({ unitsPerSecond: 5, burst: 10 }, { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep });
    await take(4);
    nowMs = 1_000;
    await take(6);
    expect(sleeps).toEqual([]);
  });

  it('ends its waiting when the run is interrupted', async () => {
    const clock = virtualClock();
    const interruption = new AbortController();
    const waiting = tokenBucket({ unitsPerSecond: 0.1, burst: 0 }, clock)(1, interruption.signal);
    interruption.abort();
    await waiting;
    expect(clock.monotonicMs()).toBe(0);
  });
});

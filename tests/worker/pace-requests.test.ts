import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/shared/ports/clock.ts';
import { paceRequests } from '../../src/worker/pace-requests.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { virtualClock } from '../support/virtual-clock.ts';

/** When calls may start that ask for leave after `gapsMs` each, one behind the other. */
async function startsOf(rate: number, gapsMs: readonly number[], seenBy = (clock: Clock) => clock): Promise<number[]> {
  const clock = virtualClock();
  const gate = paceRequests(rate, seenBy(clock));
  const starts: number[] = [];
  for (const gapMs of gapsMs) {
    await clock.advance(gapMs);
    void gate.enter().then(() => starts.push(clock.monotonicMs()));
  }
  await clock.advance(((gapsMs.length + 1) * 1000) / rate);
  expect(starts).toHaveLength(gapsMs.length);
  return starts;
}

/** The most starts in any stretch of time that is shorter than `windowMs`. */
function mostWithin(windowMs: number, starts: readonly number[]): number {
  const tolerance = 1e-6;
  const counts = starts.map((from) => starts.filter((at) => at >= from && at < from + windowMs - tolerance).length);
  return Math.max(0, ...counts);
}

const anyRate = fc.double({ min: 0.5, max: 40, noNaN: true });
const anyGaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 5_000 })),
  {
    maxLength: 70,
  },
);

describe('paced requests', () => {
  it('are never more than the rate in any second, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(anyRate, anyGaps, async (rate, gapsMs) => {
        expect(mostWithin(1000, await startsOf(rate, gapsMs))).toBeLessThanOrEqual(Math.ceil(rate));
      }),
    );
  });

  it('are never closer than one interval', async () => {
    await fc.assert(
      fc.asyncProperty(anyRate, anyGaps, async (rate, gapsMs) => {
        const starts = await startsOf(rate, gapsMs);
        for (const [n, start] of starts.slice(1).entries()) {
          expect(start - (starts[n] ?? 0)).toBeGreaterThanOrEqual(1000 / rate - 1e-6);
        }
      }),
    );
  });

  it('use the whole rate: the bound is reached, and the next call starts as the second ends', async () => {
    const starts = await startsOf(30, new Array<number>(31).fill(0));
    expect(mostWithin(1000, starts)).toBe(30);
    expect(starts[30]).toBeCloseTo(1000, 6);
  });

  it('start at once when there was a pause, and save nothing up in it', async () => {
    const starts = await startsOf(10, [0, 60_000, 0, 0, 0]);
    expect(starts.map((start) => Math.round(start))).toEqual([0, 60_000, 60_100, 60_200, 60_300]);
  });

  it('do not wait when they come slower than the rate', async () => {
    const starts = await startsOf(10, [0, 100, 101, 250]);
    expect(starts).toEqual([0, 100, 201, 451]);
  });

  it('start in the order in which they came', async () => {
    const clock = virtualClock();
    const gate = paceRequests(10, clock);
    const order: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      void gate.enter().then(() => order.push(n));
    }
    await clock.advance(800);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('are at most one more than the rate when timers fire a millisecond early or a few late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 30 }), anyGaps, async (seed, rate, gapsMs) => {
        const random = seededRandom(seed);
        const unpunctual = (clock: Clock): Clock => ({
          ...clock,
          sleep: (delayMs, signal) => clock.sleep(Math.max(0, delayMs - 1 + 6 * random.next()), signal),
        });
        expect(mostWithin(1000, await startsOf(rate, gapsMs, unpunctual))).toBeLessThanOrEqual(rate + 1);
      }),
    );
  });

  it('do not care what happens to the wall clock', async () => {
    const clock = virtualClock();
    const gate = paceRequests(10, clock);
    const starts: number[] = [];
    for (const jumpMs of [0, -3_600_000, 7_200_000, 0]) {
      clock.jumpWallClock(jumpMs);
      clock.setWallRate(1.2);
      void gate.enter().then(() => starts.push(clock.monotonicMs()));
    }
    await clock.advance(1_000);
    expect(starts).toEqual([0, 100, 200, 300]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/shared/core/clock.ts';
import { type CallGate, callGate } from '../../../src/shared/throttle/call-gate.ts';
import { sharedBreaker } from '../../../src/shared/throttle/shared-breaker.ts';
import { eightFailures, plainBreaker } from '../../support/breaker-world.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { smallestGap } from '../../support/most-within.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { recordingBreaker } from '../../support/recording-breaker.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const slotToleranceMs = 100;

function world(jobs: number, seenBy: (clock: Clock) => Clock = (clock) => clock) {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(plainLimits);
  const schedule = timeline.driver(clock);
  const newGate = () =>
    callGate(jobs, { schedule, breaker: recordingBreaker(), clock: seenBy(clock), slotToleranceMs });
  return { clock, timeline, schedule, newGate };
}

/** When the jobs of a batch are let go. */
async function startsOf(gate: CallGate, jobs: number, clock: Clock): Promise<number[]> {
  const starts: number[] = [];
  const enter = async () => {
    if ((await gate.enter(() => Number.POSITIVE_INFINITY)).kind === 'go') {
      starts.push(clock.monotonicMs());
    }
  };
  await Promise.all(Array.from({ length: jobs }, enter));
  return starts.sort((a, b) => a - b);
}

/** A clock whose sleeper is held up once, by `lateMs`, in the sleep that ends closest to `atMs`. */
function heldUp(clock: Clock, atMs: number, lateMs: number): Clock {
  let done = false;
  return {
    ...clock,
    sleep: (delayMs, signal) => {
      const here = !done && Math.abs(clock.monotonicMs() + delayMs - atMs) < 1;
      done ||= here;
      return clock.sleep(here ? delayMs + lateMs : delayMs, signal);
    },
  };
}

describe('a slot', () => {
  it('before the end of a pause is void: the job goes behind it, one interval after the other', async () => {
    const { clock, schedule, newGate, timeline } = world(5);
    await schedule.take(3);
    const starts = startsOf(newGate(), 5, clock);
    // At 350 ms, when the first job has gone, TMDB throttles and asks for two seconds.
    await clock.sleep(350);
    await schedule.slowDown(2_000);
    const [first, ...others] = (await starts).map((ms) => Math.round(ms));
    expect(first).toBe(300);
    expect(others).toHaveLength(4);
    expect(others[0]).toBe(2_350);
    expect(smallestGap(others)).toBeGreaterThanOrEqual(198);
    expect(timeline.takes).toEqual([3, 5, 1, 1, 1, 1]);
  });

  it('that another job has left over is void in a pause too, when it is wanted just as it comes', async () => {
    const { clock, schedule, newGate } = world(2);
    const gate = newGate();
    expect(await startsOf(gate, 1, clock)).toEqual([0]);
    // The other job needs no slot: the one at 100 ms is left over, and taken by a retry.
    await schedule.slowDown(1_000);
    await clock.sleep(100);
    const [again] = await startsOf(gate, 1, clock);
    expect(again).toBeGreaterThanOrEqual(1_000);
  });

  it('behind the end of a pause stays good', async () => {
    const { clock, schedule, newGate, timeline } = world(2);
    await schedule.take(30);
    const starts = startsOf(newGate(), 2, clock);
    await clock.sleep(100);
    await schedule.slowDown(1_000);
    expect((await starts).map((ms) => Math.round(ms))).toEqual([3_000, 3_100]);
    expect(timeline.takes).toEqual([30, 2]);
  });

  it.each([
    [99, [1_099]],
    [100, [1_100]],
    [101, [1_200]],
    [5_000, [6_000]],
  ])('that a held-up container misses by %i ms', async (lateMs, starts) => {
    const { clock, schedule, newGate } = world(1, (seen) => heldUp(seen, 1_000, lateMs));
    await schedule.take(10);
    // Another worker's slot at 1,100 is not called at twice.
    const gate = newGate();
    const going = startsOf(gate, 1, clock);
    await clock.sleep(10);
    await schedule.take(1);
    expect((await going).map((ms) => Math.round(ms))).toEqual(starts);
  });

  it('is never called at in a pause, nor two at once, whenever TMDB throttles', async () => {
    const anyThrottles = fc.array(
      fc.record({ waitMs: fc.nat({ max: 1_500 }), pauseMs: fc.option(fc.nat({ max: 4_000 }), { nil: undefined }) }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(
        anyThrottles,
        fc.array(fc.nat({ max: 2_000 }), { maxLength: 4 }),
        async (throttles, batchesMs) => {
          const { clock, schedule, newGate } = world(10);
          const pauses: { fromMs: number; untilMs: number }[] = [];
          const throttling = (async () => {
            for (const { waitMs, pauseMs } of throttles) {
              await clock.sleep(waitMs);
              await schedule.slowDown(pauseMs);
              const fromMs = clock.monotonicMs();
              pauses.push({ fromMs, untilMs: fromMs + (pauseMs ?? 1_000) });
            }
          })();
          const batches = batchesMs.map(async (waitMs) => {
            await clock.sleep(waitMs);
            return startsOf(newGate(), 10, clock);
          });
          const starts = (await Promise.all(batches)).flat();
          await throttling;
          expect(starts).toHaveLength(10 * batchesMs.length);
          expect(smallestGap(starts)).toBeGreaterThanOrEqual(100 - 0.01);
          // Who was asked in the last 25 ms before its slot is on its way.
          const inPause = starts.filter((at) =>
            pauses.some(({ fromMs, untilMs }) => at > fromMs + 25 && at < untilMs - 0.01),
          );
          expect(inPause).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the one trial of all workers', () => {
  it('is made by one of them also when its slot is further away than the trial’s own time', async () => {
    const { clock, schedule } = world(1);
    const store = memoryBreakerStore();
    const newBreaker = () => sharedBreaker(store, plainBreaker, clock, () => undefined);
    await eightFailures(newBreaker());
    await clock.sleep(15_000);
    await schedule.take(400);
    const gates = [1, 2].map(() => callGate(1, { schedule, breaker: newBreaker(), clock, slotToleranceMs }));
    const first = startsOf(gates[0] as CallGate, 1, clock);
    await clock.sleep(31_000);
    const second = startsOf(gates[1] as CallGate, 1, clock);
    expect([...(await first), ...(await second)]).toHaveLength(1);
  });

  it('does not wait for a slot so late that its call would outlast it', async () => {
    const { clock, schedule } = world(1);
    const store = memoryBreakerStore();
    const newBreaker = () => sharedBreaker(store, plainBreaker, clock, () => undefined);
    await eightFailures(newBreaker());
    await clock.sleep(15_000);
    await schedule.take(290);
    const gates = [1, 2].map(() => callGate(1, { schedule, breaker: newBreaker(), clock, slotToleranceMs }));
    const first = startsOf(gates[0] as CallGate, 1, clock);
    await clock.sleep(30_000);
    const second = startsOf(gates[1] as CallGate, 1, clock);
    const starts = [...(await first), ...(await second)];
    // The longest call takes eight seconds.
    expect(smallestGap(starts)).toBeGreaterThan(8_000);
  });
});

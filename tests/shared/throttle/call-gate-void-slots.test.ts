import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/shared/core/clock.ts';
import { type CallGate, callGate } from '../../../src/shared/throttle/call-gate.ts';
import { sharedBreaker } from '../../../src/shared/throttle/shared-breaker.ts';
import { eightFailures, plainBreaker } from '../../support/breaker-world.ts';
import { memoryBreakerStore } from '../../support/memory-breaker-store.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { mostWithin, smallestGap } from '../../support/most-within.ts';
import { answerTo, plainLimits, throttleAt } from '../../support/rate-history.ts';
import { admitted, recordingBreaker, refusing } from '../../support/recording-breaker.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

function world(seenBy: (clock: Clock) => Clock = (clock) => clock) {
  const clock = virtualClock({ autoJump: true });
  const timeline = memoryRateSchedule(plainLimits);
  const schedule = timeline.driver(clock);
  const mostCalls = 100;
  const newGate = () => callGate({ schedule, breaker: recordingBreaker(), clock: seenBy(clock), mostCalls });
  return { clock, timeline, schedule, newGate };
}

/** When the jobs of a batch are let go. */
async function startsOf(gate: CallGate, jobs: number, clock: Clock): Promise<number[]> {
  const starts: number[] = [];
  const enter = async () => {
    const entry = await gate.enter(() => Number.POSITIVE_INFINITY);
    if (entry.kind === 'go') {
      starts.push(clock.monotonicMs());
      entry.leave();
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
  it('before the end of a pause is void: the jobs go behind it together, one interval after the other', async () => {
    const { clock, schedule, newGate, timeline } = world();
    await schedule.take(3);
    const starts = startsOf(newGate(), 5, clock);
    // At 350 ms, when the first job has gone, TMDB throttles and asks for two seconds.
    await clock.sleep(350);
    await schedule.answered(throttleAt(clock.nowMs(), 2_000));
    expect((await starts).map((ms) => Math.round(ms))).toEqual([300, 400, 2_350, 2_450, 2_550]);
    // The second job has shared the look of the first. The three whose slots are void take theirs with one write.
    expect(timeline.takes).toEqual([3, 5, 3]);
  });

  it('that was taken before an alarm is void, also behind the alarm: the jobs take new ones, below the ceiling', async () => {
    const { clock, schedule, newGate, timeline } = world();
    const starts = startsOf(newGate(), 10, clock);
    await clock.sleep(350);
    await schedule.answered(answerTo(clock.nowMs(), 'refused', { namedLimit: 5 }));
    const [first, second, third, fourth, ...others] = (await starts).map((ms) => Math.round(ms));
    expect([first, second, third, fourth]).toEqual([0, 100, 200, 300]);
    // The lanes start 165 ms after the alarm. For a second the rate is 0.7 of the ceiling, and 0.97 of it afterwards: each slot lies behind
    // the one before it by the rate of that moment.
    const gapsMs = [165, 1_000 / 3.5, 1_000 / 3.5, 1_000 / 3.5, 1_000 / 4.85, 1_000 / 4.85];
    const expected = gapsMs.map((_, index) => 350 + gapsMs.slice(0, index + 1).reduce((sum, gapMs) => sum + gapMs, 0));
    expect(others).toEqual(expected.map((ms) => expect.closeTo(ms, 0)));
    expect(timeline.takes).toEqual([10, 6]);
  });

  it('that was taken after an alarm is good', async () => {
    const { clock, schedule, newGate, timeline } = world();
    await schedule.answered(answerTo(clock.nowMs(), 'refused', { namedLimit: 5 }));
    expect(await startsOf(newGate(), 3, clock)).toHaveLength(3);
    expect(timeline.takes).toEqual([3]);
  });

  it('behind the end of a pause stays good', async () => {
    const { clock, schedule, newGate, timeline } = world();
    await schedule.take(30);
    const starts = startsOf(newGate(), 2, clock);
    await clock.sleep(100);
    await schedule.answered(throttleAt(clock.nowMs(), 1_000));
    expect((await starts).map((ms) => Math.round(ms))).toEqual([3_000, 3_100]);
    expect(timeline.takes).toEqual([30, 2]);
  });

  it.each([
    [99, [1_099]],
    [100, [1_100]],
    [101, [1_200]],
    [5_000, [6_000]],
  ])('may be used 100 ms late at 10 of 12 calls a second; missed by %i ms', async (lateMs, starts) => {
    const { clock, schedule, newGate } = world((seen) => heldUp(seen, 1_000, lateMs));
    await schedule.take(10);
    // Another worker's slot at 1,100 is not called at twice.
    const gate = newGate();
    const going = startsOf(gate, 1, clock);
    await clock.sleep(10);
    await schedule.take(1);
    expect((await going).map((ms) => Math.round(ms))).toEqual(starts);
  });

  it('is never called at in a pause, and no second has more calls than the limit, whenever TMDB throttles', async () => {
    const anyThrottles = fc.array(fc.record({ waitMs: fc.nat({ max: 1_500 }), pauseMs: fc.nat({ max: 4_000 }) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        anyThrottles,
        fc.array(fc.nat({ max: 2_000 }), { maxLength: 4 }),
        async (throttles, batchesMs) => {
          const { clock, schedule, newGate } = world();
          const pauses: { fromMs: number; untilMs: number }[] = [];
          const throttling = (async () => {
            for (const { waitMs, pauseMs } of throttles) {
              await clock.sleep(waitMs);
              await schedule.answered(throttleAt(clock.nowMs(), pauseMs));
              const fromMs = clock.monotonicMs();
              pauses.push({ fromMs, untilMs: fromMs + pauseMs });
            }
          })();
          const batches = batchesMs.map(async (waitMs) => {
            await clock.sleep(waitMs);
            return startsOf(newGate(), 10, clock);
          });
          const starts = (await Promise.all(batches)).flat();
          await throttling;
          expect(starts).toHaveLength(10 * batchesMs.length);
          expect(mostWithin(1_000 - 0.01, starts)).toBeLessThanOrEqual(plainLimits.limitPerSecond);
          // A gate looks 25 ms before a slot, and a look is shared for 140 ms.
          const inPause = starts.filter((at) =>
            pauses.some(({ fromMs, untilMs }) => at > fromMs + 165 && at < untilMs - 0.01),
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
    const { clock, schedule } = world();
    const store = memoryBreakerStore();
    const newBreaker = () => sharedBreaker(store, plainBreaker, clock, () => undefined);
    await eightFailures(newBreaker());
    await clock.sleep(15_000);
    await schedule.take(400);
    const gates = [1, 2].map(() => callGate({ schedule, breaker: newBreaker(), clock, mostCalls: 1 }));
    const first = startsOf(gates[0] as CallGate, 1, clock);
    await clock.sleep(31_000);
    const second = startsOf(gates[1] as CallGate, 1, clock);
    expect([...(await first), ...(await second)]).toHaveLength(1);
  });

  it('is kept by who was given it just before a slot that is void: its next slot is for the trial', async () => {
    const { clock, schedule } = world();
    await schedule.take(20);
    const trial = { kind: 'trial', revision: 1, beginByMs: clock.nowMs() + 15_000 } as const;
    // Closed at first, open with a trial due before the slot of 2,000 ms, and held by this worker from then on.
    const breaker = recordingBreaker(admitted, trial, refusing());
    const gate = callGate({ schedule, breaker, clock, mostCalls: 1 });
    const entry = gate.enter(() => 50_000);
    await clock.sleep(1_000);
    await schedule.answered(answerTo(clock.nowMs(), 'refused', { namedLimit: 5 }));
    expect(await entry).toMatchObject({ kind: 'go', admission: trial });
    expect(breaker.asked()).toBe(2);
  });

  it('does not wait for a slot so late that its call would outlast it', async () => {
    const { clock, schedule } = world();
    const store = memoryBreakerStore();
    const newBreaker = () => sharedBreaker(store, plainBreaker, clock, () => undefined);
    await eightFailures(newBreaker());
    await clock.sleep(15_000);
    await schedule.take(290);
    const gates = [1, 2].map(() => callGate({ schedule, breaker: newBreaker(), clock, mostCalls: 1 }));
    const first = startsOf(gates[0] as CallGate, 1, clock);
    await clock.sleep(30_000);
    const second = startsOf(gates[1] as CallGate, 1, clock);
    const starts = [...(await first), ...(await second)];
    // The longest call takes eight seconds.
    expect(smallestGap(starts)).toBeGreaterThan(8_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/shared/core/clock.ts';
import { idleRateState, nextSlotMs, type RateLimits, type Slot } from '../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../src/shared/throttle/rate-schedule-store.ts';
import { smallestGapOfAlarm } from './most-within.ts';
import { evidenceContract, since, startMs, wrongClockContract } from './rate-evidence-contract.ts';
import { answerOf, answerTo, anyHistory, plainLimits, type RateStep, throttleAt } from './rate-history.ts';
import { skewedClock } from './skewed-clock.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** One shared schedule on which nobody has called yet; each worker opens its own driver of it. */
export type OpenSchedule = { driver(clock: Clock): RateScheduleStore };

/** Slots are kept to the microsecond. */
const tolerance = 0.01;

/** What every shared schedule keeps to. */
export function rateScheduleContract(open: (limits: RateLimits) => Promise<OpenSchedule>): void {
  const openAt = async (drivers: number, limits = plainLimits) => {
    // Time jumps, because who loses a race for the item waits for its next attempt.
    const clock = virtualClock({ startMs, autoJump: true });
    const schedule = await open(limits);
    return { clock, schedule, drivers: Array.from({ length: drivers }, () => schedule.driver(clock)) };
  };
  const one = async () => {
    const { clock, drivers, schedule } = await openAt(1);
    return { clock, schedule, driver: drivers[0] as RateScheduleStore };
  };

  describe('a shared rate schedule', () => {
    it('has no pause, no ceiling and no slot at first', async () => {
      const { driver } = await one();
      expect(await driver.read()).toEqual(idleRateState);
    });

    it('gives a run of slots from now on', async () => {
      const { driver } = await one();
      expect(since(await driver.take(4))).toEqual([0, 100, 200, 300]);
      expect(nextSlotMs(await driver.read(), startMs)).toBeCloseTo(startMs + 400, 2);
    });

    it('goes on where another worker’s run ended', async () => {
      const { drivers } = await openAt(3);
      const runs = [];
      for (const driver of drivers) {
        runs.push(...(await driver.take(2)));
      }
      expect(since(runs)).toEqual([0, 100, 200, 300, 400, 500]);
    });

    it('has a run in each lane, with as much time between its slots as there are lanes', async () => {
      const { drivers } = await openAt(3, { ...plainLimits, lanes: 2 });
      const runs = [];
      for (const driver of drivers) {
        runs.push(since(await driver.take(3)));
      }
      expect(runs).toEqual([
        [0, 200, 400],
        [0, 200, 400],
        [600, 800, 1_000],
      ]);
    });

    it('gives slots as far apart as calls end on all connections, once it has seen how long calls take', async () => {
      const { clock, drivers } = await openAt(2, { ...plainLimits, connections: 10 });
      const [slow, other] = drivers as [RateScheduleStore, RateScheduleStore];
      const stepOf = async (driver: RateScheduleStore) => {
        const [first = 0, second = 0] = since(await driver.take(2));
        return second - first;
      };
      const answersAfter = async (ms: number, count: number) => {
        for (let answer = 0; answer < count; answer += 1) {
          await slow.answered(answerTo(clock.nowMs() - ms));
        }
      };
      await answersAfter(2_000, 1);
      expect(await stepOf(slow), 'one slow answer changes nothing').toBeCloseTo(100, 2);
      await answersAfter(2_000, 200);
      expect(await stepOf(slow), 'ten calls in two seconds').toBeCloseTo(200, 1);
      expect(await stepOf(other), 'as far as this worker knows').toBeCloseTo(100, 2);
      // The clock was set: the answers to what was under way seem to have taken an hour, or to have come before their calls.
      await answersAfter(3_600_000, 20);
      await answersAfter(-3_600_000, 20);
      expect(await stepOf(slow)).toBeCloseTo(200, 1);
    });

    it('saves nothing up while nobody calls', async () => {
      const { clock, drivers } = await openAt(2);
      await Promise.all(drivers.map((driver) => driver.take(3)));
      await clock.advance(3_600_000);
      const fromMs = clock.nowMs();
      const slots = (await Promise.all(drivers.map((driver) => driver.take(3)))).flat();
      expect(Math.min(...slots.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(fromMs);
      expect(smallestGapOfAlarm(slots)).toBeGreaterThanOrEqual(100 - tolerance);
    });

    it('pauses for everyone, also for who has seen nothing of the throttle', async () => {
      const { clock, drivers } = await openAt(3);
      for (const driver of drivers) {
        await driver.take(1);
      }
      await clock.advance(1_000);
      await drivers[0]?.answered(throttleAt(startMs, 7_000));
      const late = await Promise.all([drivers[1]?.take(1), drivers[2]?.take(1)]);
      expect(Math.min(...late.flatMap(since))).toBe(8_000);
      expect(await drivers[2]?.read()).toMatchObject({ pausedUntilMs: startMs + 8_000 });
    });

    it('pauses only for the time that is named, and never longer than the cap', async () => {
      const { driver, clock } = await one();
      await driver.answered(answerTo(startMs, 'refused'));
      expect(since(await driver.take(1))).toEqual([0]);
      await clock.advance(5_000);
      await driver.answered(throttleAt(startMs + 5_000, 86_400_000));
      expect((await driver.read()).pausedUntilMs).toBe(startMs + 65_000);
      expect(since(await driver.take(1))).toEqual([65_000]);
    });

    describe('whose calls TMDB refuses', () => evidenceContract(openAt));

    // Whoever loses a race, loses to another take: fewer of them than there are attempts.
    it('shares no slot and loses none, whoever takes at the same time', async () => {
      const { drivers } = await openAt(8);
      const takes = drivers.flatMap((driver) => Array.from({ length: 3 }, () => driver.take(10)));
      const slotsMs = since((await Promise.all(takes)).flat()).sort((a, b) => a - b);
      expect(slotsMs).toEqual(Array.from({ length: 240 }, (_, n) => 100 * n));
    });

    it('gives no slot that nobody can wait for, and pushes nobody out with it', async () => {
      const { drivers } = await openAt(3);
      await drivers[0]?.take(10);
      // The next slot is a second away.
      for (const driver of drivers) {
        expect(await driver.take(5, 999)).toEqual([]);
      }
      expect(since(await drivers[1]?.take(1, 1_001))).toEqual([1_000]);
      expect(nextSlotMs((await drivers[2]?.read()) ?? idleRateState, startMs)).toBeCloseTo(startMs + 1_100, 2);
    });

    it('gives no slot behind a pause that nobody can wait for', async () => {
      const { drivers, clock } = await openAt(2);
      await drivers[0]?.take(1);
      await drivers[1]?.answered(throttleAt(startMs, 50_000));
      expect(await drivers[0]?.take(10, 49_000)).toEqual([]);
      await clock.advance(1_500);
      expect(since(await drivers[0]?.take(1, 49_000))).toEqual([50_000]);
    });

    it('gives none that is still to come to who cannot wait', async () => {
      const { drivers } = await openAt(2);
      await drivers[0]?.take(1);
      for (const driver of drivers) {
        expect(await driver.take(1, 0)).toEqual([]);
        expect(await driver.take(1, -10_000)).toEqual([]);
      }
      expect(nextSlotMs((await drivers[0]?.read()) ?? idleRateState, startMs)).toBeCloseTo(startMs + 100, 2);
    });

    it('shares no slot while others are throttled at the same time', async () => {
      const { drivers } = await openAt(8);
      await Promise.all(drivers.map((driver) => driver.take(1)));
      const runs = await Promise.all(
        drivers.flatMap((driver) => [
          driver.take(5),
          driver.answered(throttleAt(startMs, 0)).then(() => []),
          driver.take(5),
        ]),
      );
      expect(runs.flat()).toHaveLength(80);
      expect(smallestGapOfAlarm(runs.flat())).toBeGreaterThanOrEqual(100 - tolerance);
    });

    describe('into which a clock that is a day ahead has written', () => wrongClockContract(openAt));

    it('keeps its distances for any history of workers whose clocks differ', async () => {
      await fc.assert(
        fc.asyncProperty(anyHistory(12), async (steps) => {
          const { clock, schedule } = await openAt(0);
          const drivers = [0, 2_000, -2_000].map((skewMs) => schedule.driver(skewedClock(clock, skewMs)));
          const slots = await slotsOf(steps, drivers, clock);
          expect(smallestGapOfAlarm(slots)).toBeGreaterThanOrEqual(100 - tolerance);
        }),
        { numRuns: 15 },
      );
    });
  });
}

/** Plays a history; all slots in the order in which they were given. */
async function slotsOf(
  steps: readonly RateStep[],
  drivers: readonly RateScheduleStore[],
  clock: VirtualClock,
): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (const step of steps) {
    if (step.kind === 'idle') {
      await clock.advance(step.ms);
    } else if (step.kind === 'take') {
      slots.push(...((await drivers[step.by]?.take(step.count)) ?? []));
    } else {
      await drivers[step.by]?.answered(answerOf(step, clock.nowMs()));
    }
  }
  return slots;
}

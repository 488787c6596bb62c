import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clock, dayMs } from '../../src/shared/core/clock.ts';
import type { RateLimits } from '../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../src/shared/throttle/rate-schedule-store.ts';
import { smallestGap } from './most-within.ts';
import { anyHistory, plainLimits, type RateStep } from './rate-history.ts';
import { skewedClock } from './skewed-clock.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** One shared schedule on which nobody has called yet; each worker opens its own driver of it. */
export type OpenSchedule = { driver(clock: Clock): RateScheduleStore };

/** Slots are kept to the microsecond, and each take rounds its step up. */
const tolerance = 0.01;
const startMs = Date.UTC(2026, 10, 23, 8);

/** What every shared schedule keeps to. */
export function rateScheduleContract(open: (limits: RateLimits) => Promise<OpenSchedule>): void {
  const openAt = async (drivers: number, limits = plainLimits) => {
    const clock = virtualClock({ startMs });
    const schedule = await open(limits);
    return { clock, schedule, drivers: Array.from({ length: drivers }, () => schedule.driver(clock)) };
  };
  const one = async () => {
    const { clock, drivers, schedule } = await openAt(1);
    return { clock, schedule, driver: drivers[0] as RateScheduleStore };
  };

  describe('a shared rate schedule', () => {
    it('has no pause, no throttle and no slot at first', async () => {
      const { driver } = await one();
      expect(await driver.read()).toEqual({ nextSlotMs: 0, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 });
    });

    it('gives a run of slots from now on', async () => {
      const { driver } = await one();
      const slotsMs = await driver.take(4);
      expect(slotsMs.map((ms) => Math.round(ms - startMs))).toEqual([0, 100, 200, 300]);
      expect((await driver.read()).nextSlotMs).toBeCloseTo(startMs + 400, 2);
    });

    it('goes on where another worker’s run ended', async () => {
      const { drivers } = await openAt(3);
      const runs = [];
      for (const driver of drivers) {
        runs.push(...(await driver.take(2)));
      }
      expect(runs.map((ms) => Math.round(ms - startMs))).toEqual([0, 100, 200, 300, 400, 500]);
    });

    it('saves nothing up while nobody calls', async () => {
      const { clock, drivers } = await openAt(2);
      await Promise.all(drivers.map((driver) => driver.take(3)));
      await clock.advance(3_600_000);
      const slotsMs = (await Promise.all(drivers.map((driver) => driver.take(3)))).flat().sort((a, b) => a - b);
      expect(Math.min(...slotsMs)).toBe(startMs + 3_600_000);
      expect(smallestGap(slotsMs)).toBeGreaterThanOrEqual(100 - tolerance);
    });

    it('pauses for everyone, also for who has seen nothing of the throttle', async () => {
      const { drivers } = await openAt(3);
      for (const driver of drivers) {
        await driver.take(1);
      }
      await drivers[0]?.slowDown(7_000);
      const late = await Promise.all([drivers[1]?.take(1), drivers[2]?.take(1)]);
      expect(Math.min(...late.flatMap((slots) => slots ?? []))).toBe(startMs + 7_000);
      expect(await drivers[2]?.read()).toMatchObject({ pausedUntilMs: startMs + 7_000, slowRate: 5 });
    });

    it('pauses as long as usual, and never longer than the cap', async () => {
      const { driver, clock } = await one();
      await driver.slowDown(undefined);
      expect((await driver.read()).pausedUntilMs).toBe(startMs + 1_000);
      await clock.advance(5_000);
      await driver.slowDown(86_400_000);
      expect((await driver.read()).pausedUntilMs).toBe(startMs + 65_000);
      expect(await driver.take(1)).toEqual([startMs + 65_000]);
    });

    it('slows down once when everyone is throttled together', async () => {
      const { drivers } = await openAt(6);
      await Promise.all(drivers.map((driver) => driver.slowDown(undefined)));
      const [first = 0, second = 0] = (await drivers[5]?.take(2)) ?? [];
      expect(second - first).toBeCloseTo(200, 2);
    });

    it('is as fast as ever after a while', async () => {
      const { driver, clock } = await one();
      await driver.slowDown(undefined);
      await clock.advance(60_000);
      const [first = 0, second = 0] = await driver.take(2);
      expect(second - first).toBeCloseTo(100, 2);
    });

    it('slows down a worker that has not been told, on its very next run', async () => {
      const { drivers, clock } = await openAt(2);
      await drivers[0]?.take(1);
      await drivers[1]?.slowDown(0);
      await clock.advance(200);
      const [first = 0, second = 0] = (await drivers[0]?.take(2)) ?? [];
      // 0.02 calls a second have been gained.
      expect(second - first).toBeGreaterThan(199);
      expect(second - first).toBeLessThan(200);
    });

    it('shares no slot and loses none, whoever takes at the same time', async () => {
      const { drivers } = await openAt(8);
      const takes = drivers.flatMap((driver) => Array.from({ length: 5 }, () => driver.take(10)));
      const slotsMs = (await Promise.all(takes)).flat().sort((a, b) => a - b);
      expect(slotsMs).toHaveLength(400);
      expect(smallestGap(slotsMs)).toBeGreaterThanOrEqual(100 - tolerance);
      expect(slotsMs.map((ms) => Math.round((ms - startMs) / 100))).toEqual(Array.from({ length: 400 }, (_, n) => n));
    });

    it('gives no slot that nobody can wait for, and pushes nobody out with it', async () => {
      const { drivers } = await openAt(3);
      await drivers[0]?.take(10);
      // The next slot is a second away.
      for (const driver of drivers) {
        expect(await driver.take(5, 999)).toEqual([]);
      }
      const [granted = 0] = (await drivers[1]?.take(1, 1_001)) ?? [];
      expect(granted).toBeCloseTo(startMs + 1_000, 2);
      expect((await drivers[2]?.read())?.nextSlotMs).toBeCloseTo(startMs + 1_100, 2);
    });

    it('gives no slot behind a pause that nobody can wait for', async () => {
      const { drivers, clock } = await openAt(2);
      await drivers[0]?.take(1);
      await drivers[1]?.slowDown(50_000);
      expect(await drivers[0]?.take(10, 49_000)).toEqual([]);
      await clock.advance(1_500);
      expect(await drivers[0]?.take(1, 49_000)).toEqual([startMs + 50_000]);
    });

    it('gives none that is still to come to who cannot wait', async () => {
      const { drivers } = await openAt(2);
      await drivers[0]?.take(1);
      for (const driver of drivers) {
        expect(await driver.take(1, 0)).toEqual([]);
      }
      expect((await drivers[0]?.read())?.nextSlotMs).toBeCloseTo(startMs + 100, 2);
    });

    it('shares no slot while others are throttled at the same time', async () => {
      const { drivers } = await openAt(8);
      await Promise.all(drivers.map((driver) => driver.take(1)));
      const runs = await Promise.all(
        drivers.flatMap((driver) => [driver.take(5), driver.slowDown(0).then(() => []), driver.take(5)]),
      );
      expect(runs.flat()).toHaveLength(80);
      expect(smallestGap(runs.flat())).toBeGreaterThanOrEqual(100 - tolerance);
    });

    describe('into which a clock that is a day ahead has written', () => contractOfClocks(openAt));

    it('keeps its distances for any history of workers whose clocks differ', async () => {
      await fc.assert(
        fc.asyncProperty(anyHistory(12), async (steps) => {
          const { clock, schedule } = await openAt(0);
          const drivers = [0, 2_000, -2_000].map((skewMs) => schedule.driver(skewedClock(clock, skewMs)));
          const slotsMs = await slotsOf(steps, drivers, clock);
          expect(smallestGap(slotsMs)).toBeGreaterThanOrEqual(100 - tolerance);
          expect(slotsMs).toEqual([...slotsMs].sort((a, b) => a - b));
        }),
        { numRuns: 15 },
      );
    });
  });
}

type OpenAt = (
  drivers: number,
) => Promise<{ clock: VirtualClock; schedule: OpenSchedule; drivers: RateScheduleStore[] }>;

/** What a wrong clock has written costs less than a minute, whoever looks. */
function contractOfClocks(openAt: OpenAt): void {
  const damaged = async (damage: (ahead: RateScheduleStore) => Promise<unknown>) => {
    const { clock, schedule, drivers } = await openAt(2);
    await drivers[0]?.take(1);
    await damage(schedule.driver(skewedClock(clock, dayMs)));
    return { clock, schedule, drivers };
  };

  it.each<[string, (ahead: RateScheduleStore) => Promise<unknown>]>([
    ['its end', (ahead) => ahead.take(10)],
    ['a pause', (ahead) => ahead.slowDown(30_000)],
  ])('%s, gives slots again within a minute, and says meanwhile that there are none', async (_name, damage) => {
    const { clock, drivers } = await damaged(damage);
    expect(await drivers[0]?.take(1, 50_000)).toEqual([]);
    await clock.advance(15_000);
    expect(await drivers[1]?.take(1, 50_000)).toEqual([]);
    await clock.advance(10_000);
    const slotsMs = (await drivers[1]?.take(2, 50_000)) ?? [];
    expect(slotsMs[0]).toBeCloseTo(startMs + 25_000, 2);
    expect(await drivers[0]?.take(1, 50_000)).toHaveLength(1);
    const { nextSlotMs, pausedUntilMs } = (await drivers[0]?.read()) ?? {};
    expect(nextSlotMs).toBeLessThan(startMs + 30_000);
    expect(pausedUntilMs).toBe(0);
  });

  it('a throttle, goes back to the full rate, and is slowed down by the next one', async () => {
    const { clock, drivers } = await damaged((ahead) => ahead.slowDown(0));
    await drivers[0]?.take(1, 50_000);
    await clock.advance(25_000);
    const [first = 0, second = 0] = (await drivers[0]?.take(2, 50_000)) ?? [];
    expect(second - first).toBeCloseTo(200, 0);
    await clock.advance(10_000);
    await drivers[1]?.slowDown(0);
    expect((await drivers[1]?.read())?.slowRate).toBeCloseTo(3, 0);
    await clock.advance(120_000);
    const [third = 0, fourth = 0] = (await drivers[0]?.take(2, 50_000)) ?? [];
    expect(fourth - third).toBeCloseTo(100, 0);
  });

  it('its end, is mended by who has seen nothing of it before, once another has doubted it', async () => {
    const { clock, schedule, drivers } = await damaged((ahead) => ahead.take(10));
    await drivers[0]?.take(1, 50_000);
    await clock.advance(40_000);
    expect(await schedule.driver(clock).take(1, 50_000)).toEqual([startMs + 40_000]);
  });

  it('its end, is the operator’s to bring back at once', async () => {
    const { drivers } = await damaged((ahead) => ahead.slowDown(30_000));
    await drivers[1]?.forgetThrottles();
    expect(await drivers[0]?.take(1, 0)).toEqual([startMs]);
  });

  it('or one that is a day behind, takes nothing from those who work meanwhile', async () => {
    const { clock, schedule, drivers } = await openAt(1);
    const behind = schedule.driver(skewedClock(clock, -dayMs));
    const slotsMs: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      slotsMs.push(...((await drivers[0]?.take(9)) ?? []));
      expect(await behind.take(1, 50_000)).toEqual([]);
      await clock.advance(7_000);
    }
    expect(slotsMs).toHaveLength(54);
    expect(smallestGap(slotsMs)).toBeGreaterThanOrEqual(100 - tolerance);
  });
}

/** Plays a history; all slots in the order in which they were given. */
async function slotsOf(
  steps: readonly RateStep[],
  drivers: readonly RateScheduleStore[],
  clock: VirtualClock,
): Promise<number[]> {
  const slotsMs: number[] = [];
  for (const step of steps) {
    if (step.kind === 'idle') {
      await clock.advance(step.ms);
    } else if (step.kind === 'take') {
      slotsMs.push(...((await drivers[step.by]?.take(step.count)) ?? []));
    } else {
      await drivers[step.by]?.slowDown(step.retryAfterMs);
    }
  }
  return slotsMs;
}

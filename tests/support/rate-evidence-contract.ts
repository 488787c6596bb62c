/** What every shared schedule makes of TMDB's refusals, and of times that a wrong clock has written. */
import { expect, it } from 'vitest';
import { type Clock, dayMs } from '../../src/shared/core/clock.ts';
import { idleRateState, nextSlotMs, type Slot } from '../../src/shared/throttle/rate-schedule.ts';
import type { RateScheduleStore } from '../../src/shared/throttle/rate-schedule-store.ts';
import { smallestGapOfAlarm } from './most-within.ts';
import { answerTo, throttleAt } from './rate-history.ts';
import { skewedClock } from './skewed-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Slots are kept to the microsecond. */
const tolerance = 0.01;
/** When each of these schedules begins. */
export const startMs = Date.UTC(2026, 10, 23, 8);

/** Milliseconds of slots since the start. */
export const since = (slots: readonly Slot[] | undefined) =>
  (slots ?? []).map(({ atMs }) => Math.round(atMs - startMs));

type OpenAt = (drivers: number) => Promise<{
  clock: VirtualClock;
  schedule: { driver(clock: Clock): RateScheduleStore };
  drivers: RateScheduleStore[];
}>;

/** Twenty calls at 10 a second; TMDB admits the first five of any second. The slots of what it refuses. */
async function twentyCallsOfFive(driver: RateScheduleStore, clock: VirtualClock): Promise<number[]> {
  const slots = await driver.take(20);
  await clock.advance(800);
  for (const { atMs } of slots.slice(0, 5)) {
    await driver.answered(answerTo(atMs));
  }
  return slots.slice(5, 8).map(({ atMs }) => atMs);
}

/** What the schedule makes of refusals: the state is shared, and so is the evidence. */
export function evidenceContract(openAt: OpenAt): void {
  it('goes on below what TMDB admitted, for all workers at once, and all older slots are void', async () => {
    const { clock, drivers } = await openAt(2);
    const refusedMs = await twentyCallsOfFive(drivers[0] as RateScheduleStore, clock);
    for (const slotMs of refusedMs) {
      await drivers[0]?.answered(answerTo(slotMs, 'refused'));
    }
    const state = await drivers[1]?.read();
    expect(state).toMatchObject({ ceiling: 5, alarmAtMs: startMs + 800, answers: 8, refusals: 3, pausedUntilMs: 0 });
    const [first, second] = (await drivers[1]?.take(2)) ?? [];
    // The slots that were taken before reach up to two seconds: they are given again.
    expect(since(first && [first])).toEqual([965]);
    expect(first?.alarmAtMs).toBe(startMs + 800);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(1_000 / 5);
  });

  it('adds up what several workers were told, with the next slots that each of them takes', async () => {
    const { clock, drivers } = await openAt(3);
    const refusedMs = await twentyCallsOfFive(drivers[0] as RateScheduleStore, clock);
    for (const [index, driver] of drivers.entries()) {
      await driver.answered(answerTo(refusedMs[index] ?? 0, 'refused'));
    }
    expect(await drivers[0]?.read()).toMatchObject({ ceiling: 0, answers: 0, refusals: 0 });
    for (const driver of drivers) {
      await driver.take(1);
    }
    expect(await drivers[0]?.read()).toMatchObject({ ceiling: 5, answers: 8, refusals: 3 });
  });

  it('counts each answer once, however often its worker takes slots', async () => {
    const { drivers } = await openAt(2);
    const [slot] = (await drivers[0]?.take(1)) ?? [];
    await drivers[0]?.answered(answerTo(slot?.atMs ?? 0, 'refused'));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(drivers.map((driver) => driver.take(1)));
    }
    expect(await drivers[1]?.read()).toMatchObject({ answers: 1, refusals: 1, ceiling: 0 });
  });

  it('makes one alarm of what all workers are told at once', async () => {
    const { clock, drivers } = await openAt(6);
    const refusedMs = await twentyCallsOfFive(drivers[0] as RateScheduleStore, clock);
    const all = drivers.flatMap((driver) => refusedMs.map((slotMs) => driver.answered(answerTo(slotMs, 'refused'))));
    await Promise.all(all);
    await clock.advance(100);
    for (const driver of drivers) {
      await driver.take(1);
    }
    expect(await drivers[5]?.read()).toMatchObject({ ceiling: 5, holdMs: 15_000, refusals: 18 });
  });

  it('has the whole rate again in time, and forgets everything at once for an operator', async () => {
    const { clock, drivers } = await openAt(2);
    const [driver, other] = drivers as [RateScheduleStore, RateScheduleStore];
    for (const slotMs of await twentyCallsOfFive(driver, clock)) {
      await driver.answered(answerTo(slotMs, 'refused'));
    }
    await clock.advance(60_000);
    const [first = 0, second = 0] = (await other.take(2)).map(({ atMs }) => atMs);
    expect(second - first).toBeCloseTo(100, 2);
    await other.forgetThrottles();
    expect(await driver.read()).toMatchObject({ ceiling: 0, answers: 0, refusals: 0, alarmAtMs: expect.any(Number) });
  });
}

/** What a wrong clock has written costs less than a minute, whoever looks. */
export function wrongClockContract(openAt: OpenAt): void {
  const pauseAhead = (ahead: RateScheduleStore) => ahead.answered(throttleAt(startMs + dayMs, 30_000));
  const damaged = async (damage: (ahead: RateScheduleStore) => Promise<unknown>) => {
    const { clock, schedule, drivers } = await openAt(2);
    await drivers[0]?.take(1);
    await damage(schedule.driver(skewedClock(clock, dayMs)));
    // Longer than anybody trusts what was read before.
    await clock.advance(1_000);
    return { clock, schedule, drivers };
  };

  it.each<[string, (ahead: RateScheduleStore) => Promise<unknown>]>([
    ['its end', (ahead) => ahead.take(10)],
    ['a pause', pauseAhead],
  ])('%s, gives slots again within a minute, and says meanwhile that there are none', async (_name, damage) => {
    const { clock, drivers } = await damaged(damage);
    expect(await drivers[0]?.take(1, 50_000)).toEqual([]);
    await clock.advance(15_000);
    expect(await drivers[1]?.take(1, 50_000)).toEqual([]);
    await clock.advance(10_000);
    expect(since(await drivers[1]?.take(2, 50_000))).toEqual([26_000, 26_100]);
    expect(await drivers[0]?.take(1, 50_000)).toHaveLength(1);
    const state = (await drivers[0]?.read()) ?? idleRateState;
    expect(nextSlotMs(state, startMs)).toBeLessThan(startMs + 30_000);
    expect(state.pausedUntilMs).toBe(0);
  });

  it('an alarm, keeps the ceiling, and the rate rises again', async () => {
    const alarm = answerTo(startMs + dayMs, 'refused', { namedLimit: 5 });
    const { clock, drivers } = await damaged((ahead) => ahead.answered(alarm));
    expect(await drivers[0]?.take(1, 50_000)).toEqual([]);
    await clock.advance(25_000);
    expect(await drivers[0]?.take(1, 50_000)).toHaveLength(1);
    expect(await drivers[1]?.read()).toMatchObject({ ceiling: 5, alarmAtMs: startMs + 26_000 });
    await clock.advance(60_000);
    const [first = 0, second = 0] = ((await drivers[0]?.take(2)) ?? []).map(({ atMs }) => atMs);
    expect(second - first).toBeCloseTo(100, 2);
  });

  it('its end, is repaired by who has seen nothing of it before, once another has doubted it', async () => {
    const { clock, schedule, drivers } = await damaged((ahead) => ahead.take(10));
    await drivers[0]?.take(1, 50_000);
    await clock.advance(40_000);
    expect(since(await schedule.driver(clock).take(1, 50_000))).toEqual([41_000]);
  });

  it('its end, is the operator’s to bring back at once', async () => {
    const { drivers } = await damaged(pauseAhead);
    await drivers[1]?.forgetThrottles();
    expect(since(await drivers[0]?.take(1, 0))).toEqual([1_000]);
  });

  it('or one that is a day behind, takes nothing from those who work meanwhile', async () => {
    const { clock, schedule, drivers } = await openAt(1);
    const behind = schedule.driver(skewedClock(clock, -dayMs));
    const slots: Slot[] = [];
    for (let round = 0; round < 6; round += 1) {
      slots.push(...((await drivers[0]?.take(9)) ?? []));
      expect(await behind.take(1, 50_000)).toEqual([]);
      await clock.advance(7_000);
    }
    expect(slots).toHaveLength(54);
    expect(smallestGapOfAlarm(slots)).toBeGreaterThanOrEqual(100 - tolerance);
  });
}

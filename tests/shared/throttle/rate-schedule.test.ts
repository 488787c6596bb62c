import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterAnswers,
  idleRateState,
  nextSlotMs,
  type RateLimits,
  type RateState,
  type Slot,
  takeSlots,
} from '../../../src/shared/throttle/rate-schedule.ts';
import { mostWithin, smallestGapOfAlarm } from '../../support/most-within.ts';
import {
  answerOf,
  answerTo,
  anyHistory,
  anyLimits,
  plainLimits,
  type RateStep,
  throttleAt,
} from '../../support/rate-history.ts';

const startMs = Date.UTC(2026, 10, 23, 8);
/** Sums of fractions of milliseconds at today's date are exact to a quarter of a microsecond. */
const tolerance = 0.01;

type Taken = { atMs: number; slots: Slot[] };

/** Plays a history; worker n's wall clock is off by `skewsMs[n]`. */
function play(steps: readonly RateStep[], limits: RateLimits, skewsMs: readonly number[] = [0, 0, 0], callMs = 0) {
  let state: RateState = idleRateState;
  let trueMs = startMs;
  const takes: Taken[] = [];
  const pauses: { afterTake: number; untilMs: number }[] = [];
  for (const step of steps) {
    if (step.kind === 'idle') {
      trueMs += step.ms;
      continue;
    }
    const nowMs = trueMs + (skewsMs[step.by] ?? 0);
    if (step.kind === 'take') {
      const taken = takeSlots(state, step.count, nowMs, limits, callMs);
      state = taken.state;
      takes.push({ atMs: nowMs, slots: taken.slots });
      continue;
    }
    const answer = answerOf(step, nowMs);
    state = afterAnswers(state, [answer], nowMs, limits);
    if (answer.retryAfterMs !== undefined && answer.retryAfterMs > 0) {
      pauses.push({ afterTake: takes.length, untilMs: nowMs + Math.min(limits.pauseCapMs, answer.retryAfterMs) });
    }
  }
  return { state, takes, pauses, slots: takes.flatMap(({ slots }) => slots) };
}

const since = (slots: readonly Slot[]) => slots.map(({ atMs }) => atMs - startMs);

describe('slots', () => {
  it('are as many as asked for, from now on, one interval apart', () => {
    const { slots } = play([{ kind: 'take', by: 0, count: 4 }], plainLimits);
    expect(since(slots)).toEqual([0, 100, 200, 300]);
    expect(slots[0]).toEqual({ atMs: startMs, ratePerSecond: 10, lateMs: expect.closeTo(100, 6), alarmAtMs: 0 });
  });

  it('follow those that were taken before', () => {
    const { slots } = play(
      [
        { kind: 'take', by: 0, count: 2 },
        { kind: 'idle', ms: 30 },
        { kind: 'take', by: 1, count: 2 },
      ],
      plainLimits,
    );
    expect(since(slots)).toEqual([0, 100, 200, 300]);
  });

  it('start now after idle time, which is gone: no burst', () => {
    const { slots } = play(
      [
        { kind: 'take', by: 0, count: 1 },
        { kind: 'idle', ms: 3_600_000 },
        { kind: 'take', by: 1, count: 3 },
      ],
      plainLimits,
    );
    expect(since(slots.slice(1))).toEqual([3_600_000, 3_600_100, 3_600_200]);
  });

  it('are in one lane at least an interval of the rate apart, for any history and any clocks', () => {
    const anySkews = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(anyHistory(40), anyLimits, anySkews, (steps, anyLanes, skewsMs) => {
        const limits = { ...anyLanes, lanes: 1 };
        const { slots } = play(steps, limits, skewsMs);
        expect(smallestGapOfAlarm(slots)).toBeGreaterThanOrEqual(1_000 / limits.requestsPerSecond - tolerance);
      }),
      { numRuns: 300 },
    );
  });

  it('are in any second no more than the rate, and one for each further lane, while there is no alarm', () => {
    fc.assert(
      fc.property(
        anyHistory(40),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, rate, lanes) => {
          const limits = { ...plainLimits, requestsPerSecond: rate, limitPerSecond: 50, lanes };
          const calm = steps.filter(({ kind }) => kind !== 'answer');
          const slotsMs = play(calm, limits).slots.map(({ atMs }) => atMs);
          expect(mostWithin(1_000 - tolerance, slotsMs)).toBeLessThanOrEqual(Math.ceil(rate / lanes) * lanes);
        },
      ),
    );
  });

  it('are no more in any second where workers with one lane and with eight take them', () => {
    const anyStep = fc.oneof(
      { weight: 3, arbitrary: fc.record({ lanes: fc.constantFrom(1, 8), count: fc.integer({ min: 1, max: 10 }) }) },
      { weight: 1, arbitrary: fc.record({ idleMs: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 3_000 })) }) },
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        let state: RateState = idleRateState;
        let nowMs = startMs;
        const slotsMs: number[] = [];
        for (const step of steps) {
          if ('idleMs' in step) {
            nowMs += step.idleMs;
            continue;
          }
          const limits = { ...plainLimits, requestsPerSecond: 30, limitPerSecond: 40, lanes: step.lanes };
          const taken = takeSlots(state, step.count, nowMs, limits);
          state = taken.state;
          slotsMs.push(...taken.slots.map(({ atMs }) => atMs));
        }
        // Eight lanes may each have one more at the edge of a second.
        expect(mostWithin(1_000 - tolerance, slotsMs)).toBeLessThanOrEqual(30 + 8);
      }),
      { numRuns: 1000 },
    );
  });

  it('never lie in the past of who takes them', () => {
    fc.assert(
      fc.property(anyHistory(30), anyLimits, (steps, limits) => {
        for (const { atMs, slots } of play(steps, limits, [0, 1_500, -1_500]).takes) {
          expect(slots[0]?.atMs).toBeGreaterThanOrEqual(atMs);
        }
      }),
    );
  });

  it('of an item with other lanes are taken in the lanes that still end in the future, and a lane that is missing begins behind all', () => {
    const state = { ...idleRateState, endsMs: [startMs + 900, startMs + 100, startMs + 500] };
    const taken = (lanes: number, afterMs: number) => {
      const { slots, state: next } = takeSlots(state, 2, startMs + afterMs, { ...plainLimits, lanes });
      return [since(slots), next.endsMs.map((endMs) => endMs - startMs).sort((a, b) => a - b)];
    };
    expect(taken(1, 0), 'three lanes are busy: their slots are 300 ms apart').toEqual([
      [100, 400],
      [500, 700, 900],
    ]);
    expect(taken(1, 600), 'one is busy').toEqual([[900, 1_000], [1_100]]);
    expect(taken(2, 600), 'one is busy, and one is idle').toEqual([
      [600, 800],
      [900, 1_000],
    ]);
    expect(taken(4, 0), 'one is missing').toEqual([
      [100, 500],
      [500, 900, 900, 900],
    ]);
  });
});

describe('slots for slow calls', () => {
  const limits = { ...plainLimits, requestsPerSecond: 30, limitPerSecond: 40, connections: 20 };

  it.each([
    ['as usual, where all connections can make as many calls', 600, 1_000 / 30],
    ['as far apart as calls end on all connections', 2_500, 125],
    ['no further apart than at the lowest rate', 60_000, 1_000],
  ])('lie %s', (_where, callMs, stepMs) => {
    const { slots } = takeSlots(idleRateState, 3, startMs, limits, callMs);
    expect(since(slots)).toEqual([0, expect.closeTo(stepMs, 3), expect.closeTo(2 * stepMs, 3)]);
    expect(slots[0]?.ratePerSecond).toBeCloseTo(1_000 / stepMs, 6);
  });

  it('lie no closer than a known ceiling allows', () => {
    const state = { ...idleRateState, ceiling: 5, alarmAtMs: startMs };
    expect(takeSlots(state, 1, startMs + 2_000, limits, 2_500).slots[0]?.ratePerSecond).toBeCloseTo(0.97 * 5, 6);
  });

  it('may be used later, by what the limit allows beside workers with short calls', () => {
    const lateMs = (over: Partial<RateLimits>, callMs: number) =>
      takeSlots(idleRateState, 1, startMs, { ...limits, ...over }, callMs).slots[0]?.lateMs;
    // The limit of 40 has room for nine calls beside the full rate and the lane.
    expect(lateMs({}, 2_500)).toBeCloseTo(9 * 125, 6);
    // The limit has room for one call more beside the full rate and the lane.
    expect(lateMs({ limitPerSecond: 32 }, 2_500)).toBeCloseTo(125, 6);
  });
});

describe('a slot that is used late', () => {
  it.each([
    [{ requestsPerSecond: 30, limitPerSecond: 40, lanes: 1 }, 200],
    [{ requestsPerSecond: 30, limitPerSecond: 33, lanes: 1 }, 200 / 3],
    [{ requestsPerSecond: 30, limitPerSecond: 33, lanes: 2 }, 50],
    [{ requestsPerSecond: 30, limitPerSecond: 30, lanes: 1 }, 50],
  ])('may be so by what the limit allows, and by the tolerance at least: %o', (over, lateMs) => {
    const [slot] = takeSlots(idleRateState, 1, startMs, { ...plainLimits, ...over }).slots;
    expect(slot?.lateMs).toBeCloseTo(lateMs, 6);
  });

  it('may be so by the tolerance where TMDB admits fewer calls than are documented', () => {
    const state = { ...idleRateState, ceiling: 20, alarmAtMs: startMs };
    const limits = { ...plainLimits, requestsPerSecond: 30, limitPerSecond: 40 };
    expect(takeSlots(state, 1, startMs + 2_000, limits).slots[0]?.lateMs).toBe(50);
  });

  it('may be so as usual once the rate is the configured one again, though a ceiling is known', () => {
    const state = { ...idleRateState, ceiling: 20, alarmAtMs: startMs };
    const limits = { ...plainLimits, requestsPerSecond: 30, limitPerSecond: 40 };
    const [slot] = takeSlots(state, 1, startMs + 60_000, limits).slots;
    expect(slot).toMatchObject({ ratePerSecond: 30, lateMs: 200 });
  });

  it('leaves no second with more calls than the limit, whenever all workers are stopped together', () => {
    const anyStop = fc.record({
      rate: fc.integer({ min: 10, max: 35 }),
      lanes: fc.integer({ min: 1, max: 4 }),
      untilMs: fc.integer({ min: 0, max: 1_500 }),
      callMs: fc.constantFrom(0, 800, 2_500, 8_000),
    });
    fc.assert(
      fc.property(anyStop, ({ rate, lanes, untilMs, callMs }) => {
        const limits = { ...plainLimits, requestsPerSecond: rate, limitPerSecond: 40, lanes, slotToleranceMs: 1 };
        const takes = Array.from({ length: 8 * lanes }, () => ({ kind: 'take' as const, by: 0, count: 10 }));
        const goMs = startMs + untilMs;
        // All calls whose slots may still be used come together when the workers go on.
        const calls = play(takes, limits, [0], callMs).slots.flatMap(({ atMs, lateMs }) =>
          atMs >= goMs ? [atMs] : atMs + lateMs >= goMs ? [goMs] : [],
        );
        expect(mostWithin(1_000 - tolerance, calls)).toBeLessThanOrEqual(40);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a pause', () => {
  const next = (retryAfterMs: number | undefined) =>
    play(
      [
        { kind: 'answer', by: 0, agoMs: 0, outcome: 'refused', retryAfterMs },
        { kind: 'take', by: 1, count: 1 },
      ],
      plainLimits,
    );

  it('lasts for the time that TMDB names; without one there is none', () => {
    expect(since(next(7_000).slots)).toEqual([7_000]);
    expect(since(next(0).slots)).toEqual([0]);
    expect(since(next(undefined).slots)).toEqual([0]);
    expect(next(undefined).state.pausedUntilMs).toBe(0);
  });

  it('is never longer than the cap', () => {
    for (const retryAfterMs of [60_001, 86_400_000, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
      const { state, slots } = next(retryAfterMs);
      expect(since(slots)).toEqual([60_000]);
      expect(state.pausedUntilMs).toBe(startMs + 60_000);
    }
  });

  it('is asked for by nothing that a call was answered more than a minute ago', () => {
    const old = throttleAt(startMs - 60_001, 5_000);
    expect(afterAnswers(idleRateState, [old], startMs, plainLimits)).toEqual(idleRateState);
    const late = throttleAt(startMs - 59_000, 5_000);
    expect(afterAnswers(idleRateState, [late], startMs, plainLimits).pausedUntilMs).toBe(startMs + 5_000);
  });

  it('is kept by every later take, and the longest counts, for any history', () => {
    fc.assert(
      fc.property(anyHistory(40), anyLimits, (steps, limits) => {
        const { state, takes, pauses } = play(steps, limits);
        for (const { afterTake, untilMs } of pauses) {
          expect(takes[afterTake]?.slots[0]?.atMs ?? untilMs).toBeGreaterThanOrEqual(untilMs);
        }
        expect(state.pausedUntilMs).toBe(pauses.reduce((latest, { untilMs }) => Math.max(latest, untilMs), 0));
      }),
    );
  });

  it('ends at a whole millisecond, and never before the time it names', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (n) => {
        const retryAfterMs = n / 17_000;
        const { state } = next(retryAfterMs);
        expect(Number.isInteger(state.pausedUntilMs)).toBe(true);
        expect(state.pausedUntilMs).toBeGreaterThanOrEqual(startMs + retryAfterMs);
      }),
    );
  });

  it('does not move a timeline that is busy beyond it', () => {
    const { slots } = play(
      [
        { kind: 'take', by: 0, count: 30 },
        { kind: 'answer', by: 0, agoMs: 0, outcome: 'refused', retryAfterMs: 2_000 },
        { kind: 'take', by: 0, count: 1 },
      ],
      plainLimits,
    );
    expect(since(slots).at(-1)).toBe(3_000);
  });
});

describe('an alarm', () => {
  const named = answerTo(startMs, 'refused', { namedLimit: 5 });

  it('starts the lanes anew when all workers know of it, evenly spread, whatever was taken before', () => {
    const limits = { ...plainLimits, lanes: 2 };
    const busy = takeSlots(idleRateState, 50, startMs, limits).state;
    const { endsMs, alarmAtMs } = afterAnswers(busy, [named], startMs + 300.5, limits);
    expect(alarmAtMs).toBe(startMs + 301);
    // 0.7 of the ceiling of five for a second: 3.5 calls a second.
    expect(endsMs.map((ms) => ms - startMs)).toEqual([465.5, expect.closeTo(465.5 + 1_000 / 3.5, 3)]);
  });

  it('starts them behind a pause', () => {
    const pause = { ...named, retryAfterMs: 5_000 };
    expect(nextSlotMs(afterAnswers(idleRateState, [pause], startMs, plainLimits), startMs)).toBe(startMs + 5_000);
    const paused = afterAnswers(idleRateState, [throttleAt(startMs, 9_000)], startMs, plainLimits);
    expect(nextSlotMs(afterAnswers(paused, [named], startMs, plainLimits), startMs)).toBe(startMs + 9_000);
  });

  it('is told to who takes slots afterwards, and nobody else', () => {
    const before = takeSlots(idleRateState, 1, startMs, plainLimits);
    const after = afterAnswers(before.state, [named], startMs, plainLimits);
    const [slot] = takeSlots(after, 1, startMs, plainLimits).slots;
    expect([before.slots[0]?.alarmAtMs, slot?.alarmAtMs]).toEqual([0, startMs]);
    expect(slot?.ratePerSecond).toBeCloseTo(3.5, 6);
  });
});

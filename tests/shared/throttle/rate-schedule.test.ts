import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  idleRateState,
  type RateLimits,
  type RateState,
  slowDown,
  takeSlots,
} from '../../../src/shared/throttle/rate-schedule.ts';
import { mostWithin, smallestGap } from '../../support/most-within.ts';
import { anyHistory, anyLimits, plainLimits, type RateStep } from '../../support/rate-history.ts';

const startMs = Date.UTC(2026, 10, 23, 8);
/** Sums of fractions of milliseconds at today's date are exact to a quarter of a microsecond. */
const tolerance = 0.01;

type Taken = { atMs: number; slotsMs: number[] };

function believedMs(askedMs: number | undefined, { pauseMs, pauseCapMs }: RateLimits): number {
  const wishedMs = askedMs === undefined ? pauseMs : askedMs;
  return wishedMs > pauseCapMs ? pauseCapMs : wishedMs;
}

/** Plays a history; worker n's wall clock is off by `skewsMs[n]`. */
function play(steps: readonly RateStep[], limits: RateLimits, skewsMs: readonly number[] = [0, 0, 0]) {
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
      const taken = takeSlots(state, step.count, nowMs, limits);
      state = taken.state;
      takes.push({ atMs: nowMs, slotsMs: taken.slotsMs });
    } else {
      state = slowDown(state, step.retryAfterMs, nowMs, limits);
      pauses.push({ afterTake: takes.length, untilMs: nowMs + believedMs(step.retryAfterMs, limits) });
    }
  }
  return { state, trueMs, takes, pauses, slotsMs: takes.flatMap(({ slotsMs }) => slotsMs) };
}

describe('slots', () => {
  it('are as many as asked for, from now on, one interval apart', () => {
    const { slotsMs } = play([{ kind: 'take', by: 0, count: 4 }], plainLimits);
    expect(slotsMs).toEqual([startMs, startMs + 100, startMs + 200, startMs + 300]);
  });

  it('follow those that were taken before', () => {
    const { slotsMs } = play(
      [
        { kind: 'take', by: 0, count: 2 },
        { kind: 'idle', ms: 30 },
        { kind: 'take', by: 1, count: 2 },
      ],
      plainLimits,
    );
    expect(slotsMs).toEqual([startMs, startMs + 100, startMs + 200, startMs + 300]);
  });

  it('start now after idle time, which is gone: no burst', () => {
    const { slotsMs } = play(
      [
        { kind: 'take', by: 0, count: 1 },
        { kind: 'idle', ms: 3_600_000 },
        { kind: 'take', by: 1, count: 3 },
      ],
      plainLimits,
    );
    expect(slotsMs.slice(1)).toEqual([3_600_000, 3_600_100, 3_600_200].map((ms) => startMs + ms));
  });

  it('ascend and are at least one interval of the limit apart, for any history and any clocks', () => {
    const anySkews = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(anyHistory(40), anyLimits, anySkews, (steps, limits, skewsMs) => {
        const { slotsMs } = play(steps, limits, skewsMs);
        expect(slotsMs).toEqual([...slotsMs].sort((a, b) => a - b));
        expect(smallestGap(slotsMs)).toBeGreaterThanOrEqual(1_000 / limits.requestsPerSecond - tolerance);
      }),
      { numRuns: 300 },
    );
  });

  it('are never more than the limit in any second, for any history', () => {
    fc.assert(
      fc.property(anyHistory(40), fc.integer({ min: 1, max: 40 }), (steps, requestsPerSecond) => {
        const { slotsMs } = play(steps, { ...plainLimits, requestsPerSecond });
        expect(mostWithin(1_000 - tolerance, slotsMs)).toBeLessThanOrEqual(requestsPerSecond);
      }),
    );
  });

  it('never lie in the past of who takes them', () => {
    fc.assert(
      fc.property(anyHistory(30), anyLimits, (steps, limits) => {
        for (const { atMs, slotsMs } of play(steps, limits, [0, 1_500, -1_500]).takes) {
          expect(slotsMs[0]).toBeGreaterThanOrEqual(atMs);
        }
      }),
    );
  });
});

describe('a throttle', () => {
  it('pauses the timeline for the time it names, or for the usual one', () => {
    const next = (retryAfterMs: number | undefined) =>
      play(
        [
          { kind: 'throttle', by: 0, retryAfterMs },
          { kind: 'take', by: 1, count: 1 },
        ],
        plainLimits,
      ).slotsMs[0];
    expect(next(7_000)).toBe(startMs + 7_000);
    expect(next(undefined)).toBe(startMs + 1_000);
    expect(next(0)).toBe(startMs);
  });

  it('is not believed beyond the cap', () => {
    for (const retryAfterMs of [60_001, 86_400_000, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
      const { state, slotsMs } = play(
        [
          { kind: 'throttle', by: 0, retryAfterMs },
          { kind: 'take', by: 0, count: 1 },
        ],
        plainLimits,
      );
      expect(slotsMs).toEqual([startMs + 60_000]);
      expect(state.pausedUntilMs).toBe(startMs + 60_000);
    }
  });

  it('is honoured by every later take, and says so to who took before, for any history', () => {
    fc.assert(
      fc.property(anyHistory(40), anyLimits, (steps, limits) => {
        const { state, takes, pauses } = play(steps, limits);
        for (const { afterTake, untilMs } of pauses) {
          expect(takes[afterTake]?.slotsMs[0] ?? untilMs).toBeGreaterThanOrEqual(untilMs);
        }
        expect(state.pausedUntilMs).toBe(pauses.reduce((latest, { untilMs }) => Math.max(latest, untilMs), 0));
      }),
    );
  });

  it('ends at a whole millisecond, and never before the time it names', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), (n) => {
        const retryAfterMs = n / 17_000;
        const { state } = play([{ kind: 'throttle', by: 0, retryAfterMs }], plainLimits);
        expect(Number.isInteger(state.pausedUntilMs)).toBe(true);
        expect(state.pausedUntilMs).toBeGreaterThanOrEqual(startMs + retryAfterMs);
      }),
    );
  });

  it('does not move a timeline that is busy beyond the pause', () => {
    const { slotsMs } = play(
      [
        { kind: 'take', by: 0, count: 30 },
        { kind: 'throttle', by: 0, retryAfterMs: 2_000 },
        { kind: 'take', by: 0, count: 1 },
      ],
      plainLimits,
    );
    expect(slotsMs.at(-1)).toBe(startMs + 3_000);
  });
});

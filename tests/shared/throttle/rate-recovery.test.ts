import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../../src/shared/core/clock.ts';
import {
  idleRateState,
  type RateLimits,
  type RateState,
  slowDown,
  takeSlots,
} from '../../../src/shared/throttle/rate-schedule.ts';
import { anyHistory, anyLimits, plainLimits, type RateStep } from '../../support/rate-history.ts';

const startMs = Date.UTC(2026, 10, 23, 8);

/** Milliseconds between two slots taken at `nowMs`: what the rate means to a worker. */
function gapAt(state: RateState, nowMs: number, limits: RateLimits): number {
  const [first = 0, second = 0] = takeSlots(state, 2, nowMs, limits).slotsMs;
  return second - first;
}

/** The state after throttles at these moments, without a named pause. */
function throttledAt(limits: RateLimits, ...atMs: readonly number[]): RateState {
  return atMs.reduce((state: RateState, ms) => slowDown(state, undefined, startMs + ms, limits), idleRateState);
}

/** The distance of two slots after each step of a history. */
function gapsDuring(steps: readonly RateStep[], limits: RateLimits): number[] {
  let state: RateState = idleRateState;
  let nowMs = startMs;
  return steps.map((step) => {
    nowMs += step.kind === 'idle' ? step.ms : 0;
    state = step.kind === 'throttle' ? slowDown(state, step.retryAfterMs, nowMs, limits) : state;
    return gapAt(state, nowMs, limits);
  });
}

describe('the rate', () => {
  it('is the limit while nothing was throttled', () => {
    expect(gapAt(idleRateState, startMs, plainLimits)).toBeCloseTo(100, 3);
  });

  it('is halved at once by a throttle', () => {
    expect(gapAt(throttledAt(plainLimits, 0), startMs, plainLimits)).toBeCloseTo(200, 3);
  });

  it.each([
    ['one throttle', [0]],
    ['ten that come together', [0, 1, 2, 3, 5, 8, 13, 21, 34, 55]],
    ['another 1.999 s later', [0, 1_999]],
    ['a chain of them within two seconds of the first', [0, 900, 1_800, 1_999]],
  ])('is halved once for one event: %s', (_name, atMs) => {
    expect(throttledAt(plainLimits, ...atMs).slowRate).toBe(5);
  });

  it('is halved again when it was still too high two seconds later', () => {
    const state = throttledAt(plainLimits, 0, 2_000);
    // In two seconds 0.2 calls a second were gained.
    expect(state.slowRate).toBeCloseTo(2.6, 6);
  });

  it('rises by six calls a second each minute, up to the limit, without a write', () => {
    const state = throttledAt(plainLimits, 0);
    const rates = [0, 10_000, 30_000, 50_000, minuteMs, 10 * minuteMs].map((ms) =>
      Math.round(1_000 / gapAt(state, startMs + ms, plainLimits)),
    );
    expect(rates).toEqual([5, 6, 8, 10, 10, 10]);
  });

  it('rises while nobody calls as well', () => {
    const state = throttledAt(plainLimits, 0);
    const slept = takeSlots(state, 1, startMs + 5_000, plainLimits).state;
    expect(gapAt(slept, startMs + minuteMs, plainLimits)).toBeCloseTo(100, 3);
  });

  it('does not fall because a clock goes back', () => {
    const state = throttledAt(plainLimits, 0);
    expect(gapAt(state, startMs - 3_600_000, plainLimits)).toBeCloseTo(200, 3);
  });

  it('stays between floor and limit, for any history', () => {
    fc.assert(
      fc.property(anyHistory(40), anyLimits, (steps, limits) => {
        const slowest = 1_000 / Math.min(limits.floorPerSecond, limits.requestsPerSecond);
        for (const gapMs of gapsDuring(steps, limits)) {
          expect(gapMs).toBeGreaterThanOrEqual(1_000 / limits.requestsPerSecond - 0.01);
          expect(gapMs).toBeLessThanOrEqual(slowest + 0.01);
        }
      }),
    );
  });

  it('is the limit again in time, after any history', () => {
    fc.assert(
      fc.property(anyHistory(30), anyLimits, (steps, limits) => {
        let state: RateState = idleRateState;
        for (const step of steps) {
          state = step.kind === 'throttle' ? slowDown(state, step.retryAfterMs, startMs, limits) : state;
        }
        const wholeClimbMs = (limits.requestsPerSecond / limits.recoveryPerMinute) * minuteMs;
        expect(gapAt(state, startMs + wholeClimbMs + 1, limits)).toBeCloseTo(1_000 / limits.requestsPerSecond, 1);
      }),
    );
  });

  it('never sinks by waiting', () => {
    fc.assert(
      fc.property(anyLimits, fc.nat({ max: 600_000 }), fc.nat({ max: 600_000 }), (limits, aMs, bMs) => {
        const state = throttledAt(limits, 0);
        const earlier = gapAt(state, startMs + Math.min(aMs, bMs), limits);
        const later = gapAt(state, startMs + Math.max(aMs, bMs), limits);
        expect(later).toBeLessThanOrEqual(earlier + 0.01);
      }),
    );
  });

  it('comes down to the floor under a storm, and no further', () => {
    const storm = Array.from({ length: 40 }, (_, n) => n * 2_000);
    const slow = throttledAt({ ...plainLimits, recoveryPerMinute: 0.001 }, ...storm);
    expect(slow.slowRate).toBe(1);
    expect(gapAt(slow, startMs + 80_000, plainLimits)).toBeLessThanOrEqual(1_000);
  });
});

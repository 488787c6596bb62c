import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  broughtBack,
  doubtMs,
  judgeDoubt,
  type RateLimits,
  type RateState,
  rateAt,
  rateLimitsOf,
  slowDown,
  takeSlots,
  tooFarAhead,
  unthrottled,
} from '../../../src/shared/throttle/rate-schedule.ts';
import { anyHistory, plainLimits, type RateStep } from '../../support/rate-history.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const anyTimeMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: nowMs - 2 * dayMs, max: nowMs + 2 * dayMs }),
  fc.double({ min: 0, max: 1e21, noNaN: true }),
);
const anyState: fc.Arbitrary<RateState> = fc.record({
  nextSlotMs: anyTimeMs,
  slowRate: fc.double({ min: 0, max: 40, noNaN: true }),
  slowSinceMs: anyTimeMs,
  pausedUntilMs: anyTimeMs,
});

/** The schedule after each step of workers whose clocks are two seconds apart, and who wait for 50 s at the most. */
function played(steps: readonly RateStep[], limits: RateLimits): { state: RateState; atMs: number }[] {
  let state: RateState = { nextSlotMs: 0, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 };
  let atMs = nowMs;
  return steps.map((step) => {
    if (step.kind === 'idle') {
      atMs += step.ms;
      return { state, atMs };
    }
    const ownMs = atMs + ([0, 2_000, -2_000][step.by] ?? 0);
    if (step.kind === 'throttle') {
      state = slowDown(state, step.retryAfterMs, ownMs, limits);
    } else if (state.nextSlotMs - ownMs <= 50_000) {
      state = takeSlots(state, step.count, ownMs, limits).state;
    }
    return { state, atMs };
  });
}

describe('a time of the schedule that is too far ahead', () => {
  it('is none that batches and throttles have put there, whatever they did, with clocks two seconds apart', () => {
    const limits = rateLimitsOf(defaultSettings);
    fc.assert(
      fc.property(anyHistory(40), (steps) => {
        for (const { state, atMs } of played(steps, limits)) {
          for (const skewMs of [0, 2_000, -2_000]) {
            expect(tooFarAhead(state, atMs + skewMs, limits)).toBeUndefined();
          }
        }
      }),
    );
  });

  it('is brought back to where calls may be made at once; what is not too far ahead stays', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const mended = broughtBack(state, nowMs, plainLimits);
        expect(tooFarAhead(mended, nowMs, plainLimits)).toBeUndefined();
        for (const name of ['nextSlotMs', 'slowSinceMs', 'pausedUntilMs'] as const) {
          if (state[name] <= nowMs + plainLimits.aheadCapMs) {
            expect(mended[name]).toBe(state[name]);
          } else {
            expect(mended[name]).toBeLessThanOrEqual(nowMs + plainLimits.aheadCapMs);
          }
        }
        expect(mended.slowRate).toBe(state.slowRate);
        expect(broughtBack(mended, nowMs, plainLimits)).toEqual(mended);
      }),
    );
  });

  it('is noted, waited for and mended in this order', () => {
    const noted = { valueMs: nowMs + dayMs, sinceMs: nowMs };
    expect(judgeDoubt(nowMs + dayMs, undefined, nowMs)).toBe('note');
    expect(judgeDoubt(nowMs + dayMs, noted, nowMs)).toBe('wait');
    expect(judgeDoubt(nowMs + dayMs, noted, nowMs + doubtMs - 1)).toBe('wait');
    expect(judgeDoubt(nowMs + dayMs, noted, nowMs + doubtMs)).toBe('repair');
    expect(judgeDoubt(nowMs + dayMs + 1, noted, nowMs + doubtMs), 'it has moved').toBe('note');
    expect(judgeDoubt(nowMs + dayMs, noted, nowMs - dayMs), 'noted by a clock that is ahead').toBe('note');
    expect(doubtMs).toBeLessThan(30_000);
  });

  it('is not left by an operator who resets the throttle, and a plausible end is', () => {
    const wrong = { nextSlotMs: nowMs + dayMs, slowRate: 2, slowSinceMs: nowMs + dayMs, pausedUntilMs: nowMs + dayMs };
    expect(unthrottled(wrong, nowMs, plainLimits)).toEqual({
      nextSlotMs: nowMs,
      slowRate: 0,
      slowSinceMs: 0,
      pausedUntilMs: 0,
    });
    const end = nowMs + 7_000;
    expect(unthrottled({ ...wrong, nextSlotMs: end }, nowMs, plainLimits).nextSlotMs).toBe(end);
    expect(rateAt(unthrottled(wrong, nowMs, plainLimits), nowMs, plainLimits)).toBe(10);
  });
});

describe('the limits of a schedule', () => {
  it('leave room for what a batch of the settings may take, and no more than a quarter of an hour by default', () => {
    const { aheadCapMs } = rateLimitsOf(defaultSettings);
    expect(aheadCapMs).toBeGreaterThan(60_000);
    expect(aheadCapMs).toBeLessThan(900_000);
    const slow = rateLimitsOf({ ...defaultSettings, worker: { ...defaultSettings.worker, batchSize: 1_000 } });
    expect(slow.aheadCapMs).toBeGreaterThan(1_000_000);
  });

  it('of the readers’ share have a floor within it', () => {
    expect(rateLimitsOf(defaultSettings, 0.5)).toMatchObject({ requestsPerSecond: 0.5, floorPerSecond: 0.5 });
  });
});

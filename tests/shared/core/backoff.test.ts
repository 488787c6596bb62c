import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullJitterDelayMs } from '../../../src/shared/core/retries.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';

const { backoffBaseMs, backoffCapMs } = defaultSettings.tmdb;
const backoff = { baseMs: backoffBaseMs, capMs: backoffCapMs };
const almostOne = 1 - Number.EPSILON;
const anyBackoff = fc.record({
  baseMs: fc.integer({ min: 1, max: 10_000 }),
  capMs: fc.integer({ min: 1, max: 60_000 }),
});
const anyDraw = fc.double({ min: 0, max: almostOne, noNaN: true });
const anyAttempt = fc.integer({ min: 1, max: 2_000 });

describe('back-off', () => {
  it.each([
    [1, 125],
    [2, 250],
    [3, 500],
    [4, 1_000],
    [5, 2_000],
    [6, 2_000],
    [40, 2_000],
  ])('after call %i is %i ms at the middle of the draw', (attempt, delayMs) => {
    expect(fullJitterDelayMs(attempt, 0.5, backoff)).toBe(delayMs);
  });

  it('starts at nothing and stays below the cap, for any settings', () => {
    fc.assert(
      fc.property(anyAttempt, anyDraw, anyBackoff, (attempt, draw, over) => {
        const delayMs = fullJitterDelayMs(attempt, draw, over);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(over.capMs);
        expect(fullJitterDelayMs(attempt, 0, over)).toBe(0);
      }),
    );
  });

  it('grows with the attempt and with the draw, never shrinks', () => {
    fc.assert(
      fc.property(anyAttempt, anyDraw, anyDraw, anyBackoff, (attempt, a, b, settings) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(fullJitterDelayMs(attempt, low, settings)).toBeLessThanOrEqual(
          fullJitterDelayMs(attempt, high, settings),
        );
        expect(fullJitterDelayMs(attempt, high, settings)).toBeLessThanOrEqual(
          fullJitterDelayMs(attempt + 1, high, settings),
        );
      }),
    );
  });

  it('of the first attempt is within the base', () => {
    fc.assert(
      fc.property(anyDraw, (draw) => {
        expect(fullJitterDelayMs(1, draw, backoff)).toBeLessThan(250);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deferralDelaySeconds, maxDelaySeconds } from '../../src/worker/defer-job.ts';

const anyDraw = fc.double({ min: 0, max: 1 - Number.EPSILON, noNaN: true });
const anyDeferrals = fc.nat({ max: 10_000 });
const anyMinimum = fc.oneof(fc.nat({ max: 60_000 }), fc.nat({ max: 2_000_000 }), fc.constant(8.64e15));
const quarterHour = 900;

describe('the delay of a deferral', () => {
  it.each([
    [0, 3, 5],
    [1, 5, 10],
    [2, 10, 20],
    [3, 20, 40],
    [4, 40, 80],
    [5, 75, 150],
    [50, 75, 150],
  ])('after %i earlier ones lies between %i and %i s when nothing was asked for', (deferrals, least, most) => {
    expect(deferralDelaySeconds(deferrals, 0, 0)).toBe(least);
    expect(deferralDelaySeconds(deferrals, 0, 1 - Number.EPSILON)).toBe(most);
  });

  it('comes on top of what was asked for', () => {
    expect(deferralDelaySeconds(0, 60_000, 0)).toBe(63);
    expect(deferralDelaySeconds(3, 15_000, 0.5)).toBe(45);
  });

  it('is whole seconds of at most a quarter of an hour, and never less than asked for within it', () => {
    expect(maxDelaySeconds).toBe(quarterHour);
    fc.assert(
      fc.property(anyDeferrals, anyMinimum, anyDraw, (deferrals, minimumMs, draw) => {
        const delay = deferralDelaySeconds(deferrals, minimumMs, draw);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(1);
        expect(delay).toBeLessThanOrEqual(quarterHour);
        expect(delay >= minimumMs / 1_000 || delay === quarterHour).toBe(true);
      }),
    );
  });

  it('grows with every deferral until it is capped', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.nat({ max: 60_000 }), anyDraw, (deferrals, minimumMs, draw) => {
        const now = deferralDelaySeconds(deferrals, minimumMs, draw);
        const next = deferralDelaySeconds(deferrals + 1, minimumMs, draw);
        expect(next).toBeGreaterThanOrEqual(now);
        expect(next).toBeLessThanOrEqual(minimumMs / 1_000 + 151);
      }),
    );
  });

  it('is spread over the upper half of its growth, so that jobs deferred together do not come back together', () => {
    const draws = Array.from({ length: 200 }, (_, n) => n / 200);
    const delays = draws.map((draw) => deferralDelaySeconds(6, 0, draw));
    expect(new Set(delays).size).toBeGreaterThan(70);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThanOrEqual(74);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { around, assumedSpread, errorShare, spreadOf } from '../../src/demand/interval.ts';
import { noisy } from '../support/hourly-traffic.ts';

const mean = 40;
const counts = noisy(new Array(4_000).fill(mean), 8);
const within = (outcomes: readonly number[], { low, high }: { low: number; high: number }) =>
  outcomes.filter((count) => count >= low && count <= high).length / outcomes.length;

describe('interval', () => {
  it('holds four of five Poisson counts, by the assumed and by the seen spread', () => {
    const forecasts = new Array(400).fill(mean);
    const seen = spreadOf({ forecasts, actuals: counts.slice(0, 400) });
    for (const spread of [assumedSpread(0), seen]) {
      expect(within(counts.slice(400), around(mean, spread))).toBeGreaterThan(0.74);
      expect(within(counts.slice(400), around(mean, spread))).toBeLessThan(0.88);
    }
  });

  it('is as wide as the errors were', () => {
    const forecasts = new Array(400).fill(mean);
    const actuals = forecasts.map((_, index) => (index % 2 === 0 ? 10 : 70));
    const { low, high } = around(mean, spreadOf({ forecasts, actuals }));
    expect(low).toBeCloseTo(10, 6);
    expect(high).toBeCloseTo(70, 6);
  });

  it('is no point where the back-test had no error', () => {
    const forecasts = new Array(400).fill(mean);
    const { low, high } = around(mean, spreadOf({ forecasts, actuals: forecasts }));
    expect(low).toBeLessThan(mean - 3);
    expect(high).toBeGreaterThan(mean + 3);
  });

  it('tells an uncertain mean from Poisson noise', () => {
    expect(errorShare(new Array(4_000).fill(mean), counts)).toBeLessThan(0.06);
    expect(errorShare([100, 100], [50, 150])).toBeCloseTo(Math.sqrt(0.24), 12);
    expect(errorShare([], [])).toBe(0);
  });

  it('stands around its mean, from 0 up', () => {
    const list = fc.array(fc.record({ forecast: fc.nat(1e6), actual: fc.nat(1e6) }), { maxLength: 100 });
    fc.assert(
      fc.property(list, fc.double({ min: 0, max: 1e12, noNaN: true }), (pairs, center) => {
        const spread = spreadOf({
          forecasts: pairs.map(({ forecast }) => forecast),
          actuals: pairs.map(({ actual }) => actual),
        });
        const { low, high } = around(center, spread);
        expect(low >= 0 && low <= center && high >= center && Number.isFinite(high)).toBe(true);
      }),
    );
  });
});

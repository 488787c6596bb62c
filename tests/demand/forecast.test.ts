import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatShape, globalShape } from '../../src/demand/demand-shape.ts';
import { expectedReads, type Forecast, forecastDemand } from '../../src/demand/forecast.ts';
import { mondayHour, noisy, repeated, total, weekPattern } from '../support/hourly-traffic.ts';

const flat = flatShape();
const dayAfter = (counts: readonly (number | undefined)[], startHour = mondayHour) =>
  forecastDemand({ startHour, counts }, 24, flat);
const reads = (forecast: Forecast) => total(forecast.hours);

const anyCounts = fc.oneof(
  fc.array(fc.option(fc.nat(500), { nil: undefined }), { maxLength: 700 }),
  fc
    .tuple(fc.array(fc.nat(40), { minLength: 1, maxLength: 200 }), fc.integer({ min: 0, max: 900 }))
    .map(([pattern, hours]) => repeated(pattern, hours)),
  fc.array(fc.option(fc.double({ min: 0, max: 1e308, noNaN: true }), { nil: undefined }), { maxLength: 700 }),
);
const seasonal = fc
  .tuple(fc.integer({ min: 5, max: 300 }), fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 336, max: 672 }))
  .map(([mean, seed, hours]) => noisy(repeated(weekPattern(mean), hours), seed));

describe('the demand forecast', () => {
  it('is finite, from 0 up, for any series', () => {
    fc.assert(
      fc.property(anyCounts, fc.integer({ min: -1_000, max: 1e6 }), fc.nat(60), (counts, startHour, horizon) => {
        const { hours } = forecastDemand({ startHour, counts }, horizon, flat);
        expect(hours).toHaveLength(horizon);
        expect(hours.every((mean) => mean >= 0 && Number.isFinite(mean))).toBe(true);
      }),
    );
  });

  it.each([
    ['an empty series', []],
    ['a series of gaps', new Array(500).fill(undefined)],
    ['a series without reads', new Array(500).fill(0)],
  ])('is zero for %s', (_name, counts) => {
    expect(dayAfter(counts).hours).toEqual(new Array(24).fill(0));
  });

  it('grows with the counts', () => {
    fc.assert(
      fc.property(seasonal, fc.integer({ min: 2, max: 50 }), (counts, factor) => {
        const scaled = dayAfter(counts.map((count) => count * factor));
        expect(reads(scaled) / (factor * reads(dayAfter(counts)))).toBeCloseTo(1, 1);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same whole weeks later', () => {
    fc.assert(
      fc.property(anyCounts, fc.integer({ min: 1, max: 200 }), (counts, weeks) => {
        expect(dayAfter(counts, mondayHour + 168 * weeks)).toEqual(dayAfter(counts));
      }),
      { numRuns: 50 },
    );
  });

  it('moves by less than a factor of two with one spike, whatever its size', () => {
    const spike = fc.double({ min: 1e3, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(seasonal, fc.nat(), spike, (counts, at, size) => {
        const spiked = dayAfter(counts.with(at % counts.length, size));
        const change = reads(spiked) / reads(dayAfter(counts));
        // Nearly always by less than a quarter; on two weeks of history a spike can change which method is chosen.
        expect(change).toBeGreaterThan(0.5);
        expect(change).toBeLessThan(2);
      }),
    );
  });

  it('forecasts a weekly pattern nearly exactly', () => {
    const pattern = fc.array(fc.integer({ min: 10, max: 30 }), { minLength: 168, maxLength: 168 });
    fc.assert(
      fc.property(pattern, (week) => {
        dayAfter(repeated(week, 672)).hours.forEach((mean, hour) => {
          expect(Math.abs(mean / (week[hour] ?? 0) - 1)).toBeLessThan(0.05);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('survives bots: a hundred times the reads move it by less than a quarter', () => {
    const counts = noisy(repeated(weekPattern(40), 672), 11);
    const attacked = counts.map((count, index) => (index % 150 < 5 ? count + 4_000 : count));
    expect(Math.abs(reads(dayAfter(attacked)) / reads(dayAfter(counts)) - 1)).toBeLessThan(0.25);
  });

  it('starts a new feed by what it has shown and the shape of all', () => {
    const others = [1, 2, 3].map((seed) => ({
      startHour: mondayHour,
      counts: noisy(repeated(weekPattern(90), 672), seed),
    }));
    const friday = repeated(weekPattern(20), 120).slice(72);
    const { method, hours } = forecastDemand({ startHour: mondayHour + 72, counts: friday }, 48, globalShape(others));
    const weekend = weekPattern(20).slice(120);
    expect(method).toBe('shape');
    expect(total(hours) / total(weekend)).toBeCloseTo(1, 1);
  });

  it('has a cold start up to two weeks of known hours', () => {
    const counts = repeated(weekPattern(20), 336);
    expect(dayAfter(counts.with(100, Number.NaN)).method).toBe('shape');
    expect(dayAfter(counts).method).not.toBe('shape');
  });
});

describe('expected reads', () => {
  const forecast: Forecast = {
    method: 'mean',
    hours: [1, 2, 4],
  };
  it.each([
    [0, 3, 7],
    [0, 1, 1],
    [1, 3, 6],
    [0.5, 1.25, 1],
    [2.5, 99, 2],
    [-5, 1, 1],
    [2, 2, 0],
    [2, 1, 0],
  ])('from %d to %d are %d', (from, to, expected) => {
    expect(expectedReads(forecast, from, to)).toBeCloseTo(expected, 12);
  });
});

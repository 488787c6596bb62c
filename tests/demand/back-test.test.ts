import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backTest, backTestOrigins } from '../../src/demand/hour-series.ts';

const series = (...counts: number[]) => ({
  startHour: 0,
  counts: Float64Array.from(counts),
  knownHours: counts.length,
});

describe('back-test', () => {
  it('adds the errors of hours, of days and of the whole', () => {
    const origins = [
      { end: 0, hours: 2 },
      { end: 2, hours: 2 },
    ];
    // Hours err by -1, 2, -3, 0: 6 together. Days err by 1 and -3: 4. The whole errs by -2.
    const score = backTest(series(4, 6, 2, 3), origins, [Float64Array.of(5, 4), Float64Array.of(5, 3)]);
    expect(score).toBeCloseTo((6 + 4 + 2) / 15, 12);
  });

  it('leaves gaps out', () => {
    expect(backTest(series(4, Number.NaN), [{ end: 0, hours: 2 }], [Float64Array.of(4, 100)])).toBe(0);
  });

  it('is not taken in by zeros for a sparse feed', () => {
    const counts = Array.from({ length: 240 }, (_, index) => (index % 4 === 0 ? 1 : 0));
    const origins = Array.from({ length: 10 }, (_, day) => ({ end: day * 24, hours: 24 }));
    const always = (value: number) =>
      backTest(
        series(...counts),
        origins,
        origins.map(() => new Float64Array(24).fill(value)),
      );
    expect(always(0.25)).toBeLessThan(always(0));
  });

  it('starts where a week lies before and a day after, from old to new', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), (length) => {
        const ends = backTestOrigins(length).map(({ end }) => end);
        expect(ends.every((end, index) => end >= 168 && end + 24 <= length && end > (ends[index - 1] ?? 0))).toBe(true);
        expect(ends.length > 0).toBe(length >= 192);
        expect(ends.length).toBeLessThanOrEqual(29);
      }),
    );
  });
});

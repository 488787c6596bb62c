import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanSeries } from '../../src/demand/hour-series.ts';
import { mondayHour, noisy, repeated, weekPattern } from '../support/hourly-traffic.ts';

const clean = (counts: (number | undefined)[]) => [...cleanSeries({ startHour: mondayHour, counts }).counts];

describe('cleaning', () => {
  it.each([0.05, 1, 20, 500])('leaves seasonal traffic of %d reads an hour as it is', (mean) => {
    const counts = noisy(repeated(weekPattern(mean), 672), 3);
    expect(clean(counts)).toEqual(counts);
  });

  it('cuts a spike of any size to the same count, near what is usual', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 671 }), fc.double({ min: 1e3, max: 1e300, noNaN: true }), (at, size) => {
        const counts = noisy(repeated(weekPattern(20), 672), 3);
        const cut = clean(counts.with(at, size));
        expect(cut[at]).toBe(clean(counts.with(at, 999))[at]);
        expect(cut[at]).toBeLessThan(250);
        expect(cut.slice(0, at)).toEqual(counts.slice(0, at));
      }),
    );
  });

  it('cuts a burst of some hours, even when it stands at the start', () => {
    const counts = noisy(repeated(weekPattern(20), 336), 4);
    for (const from of [0, 200]) {
      const burst = counts.map((count, index) => (index >= from && index < from + 6 ? 5_000 : count));
      expect(Math.max(...clean(burst))).toBeLessThan(600);
    }
  });

  it('believes a new level within a day', () => {
    const counts = [...repeated(weekPattern(20), 336), ...repeated(weekPattern(400), 72)];
    expect(clean(counts).slice(360)).toEqual(counts.slice(360));
  });

  it('keeps gaps and takes for a gap what is no count', () => {
    const cleaned = cleanSeries({ startHour: 0, counts: [1, undefined, 2, Number.NaN, -1, 3] });
    expect([...cleaned.counts]).toEqual([1, Number.NaN, 2, Number.NaN, Number.NaN, 3]);
    expect(cleaned.knownHours).toBe(3);
  });
});

import { describe, expect, it } from 'vitest';
import { cleanSeries } from '../../src/demand/clean-series.ts';
import { smooth } from '../../src/demand/smoothing.ts';
import { mondayHour, noisy, repeated, total, weekPattern } from '../support/hourly-traffic.ts';

const calm = { levelHalfLifeHours: 48, trendShare: 0 };
const restless = { levelHalfLifeHours: 12, trendShare: 0 };

function dayAfter(counts: (number | undefined)[], pace = calm): Float64Array {
  const series = cleanSeries({ startHour: mondayHour, counts });
  return smooth(series, [{ end: counts.length, hours: 24 }], pace)[0] ?? new Float64Array();
}

describe('smoothing', () => {
  it('goes on with a weekly pattern nearly as it is', () => {
    const pattern = weekPattern(50);
    for (const end of [672, 672 + 96]) {
      dayAfter(repeated(pattern, end)).forEach((mean, hour) => {
        expect(Math.abs(mean / (pattern[(end + hour) % 168] ?? 0) - 1)).toBeLessThan(0.02);
      });
    }
  });

  it('follows a level that lasts within two days', () => {
    const counts = [...repeated(weekPattern(50), 672), ...repeated(weekPattern(150), 48)];
    const expected = total(repeated(weekPattern(150), 72).slice(48));
    expect(total(dayAfter(counts, restless)) / expected).toBeGreaterThan(0.85);
    expect(total(dayAfter(counts, restless)) / expected).toBeLessThan(1.15);
  });

  it('is ahead of its level where the trend is believed', () => {
    const rising = repeated(weekPattern(50), 696).map((count, index) => count * (1 + index / 336));
    const expected = total(rising.slice(672));
    const without = total(dayAfter(rising.slice(0, 672)));
    const withTrend = total(dayAfter(rising.slice(0, 672), { ...calm, trendShare: 1 }));
    expect(without).toBeLessThan(expected * 0.97);
    expect(Math.abs(withTrend - expected)).toBeLessThan(Math.abs(without - expected) * 0.6);
  });

  it('lets a trend fade: two weeks ahead a rise goes on by what is left of it, not by all of it', () => {
    const rising = repeated(weekPattern(50), 672).map((count, index) => count * (1 + index / 672));
    const series = cleanSeries({ startHour: mondayHour, counts: rising });
    const ahead = smooth(series, [{ end: rising.length, hours: 504 }], { ...calm, trendShare: 1 })[0] ?? [];
    const week = (n: number) => Array.from(ahead).slice(168 * n, 168 * (n + 1));
    const [first, second, third] = [0, 1, 2].map((n) => total(week(n))) as [number, number, number];
    // Without fading each week would be a tenth above the one before.
    expect(second / first).toBeLessThan(1.03);
    expect(third / second).toBeLessThan(1.001);
    expect(second).toBeGreaterThan(first);
  });

  it('lets no trend make more than half as much again of a level, nor less than two thirds', () => {
    const steep = Array.from({ length: 672 }, (_, index) => 2 ** (index / 48));
    const pace = { levelHalfLifeHours: 12, trendShare: 50 };
    const level = total(dayAfter(steep, { ...pace, trendShare: 0 }));
    expect(total(dayAfter(steep, pace)) / level).toBeCloseTo(1.5, 5);
    const falling = [...steep].reverse();
    const before = total(dayAfter(falling, { ...pace, trendShare: 0 }));
    expect(total(dayAfter(falling, pace)) / before).toBeCloseTo(1 / 1.5, 5);
  });

  it('does not learn chance as a season', () => {
    const means = dayAfter(noisy(new Array(672).fill(0.5), 5));
    expect(Math.max(...means) / Math.min(...means)).toBeLessThan(6);
    expect(total(means)).toBeGreaterThan(8);
    expect(total(means)).toBeLessThan(16);
  });

  it('says from an early origin what it would have said then', () => {
    const counts = noisy(repeated(weekPattern(30), 672), 6);
    const series = cleanSeries({ startHour: mondayHour, counts });
    const [early] = smooth(
      series,
      [500, 600, 672].map((end) => ({ end, hours: 24 })),
      calm,
    );
    expect(early).toEqual(dayAfter(counts.slice(0, 500)));
  });

  it('skips gaps', () => {
    const counts = repeated(weekPattern(50), 672);
    const gapped = counts.map((count, index) => (index % 5 === 0 || (index > 300 && index < 340) ? undefined : count));
    expect(total(dayAfter(gapped)) / total(dayAfter(counts))).toBeCloseTo(1, 1);
  });
});

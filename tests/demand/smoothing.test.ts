import { describe, expect, it } from 'vitest';
import { smooth } from '../../src/demand/forecast.ts';
import { cleanSeries } from '../../src/demand/hour-series.ts';
import { mondayHour, noisy, repeated, total, weekPattern } from '../support/hourly-traffic.ts';

/** Half-lives of the level, in hours. */
const calm = 48;
const restless = 12;

function dayAfter(counts: (number | undefined)[], halfLifeHours = calm): Float64Array {
  const series = cleanSeries({ startHour: mondayHour, counts });
  return smooth(series, [{ end: counts.length, hours: 24 }], halfLifeHours)[0] ?? new Float64Array();
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

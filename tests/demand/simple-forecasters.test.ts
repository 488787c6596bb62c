import { describe, expect, it } from 'vitest';
import { lastValue, seasonalNaive } from '../../bench/forecast/baselines.ts';
import { meanOfAll } from '../../src/demand/forecast.ts';

const nothing = Number.NaN;
const of = (...counts: number[]) => ({ startHour: 0, counts: Float64Array.from(counts), knownHours: counts.length });

describe('simple forecasters', () => {
  it.each([
    ['the last count', of(1, 2, 3, 9), 3, [3, 3]],
    ['the last that is known', of(1, 2, nothing, 9), 3, [2, 2]],
    ['0 where nothing is known', of(nothing, 9), 1, [0, 0]],
    ['0 before the first hour', of(9), 0, [0, 0]],
  ])('last value: %s', (_name, series, end, expected) => {
    expect([...lastValue(series, { end, hours: 2 })]).toEqual(expected);
  });

  it.each([
    ['of what lies before', of(1, 2, 3, 90), 3, [2, 2]],
    ['of what is known', of(1, nothing, 3), 3, [2, 2]],
    ['0 where nothing is known', of(nothing, 9), 1, [0, 0]],
  ])('mean: %s', (_name, series, end, expected) => {
    expect([...meanOfAll(series, { end, hours: 2 })]).toEqual(expected);
  });

  describe('seasonal-naive', () => {
    const numbered = Array.from({ length: 400 }, (_, index) => index);

    it('repeats the last week, over and over', () => {
      const forecast = seasonalNaive(of(...numbered), { end: 340, hours: 170 });
      expect([forecast[0], forecast[1], forecast[167], forecast[168], forecast[169]]).toEqual([
        172, 173, 339, 172, 173,
      ]);
    });

    it.each([
      ['the week before, where the last has a gap', numbered.with(172, nothing), 340, 4],
      ['the day before, where no week is known', numbered, 100, 76],
      ['the last count, where no day is known', numbered, 20, 19],
    ])('takes %s', (_name, counts, end, expected) => {
      expect(seasonalNaive(of(...counts), { end, hours: 1 })[0]).toBe(expected);
    });
  });
});

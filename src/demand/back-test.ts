import type { CleanSeries, Origin } from './clean-series.ts';
import { dayHours, weekHours } from './hour-series.ts';

/** Hour by hour what was forecast and what came, of the hours of which something is known; and how far they were apart. */
export type BackTest = { forecasts: readonly number[]; actuals: readonly number[]; score: number };

/**
 * From every twelfth hour of the last two weeks a day ahead. One week would choose worse and give narrower intervals (coverage 0.76
 * instead of 0.79 on the tuning seeds of `bench/forecast`, November 2026).
 */
const stepHours = 12;
const spanHours = 2 * weekHours;

/** Where the forecasts start: each leaves a day to compare with and has a week before it. Ascending. */
export function backTestOrigins(lengthHours: number): Origin[] {
  const first = Math.max(weekHours, lengthHours - dayHours - spanHours);
  const origins: Origin[] = [];
  for (let end = lengthHours - dayHours; end >= first; end -= stepHours) {
    origins.unshift({ end, hours: dayHours });
  }
  return origins;
}

/**
 * Compares forecasts with what came. The score, 0 for exact, is the absolute error of the hours plus that of the days plus that of
 * the whole, over the reads. Hours alone would favour 0 for a sparse feed, since most of its hours are empty.
 */
export function backTest(
  { counts }: CleanSeries,
  origins: readonly Origin[],
  forecasts: readonly Float64Array[],
): BackTest {
  const known = { forecasts: [] as number[], actuals: [] as number[] };
  const sums = { hours: 0, days: 0, whole: 0, reads: 0 };
  origins.forEach(({ end, hours }, origin) => {
    let day = 0;
    for (let index = 0; index < hours; index++) {
      const actual = counts[end + index] ?? Number.NaN;
      if (!Number.isNaN(actual)) {
        const forecast = forecasts[origin]?.[index] ?? 0;
        known.forecasts.push(forecast);
        known.actuals.push(actual);
        sums.hours += Math.abs(actual - forecast);
        sums.reads += actual;
        day += actual - forecast;
      }
    }
    sums.days += Math.abs(day);
    sums.whole += day;
  });
  const error = sums.hours + sums.days + Math.abs(sums.whole);
  return { ...known, score: sums.reads > 0 ? error / sums.reads : error };
}

/**
 * What a feed will be read, hour by hour:
 *
 *   less than two weeks known  → level x the shape that all feeds share
 *   more                       → the method that did best on the feed's own last two weeks, the simplest when they are alike
 *
 * Spikes are cut before; the interval is what the errors on those two weeks were.
 */
import { chooseMethod, type LearnedMethod, learnedMethods } from './choose-method.ts';
import { type CleanSeries, cleanSeries } from './clean-series.ts';
import type { DemandShape } from './demand-shape.ts';
import { type HourSeries, weekHours } from './hour-series.ts';
import { around, type Spread, spreadOf } from './interval.ts';
import { shapeForecast } from './shape-forecast.ts';

/** How a forecast came about; `shape` is the cold start. */
export type Method = 'smoothing' | 'seasonal-naive' | 'mean' | 'last-value' | 'shape';

/** Reads of one hour: expected, and the bounds of an interval that holds four of five outcomes. All are 0 or more. */
export type HourForecast = { mean: number; low: number; high: number };

/** `hours[i]` is the hour i after the series' end. */
export type Forecast = { method: Method; hours: readonly HourForecast[] };

/** A season of a week shows when it comes for the second time. */
const fewestKnownHours = 2 * weekHours;

/**
 * Forecast of the `horizonHours` hours (rounded up) that follow the series' last one. Never throws on a series of finite,
 * non-negative counts; zeros where nothing is known.
 */
export function forecastDemand(series: HourSeries, horizonHours: number, shape: DemandShape): Forecast {
  return forecastAmong(learnedMethods, series, horizonHours, shape);
}

/** The same with a choice of some methods, simplest first and at least one; for comparisons. */
export function forecastAmong(
  methods: readonly LearnedMethod[],
  series: HourSeries,
  horizonHours: number,
  shape: DemandShape,
): Forecast {
  const hours = Math.max(0, Math.ceil(horizonHours));
  const { method, means, spread } = meansAndSpread(cleanSeries(series), hours, shape, methods);
  return { method, hours: Array.from(means, (mean) => ({ mean, ...around(mean, spread) })) };
}

/**
 * Sum of the means over [fromHours, toHours), counted from the forecast's first hour; fractions of hours count in proportion. What
 * lies outside the forecast counts as 0.
 */
export function expectedReads({ hours }: Forecast, fromHours: number, toHours: number): number {
  return hours.reduce((sum, { mean }, index) => {
    const covered = Math.min(toHours, index + 1) - Math.max(fromHours, index);
    return sum + mean * Math.max(0, covered);
  }, 0);
}

function meansAndSpread(
  series: CleanSeries,
  hours: number,
  shape: DemandShape,
  methods: readonly LearnedMethod[],
): { method: Method; means: Float64Array; spread: Spread } {
  if (series.knownHours < fewestKnownHours) {
    return { method: 'shape', ...shapeForecast(series, hours, shape) };
  }
  const { method, means, test } = chooseMethod(series, hours, methods);
  return { method, means, spread: spreadOf(test) };
}

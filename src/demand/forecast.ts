/**
 * What a feed will be read, hour by hour:
 *
 *   less than two weeks known  → level x the shape that all feeds share
 *   more                       → the mean, or smoothing where it did better on the feed's own last two weeks
 *
 * Spikes are cut before.
 */

import { type DemandShape, shapeForecast } from './demand-shape.ts';
import { type CleanSeries, cleanSeries, dayHours, type HourSeries, type Origin, weekHours } from './hour-series.ts';
import { smooth } from './smoothing.ts';

/** How a forecast came about; `shape` is the cold start. */
export type Method = 'mean' | 'smoothing' | 'shape';

/** `hours[i]` is what is expected of the hour i after the series' end: reads, 0 or more. */
export type Forecast = { method: Method; hours: readonly number[] };

/** A season of a week shows when it comes for the second time. */
const fewestKnownHours = 2 * weekHours;

/**
 * Forecast of the `horizonHours` hours (rounded up) that follow the series' last one. Never throws on a series of finite,
 * non-negative counts; zeros where nothing is known.
 */
export function forecastDemand(series: HourSeries, horizonHours: number, shape: DemandShape): Forecast {
  const hours = Math.max(0, Math.ceil(horizonHours));
  const clean = cleanSeries(series);
  if (clean.knownHours < fewestKnownHours) {
    return { method: 'shape', hours: [...shapeForecast(clean, hours, shape)] };
  }
  const { method, means } = chooseMethod(clean, hours);
  return { method, hours: [...means] };
}

/**
 * Expected reads of [fromHours, toHours), counted from the forecast's first hour; fractions of hours count in proportion. What
 * lies outside the forecast counts as 0.
 */
export function expectedReads({ hours }: Forecast, fromHours: number, toHours: number): number {
  return hours.reduce((sum, reads, index) => {
    const covered = Math.min(toHours, index + 1) - Math.max(fromHours, index);
    return sum + reads * Math.max(0, covered);
  }, 0);
}

/** The methods that a series of two weeks or more can choose from. */
type LearnedMethod = Exclude<Method, 'shape'>;

/** A method, what it says of the hours that follow the series, and its score on the series itself. */
export type Tried = { method: LearnedMethod; means: Float64Array; score: number };

/** Forecasts from each origin, ascending; each sees only what lies before it. */
type Forecaster = (series: CleanSeries, origins: readonly Origin[]) => Float64Array[];

/** A score must be better by this share before a method is taken in place of a simpler one. */
const margin = 0.02;

/**
 * Half-lives of the level, in hours: one hardly moves, one follows at once; the feed's own past decides. Others between them, a trend,
 * seasonal-naive and the last value did not pay: docs/adr/0024.
 */
const halfLives = { calm: 240, restless: 12 };

/** From the simplest on. */
const forecasters: readonly { method: LearnedMethod; forecast: Forecaster }[] = [
  { method: 'mean', forecast: (series, origins) => origins.map((origin) => meanOfAll(series, origin)) },
  { method: 'smoothing', forecast: (series, origins) => smooth(series, origins, halfLives.calm) },
  { method: 'smoothing', forecast: (series, origins) => smooth(series, origins, halfLives.restless) },
];

/** Tries the methods on the last two weeks of the series; each must beat those before it by the margin. */
export function chooseMethod(series: CleanSeries, hours: number): Tried {
  const origins = backTestOrigins(series.counts.length);
  const all = [...origins, { end: series.counts.length, hours }];
  return forecasters
    .map(({ method, forecast }): Tried => {
      const forecasts = forecast(series, all);
      const means = forecasts[origins.length] ?? new Float64Array(hours);
      return { method, means, score: backTest(series, origins, forecasts) };
    })
    .reduce((kept, one) => (one.score * (1 + margin) < kept.score ? one : kept));
}

/** The mean of all that is known, for every hour; 0 where nothing is known. */
export function meanOfAll({ counts }: CleanSeries, { end, hours }: Origin): Float64Array {
  let sum = 0;
  let known = 0;
  for (let index = 0; index < end; index++) {
    const count = counts[index] ?? Number.NaN;
    if (!Number.isNaN(count)) {
      sum += count;
      known++;
    }
  }
  return new Float64Array(hours).fill(known === 0 ? 0 : sum / known);
}

/** From every twelfth hour of the last two weeks a day ahead. One week would choose worse on the tuning seeds of the bench. */
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
 * The score of forecasts, 0 for exact: the absolute error of the hours plus that of the days plus that of the whole, over the reads. Hours alone would favour 0 for a sparse feed, since most of its hours are empty.
 */
export function backTest(
  { counts }: CleanSeries,
  origins: readonly Origin[],
  forecasts: readonly Float64Array[],
): number {
  const sums = { hours: 0, days: 0, whole: 0, reads: 0 };
  origins.forEach(({ end, hours }, origin) => {
    let day = 0;
    for (let index = 0; index < hours; index++) {
      const actual = counts[end + index] ?? Number.NaN;
      if (!Number.isNaN(actual)) {
        const forecast = forecasts[origin]?.[index] ?? 0;
        sums.hours += Math.abs(actual - forecast);
        sums.reads += actual;
        day += actual - forecast;
      }
    }
    sums.days += Math.abs(day);
    sums.whole += day;
  });
  const error = sums.hours + sums.days + Math.abs(sums.whole);
  return sums.reads > 0 ? error / sums.reads : error;
}

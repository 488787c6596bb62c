/**
 * What a feed will be read, hour by hour:
 *
 *   less than two weeks known  → level x the shape that all feeds share
 *   more                       → the mean, or smoothing where it did better on the feed's own last two weeks
 *
 * Spikes are cut before.
 */

import { type DemandShape, shapeForecast } from './demand-shape.ts';
import {
  backTest,
  backTestOrigins,
  type CleanSeries,
  cleanSeries,
  dayHours,
  type HourSeries,
  hourOfWeek,
  type Origin,
  weekHours,
} from './hour-series.ts';

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

/**
 * Seasonal exponential smoothing, multiplicative: reads = level x day season x week season. Each part is a ratio of two sums that
 * fade with age: reads seen over reads that the other parts explain. A week season corrects the day season hour by hour.
 *
 *   level   reads an hour; the pace says how fast it follows
 *   season  drawn towards 1 by as many reads as noise needs, so a sparse feed does not learn chance
 *   gap     no update
 */

/** Chosen on the tuning seeds of `bench/forecast`, November 2026, where half or twice of the half-lives made no difference of 2 %. */
const rules = {
  dayHalfLifeDays: 28,
  weekHalfLifeWeeks: 4,
  /** Hours of noise that a season must outweigh. */
  noiseReads: 6,
};

type Faded = { reads: number; base: number };

type State = {
  level: Faded;
  day: Faded[];
  week: Faded[];
  /** Squared error over expected reads: 1 for Poisson counts. */
  noise: Faded;
};

/**
 * Forecasts from each origin, ascending, in one pass. An origin sees only what lies before it, from the second week on. The level
 * follows so fast that after `levelHalfLifeHours` an hour counts half.
 */
export function smooth(series: CleanSeries, origins: readonly Origin[], levelHalfLifeHours: number): Float64Array[] {
  const state = firstState(series);
  const forecasts: Float64Array[] = [];
  let index = Math.min(weekHours, series.counts.length);
  for (const { end, hours } of origins) {
    for (; index < end; index++) {
      const count = series.counts[index] ?? Number.NaN;
      if (!Number.isNaN(count)) {
        learn(state, hourOfWeek(series.startHour + index), count, levelHalfLifeHours);
      }
    }
    forecasts.push(ahead(state, series.startHour + end, hours));
  }
  return forecasts;
}

/** The first week as a whole: its mean, the day season around it, the week season around both. */
function firstState({ startHour, counts }: CleanSeries): State {
  const week = counts.subarray(0, weekHours);
  const known = Array.from(week, (count, index) => ({ count, at: hourOfWeek(startHour + index) })).filter(
    ({ count }) => !Number.isNaN(count),
  );
  const reads = known.reduce((sum, { count }) => sum + count, 0);
  const level = { reads, base: known.length };
  const state: State = {
    level,
    day: Array.from({ length: dayHours }, () => ({ reads: 0, base: 0 })),
    week: Array.from({ length: weekHours }, () => ({ reads: 0, base: 0 })),
    noise: { reads: 0, base: 0 },
  };
  const mean = ratio(level, 0, 0);
  for (const { count, at } of known) {
    fade(state.day[at % dayHours], 1, count, mean);
  }
  for (const { count, at } of known) {
    const expected = mean * ratio(state.day[at % dayHours], 0, 1);
    fade(state.week[at], 1, count, expected);
    fade(state.noise, 1, (count - expected) ** 2, expected);
  }
  return state;
}

function learn(state: State, at: number, count: number, levelHalfLifeHours: number): void {
  const { dayHalfLifeDays, weekHalfLifeWeeks } = rules;
  const drawn = noiseReads(state);
  const day = state.day[at % dayHours];
  const week = state.week[at];
  const daySeason = ratio(day, drawn, 1);
  const weekSeason = ratio(week, drawn, 1);
  const expected = ratio(state.level, 0, 0) * daySeason * weekSeason;
  fade(state.noise, keep(weekHours), (count - expected) ** 2, expected);
  fade(state.level, keep(levelHalfLifeHours), count, daySeason * weekSeason);
  const level = ratio(state.level, 0, 0);
  fade(day, keep(dayHalfLifeDays), count, level * weekSeason);
  fade(week, keep(weekHalfLifeWeeks), count, level * daySeason);
}

function ahead(state: State, startHour: number, hours: number): Float64Array {
  const drawn = noiseReads(state);
  const level = ratio(state.level, 0, 0);
  return new Float64Array(hours).map((_, index) => {
    const at = hourOfWeek(startHour + index);
    return level * ratio(state.day[at % dayHours], drawn, 1) * ratio(state.week[at], drawn, 1);
  });
}

function noiseReads({ noise }: State): number {
  return rules.noiseReads * ratio(noise, 0, 0);
}

function keep(halfLife: number): number {
  return 0.5 ** (1 / halfLife);
}

function fade(part: Faded | undefined, kept: number, reads: number, base: number): void {
  if (part !== undefined) {
    part.reads = part.reads * kept + reads;
    part.base = part.base * kept + base;
  }
}

function ratio(part: Faded | undefined, drawn: number, otherwise: number): number {
  const base = (part?.base ?? 0) + drawn;
  return base > 0 ? ((part?.reads ?? 0) + drawn) / base : otherwise;
}

import { type BackTest, backTest, backTestOrigins } from './back-test.ts';
import type { CleanSeries, Origin } from './clean-series.ts';
import { lastValue, meanOfAll, seasonalNaive } from './simple-forecasters.ts';
import { type Pace, smooth } from './smoothing.ts';

/** The methods that a series of two weeks or more can choose from. */
export type LearnedMethod = 'smoothing' | 'seasonal-naive' | 'mean' | 'last-value';

/** All of them, from the simplest on. */
export const learnedMethods = ['mean', 'last-value', 'seasonal-naive', 'smoothing'] as const;

/** A method, what it says of the hours that follow the series, and how it did on the series itself. */
export type Tried = { method: LearnedMethod; means: Float64Array; test: BackTest };

/** Forecasts from each origin, ascending; each sees only what lies before it. */
type Forecaster = (series: CleanSeries, origins: readonly Origin[]) => Float64Array[];

/** A score must be better by this share before a method is taken in place of a simpler one. */
const margin = 0.02;

/**
 * A restless level, a calm one, a calm one with its trend, and one that hardly moves: the feed's own past decides. A fifth pace of 24
 * hours made no difference of 1 % on the tuning seeds of `bench/forecast`, November 2026.
 */
const paces: readonly Pace[] = [
  { levelHalfLifeHours: 12, trendShare: 0 },
  { levelHalfLifeHours: 48, trendShare: 0 },
  { levelHalfLifeHours: 48, trendShare: 1 },
  { levelHalfLifeHours: 240, trendShare: 0 },
];

const forecasters: Readonly<Record<LearnedMethod, readonly Forecaster[]>> = {
  mean: [fromEach(meanOfAll)],
  'last-value': [fromEach(lastValue)],
  'seasonal-naive': [fromEach(seasonalNaive)],
  smoothing: paces.map((pace) => (series, origins) => smooth(series, origins, pace)),
};

/** Tries the methods, simplest first, on the last two weeks of the series; each must beat those before it by the margin. */
export function chooseMethod(series: CleanSeries, hours: number, methods: readonly LearnedMethod[]): Tried {
  const origins = backTestOrigins(series.counts.length);
  const all = [...origins, { end: series.counts.length, hours }];
  const tried = methods.map((method) =>
    forecasters[method]
      .map((forecaster): Tried => {
        const forecasts = forecaster(series, all);
        const means = forecasts[origins.length] ?? new Float64Array(hours);
        return { method, means, test: backTest(series, origins, forecasts) };
      })
      .reduce((best, one) => (one.test.score < best.test.score ? one : best)),
  );
  return tried.reduce((kept, one) => (one.test.score * (1 + margin) < kept.test.score ? one : kept));
}

function fromEach(one: (series: CleanSeries, origin: Origin) => Float64Array): Forecaster {
  return (series, origins) => origins.map((origin) => one(series, origin));
}

/** What forecasts: ours, and three baselines that take the counts as they are. */

import type { DemandShape } from '../../src/demand/demand-shape.ts';
import { forecastDemand, meanOfAll } from '../../src/demand/forecast.ts';
import type { CleanSeries, HourSeries, Origin } from '../../src/demand/hour-series.ts';
import { lastValue, seasonalNaive } from './baselines.ts';

/** Expected reads by the hour. `method` is what ours has chosen. */
export type Guess = { hours: readonly number[]; method?: string };

/** Forecasts the next day from a series and the shape that all feeds share. */
export type Subject = (series: HourSeries, shape: DemandShape) => Guess;

/** The longest horizon, in hours. */
export const horizonHours = 24;

export const ours = 'ours';
export const naive = 'seasonal-naive';

/** All that are compared. */
export const subjects: Readonly<Record<string, Subject>> = {
  [ours]: (series, shape) => forecastDemand(series, horizonHours, shape),
  [naive]: baseline(seasonalNaive),
  'last value': baseline(lastValue),
  mean: baseline(meanOfAll),
};

/** On the counts as they are, spikes and all. */
function baseline(forecast: (series: CleanSeries, origin: Origin) => Float64Array): Subject {
  return ({ startHour, counts }) => {
    const asTheyAre = Float64Array.from(counts, (count) => count ?? Number.NaN);
    const series = { startHour, counts: asTheyAre, knownHours: asTheyAre.length };
    return { hours: [...forecast(series, { end: counts.length, hours: horizonHours })] };
  };
}

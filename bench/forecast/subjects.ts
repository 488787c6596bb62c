/** What forecasts: ours, and three baselines that take the counts as they are. */

import type { DemandShape } from '../../src/demand/demand-shape.ts';
import { forecastDemand, type HourForecast, meanOfAll } from '../../src/demand/forecast.ts';
import type { CleanSeries, HourSeries, Origin } from '../../src/demand/hour-series.ts';
import { lastValue, seasonalNaive } from './baselines.ts';

/** Hours of a forecast; baselines give no interval. `method` is what ours has chosen. */
export type Guess = { means: readonly number[]; hours?: readonly HourForecast[]; method?: string };

/** Forecasts the next day from a series and the shape that all feeds share. */
export type Subject = (series: HourSeries, shape: DemandShape) => Guess;

/** The longest horizon, in hours. */
export const horizonHours = 24;

export const ours = 'ours';
export const naive = 'seasonal-naive';

/** All that are compared. */
export const subjects: Readonly<Record<string, Subject>> = {
  [ours]: (series, shape) => guessOf(forecastDemand(series, horizonHours, shape)),
  [naive]: baseline(seasonalNaive),
  'last value': baseline(lastValue),
  mean: baseline(meanOfAll),
};

function guessOf({ method, hours }: ReturnType<typeof forecastDemand>): Guess {
  return { method, hours, means: hours.map(({ mean }) => mean) };
}

/** On the counts as they are, spikes and all. */
function baseline(forecast: (series: CleanSeries, origin: Origin) => Float64Array): Subject {
  return ({ startHour, counts }) => {
    const asTheyAre = Float64Array.from(counts, (count) => count ?? Number.NaN);
    const series = { startHour, counts: asTheyAre, knownHours: asTheyAre.length };
    return { means: [...forecast(series, { end: counts.length, hours: horizonHours })] };
  };
}

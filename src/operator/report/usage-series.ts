import { isoFromMs } from '../../shared/core/clock.ts';
import { type Activity, type HourUsage, sumActivity, sumOf } from './hour-usage.ts';
import { addReads, noReads, type ReadFigures, withShares } from './read-figures.ts';
import { type SeriesStep, stepStartMs } from './report-period.ts';

/** Reads and work of one hour, day or week, of which the period may hold a part only. */
export type SeriesPoint = { from: string } & ReadFigures & Activity;

/** A period as points in time, each step of it once. */
export type UsageSeries = { step: SeriesStep; points: SeriesPoint[] };

/** Sums of the hours by step. */
export function usageSeries(hours: readonly HourUsage[], step: SeriesStep): UsageSeries {
  const groups = Map.groupBy(hours, ({ hourMs }) => stepStartMs(hourMs, step));
  return { step, points: [...groups].map(([startMs, group]) => pointOf(startMs, group)) };
}

function pointOf(startMs: number, hours: readonly HourUsage[]): SeriesPoint {
  const reads = hours.flatMap(({ feeds, titles }) => [sumOf(feeds), sumOf(titles)]).reduce(addReads, noReads);
  return { from: isoFromMs(startMs), ...withShares(reads), ...sumActivity(hours.map(({ activity }) => activity)) };
}

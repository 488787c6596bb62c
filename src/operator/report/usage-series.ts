import { dayMs, hourMs, isoFromMs } from '../../shared/core/clock.ts';
import {
  type Activity,
  addReads,
  type HourUsage,
  noReads,
  type ReadFigures,
  sumActivity,
  sumOf,
  withShares,
} from './hour-usage.ts';

/** A period in whole hours, the grain of the counters. */
export type ReportPeriod = {
  /** The hours that belong to it, by their start in epoch milliseconds. */
  hoursMs: readonly number[];
  from: string;
  /** The end of its last hour, or now where that hour is not over. */
  to: string;
};

/** What one point of a series covers. */
export type SeriesStep = 'hour' | 'day' | 'week';

/** Epoch time began on a Thursday; weeks begin on Mondays. */
const firstMondayMs = 4 * dayMs;
/** Up to so many hours a point is an hour, up to so many days a day. */
const mostHours = 49;
const mostDays = 93;

/** Every hour that the `sinceMs` before `untilMs` touch. */
export function reportPeriod(untilMs: number, sinceMs: number, nowMs: number): ReportPeriod {
  const fromMs = hourOf(untilMs - sinceMs);
  const count = Math.ceil((untilMs - fromMs) / hourMs);
  const toMs = fromMs + count * hourMs;
  return {
    hoursMs: Array.from({ length: count }, (_, n) => fromMs + n * hourMs),
    from: isoFromMs(fromMs),
    to: isoFromMs(Math.max(fromMs, Math.min(toMs, nowMs))),
  };
}

/** A step that makes a series neither of two points nor of a thousand. */
export function stepFor({ hoursMs }: Pick<ReportPeriod, 'hoursMs'>): SeriesStep {
  if (hoursMs.length <= mostHours) {
    return 'hour';
  }
  return hoursMs.length <= mostDays * 24 ? 'day' : 'week';
}

/** Start of the hour, the UTC day or the week of Monday that `atMs` lies in. */
export function stepStartMs(atMs: number, step: SeriesStep): number {
  if (step === 'hour') {
    return hourOf(atMs);
  }
  return step === 'day'
    ? Math.floor(atMs / dayMs) * dayMs
    : Math.floor((atMs - firstMondayMs) / (7 * dayMs)) * 7 * dayMs + firstMondayMs;
}

function hourOf(atMs: number): number {
  return Math.floor(atMs / hourMs) * hourMs;
}

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

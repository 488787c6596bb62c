import { type PlanQuality, planQuality, shareOf } from '../../demand/plan-quality.ts';
import { planRules } from '../../demand/plan-record.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { type HourUsage, sumBySubject, sumOf } from './hour-usage.ts';

/** What the plans of a period were worth. Shares are from 0 to 1, and `null` where there is nothing to share. */
export type PlanFigures = {
  /** Reads of feeds that were hits and not stale. */
  freshReads: number;
  freshShare: number | null;
} & PlanQuality;

/** Judges the plans of these hours by what was read in them, as known at `nowMs`. */
export function planFigures(hours: readonly HourUsage[], settings: Settings, nowMs: number): PlanFigures {
  const { reads, hits, stale } = sumOf(sumBySubject(hours.map(({ feeds }) => feeds)));
  // A stale answer that was a miss too is taken off twice: the counters do not tell it apart, and it is rare.
  const freshReads = Math.max(0, hits - stale);
  const record = { hours: hours.map(({ plan }) => plan), nowMs };
  return { freshReads, freshShare: shareOf(freshReads, reads), ...planQuality(record, planRules(settings)) };
}

/** What each figure means, in a sentence. */
export const planNotes: readonly string[] = [
  'Served fresh is the share of reads of feeds that were hits and not stale; a stale answer that was a miss too is taken off twice.',
  'Fetched pages are those that runs planned in the period.',
  "Wasted pages were not read before their feed's next fetch or its hard TTL, open ones were not read yet and have time left; the wasted share is of all that are not open.",
  'Warmed pages are those that only warming asked for.',
  'A call is saved by each warmed fetch that was read in time: its first reader would have waited for TMDB, or been served something stale.',
  'The forecast error (WAPE) is the sum of the differences between expected and counted reads, by feed and refresh, as a share of the reads.',
  'The bias is by how much more (+) or less (-) was expected than read in all.',
];

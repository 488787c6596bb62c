/**
 * Counters by feed that the adaptive plan learns from, in addition to the reads (usage-store.ts):
 *
 *   usage#2026-11-25#changes        for a day:   `k:` list rows that were compared with the feed's earlier snapshot,
 *                                   `c:` those of them that are new or have another rank, `a:` hours between the two
 *                                   snapshots, summed over the rows
 *   usage#2026-11-25#title-changes  for a day:   `k:movie` details of films that were fetched again, `c:movie` those of them that had
 *                                   changed, `a:movie` hours between the two fetches, summed; of series `k:tv` and so on
 *   usage#2026-11-25T08#plan        for an hour: `f:` planned pages, `w:` those of them that only warming asked for,
 *                                   `x:` reads that were expected until the next refresh
 *
 * The plan's item also has what the runs of the hour planned of whole titles: `t:movie/550` jobs of a title, `t:~other` those of the
 * titles that it does not name, `n:changesCalls` calls for TMDB's lists of changes, `n:changesSaved` calls that these made needless,
 * `n:daily` occurrences of a schedule that were planned.
 */
import type { MediaType } from '../core/feed.ts';
import { otherSubject, type UsageCounters } from './usage-store.ts';

/** What the writer counts when a page of a feed replaces an earlier one. */
export type ChangeKind = 'compared' | 'changed' | 'rowHours';

/** What the planner counts for a feed. */
export type PlanKind = 'planned' | 'warmed' | 'expected';

type FeedCounterKind = ChangeKind | PlanKind;

const prefixes: Record<FeedCounterKind, string> = {
  compared: 'k:',
  changed: 'c:',
  rowHours: 'a:',
  planned: 'f:',
  warmed: 'w:',
  expected: 'x:',
};

const kindByPrefix = new Map(Object.entries(prefixes).map(([kind, prefix]) => [prefix, kind as FeedCounterKind]));

/** A counter's name, such as `f:popular/movie/global/en-US`. */
export function feedCounterName(kind: FeedCounterKind, feed: string): string {
  return `${prefixes[kind]}${feed}`;
}

/** Whether `name` is one of these counters. */
export function isFeedCounter(name: string): boolean {
  return kindByPrefix.has(name.slice(0, 2)) || name.startsWith(titlePrefix) || name.startsWith(totalPrefix);
}

const [titlePrefix, totalPrefix] = ['t:', 'n:'];

/** Schedules as a plan counts their occurrences. */
const occurrenceTotals = ['daily', 'weekly', 'refresh'] as const;

/** What a plan counts as a whole. */
type PlanTotal = 'changesCalls' | 'changesSaved' | (typeof occurrenceTotals)[number];

/** The counter of a plan's total. */
export function planTotalName(total: PlanTotal): string {
  return `${totalPrefix}${total}`;
}

/** The counters of the title jobs of one plan; titles beyond `mostNamed` are not named. */
export function titlePlanCounters(subjects: readonly string[], mostNamed: number): [string, number][] {
  const named = subjects.slice(0, mostNamed).map((subject): [string, number] => [`${titlePrefix}${subject}`, 1]);
  const others = subjects.length - named.length;
  return others > 0 ? [...named, [`${titlePrefix}${otherSubject}`, others]] : named;
}

/** What the plans of one hour did for whole titles. */
export type TitlePlanCounts = {
  /** Title jobs that were planned, and calls for lists of changes. */
  calls: number;
  /** Titles that were planned, as far as they are named. */
  titles: string[];
  /** Schedules of which an occurrence was planned in this hour. */
  schedules: (typeof occurrenceTotals)[number][];
};

/** Reads what an item says of whole titles. Invalid counts are left out. */
export function titlePlanCounts(counters: UsageCounters): TitlePlanCounts {
  const counts = Object.entries(counters).filter(([, count]) => Number.isFinite(count) && count > 0);
  const jobs = counts.filter(([name]) => name.startsWith(titlePrefix));
  const changesCalls = counts.find(([name]) => name === planTotalName('changesCalls'))?.[1] ?? 0;
  const titles = jobs.map(([name]) => name.slice(titlePrefix.length)).filter((subject) => subject !== otherSubject);
  const names = new Set(counts.map(([name]) => name));
  return {
    calls: jobs.reduce((sum, [, count]) => sum + count, changesCalls),
    titles,
    schedules: occurrenceTotals.filter((schedule) => names.has(planTotalName(schedule))),
  };
}

/** The counts of an item by feed id. Invalid counts and zeros are left out. */
export function feedCounts(counters: UsageCounters): Map<string, Partial<Record<FeedCounterKind, number>>> {
  const byFeed = new Map<string, Partial<Record<FeedCounterKind, number>>>();
  for (const [name, count] of Object.entries(counters)) {
    const kind = kindByPrefix.get(name.slice(0, 2));
    if (kind !== undefined && Number.isFinite(count) && count > 0) {
      const feed = name.slice(2);
      byFeed.set(feed, { ...byFeed.get(feed), [kind]: count });
    }
  }
  return byFeed;
}

/** Id of the item for the writer's counters on the UTC day of `nowMs`. */
export function changesId(nowMs: number): string {
  return `usage#${new Date(nowMs).toISOString().slice(0, 10)}#changes`;
}

/** Id of the item for the writer's counters of details on the UTC day of `nowMs`. */
export function titleChangesId(nowMs: number): string {
  return `usage#${new Date(nowMs).toISOString().slice(0, 10)}#title-changes`;
}

/** What an item says of the details of a media type. */
export function titleChangeCounts(counters: UsageCounters, mediaType: MediaType): Record<ChangeKind, number> {
  const { compared = 0, changed = 0, rowHours = 0 } = feedCounts(counters).get(mediaType) ?? {};
  return { compared, changed: Math.min(changed, compared), rowHours };
}

/** Id of the item for the planner's counters in the hour of `nowMs`. */
export function planUsageId(nowMs: number): string {
  return `usage#${new Date(nowMs).toISOString().slice(0, 13)}#plan`;
}

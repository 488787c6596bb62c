/**
 * What the pipeline counts of itself by feed, beside the reads (usage-row.ts), for the plan to learn from:
 *
 *   usage#2026-11-25#changes        of the day:  `k:` list rows that stood in the feed's earlier snapshot too or are new to it,
 *                                   `c:` those of them that are new or have another rank, `a:` hours between the two
 *                                   snapshots, summed over the rows
 *   usage#2026-11-25T08#plan        of the hour: `f:` pages planned, `w:` those of them that only warming asked for,
 *                                   `x:` reads that were expected until the next refresh
 */
import type { UsageCounters } from './usage-store.ts';

/** What the writer counts of a feed whose page replaced an earlier one. */
export type ChangeKind = 'compared' | 'changed' | 'rowHours';

/** What the planner counts of a feed. */
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

/** Whether a name is one of these counters. */
export function isFeedCounter(name: string): boolean {
  return kindByPrefix.has(name.slice(0, 2));
}

/** What an item counts, by feed id: only what can have been counted, and none is zero. */
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

/** Item of the UTC day of `nowMs` for what the writer counts. */
export function changesId(nowMs: number): string {
  return `usage#${new Date(nowMs).toISOString().slice(0, 10)}#changes`;
}

/** Item of the hour of `nowMs` for what the planner counts. */
export function planUsageId(nowMs: number): string {
  return `usage#${new Date(nowMs).toISOString().slice(0, 13)}#plan`;
}

import type { ChangeKind } from '../shared/tables/feed-counters.ts';

/** What is known of a list's changes; see feed-counters.ts. */
export type ChangeCounts = Partial<Record<ChangeKind, number>>;

/** Rows that the assumption weighs as much as: two pages, so that two refreshes outvote it. */
const priorRows = 40;

/**
 * The share of a list that has changed `hours` after it was fetched, 0 to 1, as rows that change independently at a constant rate.
 * The rate is learned from what was compared; before that, half of a list is taken to change within its soft TTL.
 */
export function changeChance(counts: ChangeCounts, softTtlHours: number, hours: number): number {
  const { compared = 0, changed = 0, rowHours = 0 } = counts;
  const rowsChanged = Math.min(changed, compared) + priorRows / 2;
  const rowsCompared = compared + priorRows;
  const meanHours = (rowHours + priorRows * softTtlHours) / rowsCompared;
  // All changed: the rate could be anything from here up.
  const share = Math.min(rowsChanged / rowsCompared, 1 - 1 / (2 * rowsCompared));
  const ratePerHour = -Math.log(1 - share) / Math.max(meanHours, 1 / 60);
  return 1 - Math.exp(-ratePerHour * Math.max(0, hours));
}

import { msFromIso } from '../shared/ports/clock.ts';
import { type FeedHead, feedHeadId } from '../shared/table/feed-head.ts';
import type { PlannedFeed } from './base-plan.ts';

/**
 * Of the feeds the schedules keep, those that are stale now or will be before `nextRefreshMs` (epoch milliseconds): their
 * readers would be served stale lists. A feed without a head has never been fetched, or has expired.
 */
export function refreshPlan(
  candidates: readonly PlannedFeed[],
  heads: ReadonlyMap<string, FeedHead>,
  nowMs: number,
  nextRefreshMs: number,
): PlannedFeed[] {
  return candidates.flatMap((candidate) => {
    const why = whyDue(heads.get(feedHeadId(candidate.feed)), nowMs, nextRefreshMs);
    return why === undefined ? [] : [{ ...candidate, why }];
  });
}

function whyDue(head: FeedHead | undefined, nowMs: number, nextRefreshMs: number): string | undefined {
  if (head === undefined) {
    return 'not in the table';
  }
  const freshUntilMs = msFromIso(head.freshUntil);
  if (freshUntilMs <= nowMs) {
    return `stale since ${head.freshUntil}`;
  }
  if (freshUntilMs < nextRefreshMs) {
    return `will be stale at ${head.freshUntil}, before the next refresh`;
  }
  if (head.lastOutcome === 'partial') {
    return `only ${head.pagesApplied.length} of ${head.pages} pages are in the table`;
  }
  return undefined;
}

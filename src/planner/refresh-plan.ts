import { msFromIso } from '../shared/core/clock.ts';
import { type FeedHead, feedHeadId, isAnswered, newestAnswer } from '../shared/tables/feed-head.ts';
import type { PlannedFeed } from './base-plan.ts';

/**
 * Of the feeds the schedules keep, those that are stale now or will be before `nextRefreshMs` (epoch milliseconds): their
 * readers would be served stale lists. A feed without a head has never been fetched, or has expired. What TMDB did not answer with a
 * list, though there was one or should be one, is asked for again whatever its age.
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
  const unanswered = whyUnanswered(head);
  if (unanswered !== undefined) {
    return unanswered;
  }
  const freshUntilMs = msFromIso(head.freshUntil);
  if (freshUntilMs <= nowMs) {
    return `stale since ${head.freshUntil}`;
  }
  if (freshUntilMs < nextRefreshMs) {
    return `will be stale at ${head.freshUntil}, before the next refresh`;
  }
  if (head.lastOutcome === 'partial') {
    const { snapshot } = newestAnswer(head);
    return snapshot === head.snapshot
      ? `only ${head.pagesApplied.length} of ${head.pages} pages are in the table`
      : `no page of ${snapshot} with titles is in the table`;
  }
  return undefined;
}

/** A list that is empty for good is a row like any other; an answer that left an older list standing, or nothing, is not. */
function whyUnanswered(head: FeedHead): string | undefined {
  const { at, without } = newestAnswer(head);
  const code = without[0]?.absence?.code;
  switch (head.lastOutcome) {
    case 'empty':
      return isAnswered(head) ? undefined : `TMDB answered with an empty list at ${at}`;
    case 'rejected':
      return `none of the rows that TMDB sent at ${at} could be read`;
    case 'not-found':
      return `TMDB did not find it at ${at}${code === undefined ? '' : ` (${code})`}`;
    default:
      return undefined;
  }
}

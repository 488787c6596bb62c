import { isoFromMs } from '../shared/core/clock.ts';
import { feedId } from '../shared/core/feed.ts';
import { type FeedHead, feedHeadId } from '../shared/tables/feed-head.ts';
import { type FeedInFlight, inFlightId, isInFlight } from '../shared/tables/feeds-in-flight.ts';
import type { PlannedFeed } from './base-plan.ts';

/** What is left of a plan, and a sentence for each feed that was left out. */
export type Deduplicated = { feeds: PlannedFeed[]; notes: string[] };

/** Leaves out the feeds whose jobs were sent and have neither arrived nor been given up (after `maxAgeMs`). */
export function withoutThoseInFlight(
  planned: readonly PlannedFeed[],
  marks: ReadonlyMap<string, FeedInFlight>,
  heads: ReadonlyMap<string, FeedHead>,
  nowMs: number,
  maxAgeMs: number,
): Deduplicated {
  const feeds: PlannedFeed[] = [];
  const notes: string[] = [];
  for (const one of planned) {
    const mark = marks.get(inFlightId(one.feed));
    if (mark !== undefined && isInFlight(mark, heads.get(feedHeadId(one.feed)), nowMs, maxAgeMs)) {
      const since = isoFromMs(mark.sentAtMs);
      notes.push(`${feedId(one.feed)} is on its way already, in run ${mark.runId} since ${since}: not sent again`);
    } else {
      feeds.push(one);
    }
  }
  return { feeds, notes };
}

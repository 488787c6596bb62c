import * as z from 'zod';
import { clockSkewMs } from '../core/clock.ts';
import { type Feed, feedId } from '../core/feed.ts';
import { snapshotSchema } from '../core/snapshot.ts';
import { type FeedHead, hasArrived } from './feed-head.ts';

/** A mark that jobs of a feed were sent, one item of `PipelineControl`. It lets an ad-hoc request for the same feed be deduplicated. */
export const feedInFlightSchema = z.object({
  id: z.string().startsWith('in-flight#'),
  snapshot: snapshotSchema,
  runId: z.string().min(1),
  pages: z.int().min(1),
  sentAtMs: z.number(),
  /** The table's TTL attribute, epoch seconds. */
  expiration: z.int(),
});

export type FeedInFlight = z.infer<typeof feedInFlightSchema>;

/** Key of a feed's mark. */
export function inFlightId(feed: Feed): string {
  return `in-flight#${feedId(feed)}`;
}

/**
 * Whether the marked jobs are still in flight. They are not once the head shows that TMDB has answered their snapshot or a newer one, nor
 * after `maxAgeMs`, at which a job becomes a dead letter.
 */
export function isInFlight(mark: FeedInFlight, head: FeedHead | undefined, nowMs: number, maxAgeMs: number): boolean {
  // A mark from the future was written by a wrong clock. It is ignored: a double fetch costs less than a day without one.
  if (nowMs - mark.sentAtMs >= maxAgeMs || mark.sentAtMs > nowMs + clockSkewMs) {
    return false;
  }
  return head === undefined || !hasArrived(head, mark);
}

/** Marks of the feeds whose jobs were sent. */
export type FeedsInFlight = {
  /** Writes marks; each replaces an older mark of the same feed. */
  mark(marks: readonly FeedInFlight[]): Promise<void>;
  /** The marks that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, FeedInFlight>>;
};

import * as z from 'zod';
import { clockSkewMs } from '../core/clock.ts';
import { type Feed, feedId } from '../core/feed.ts';
import { snapshotSchema } from '../core/snapshot.ts';
import { type FeedHead, hasArrived } from './feed-head.ts';

/** That jobs of a feed were sent, one item of `PipelineControl`: who asks for the same feed ad hoc finds out. */
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
 * Whether what was sent has neither been answered nor been given up: a job ends in a dead-letter queue at `maxAgeMs`, and the head of
 * a feed names the newest snapshot that TMDB has answered, also with nothing.
 */
export function isInFlight(mark: FeedInFlight, head: FeedHead | undefined, nowMs: number, maxAgeMs: number): boolean {
  // A mark of tomorrow is that of a clock that was wrong: sending twice costs less than not sending for a day.
  if (nowMs - mark.sentAtMs >= maxAgeMs || mark.sentAtMs > nowMs + clockSkewMs) {
    return false;
  }
  return head === undefined || !hasArrived(head, mark);
}

/** Marks of the feeds whose jobs were sent. */
export type FeedsInFlight = {
  /** Puts marks; an older one of the same feed is replaced. */
  mark(marks: readonly FeedInFlight[]): Promise<void>;
  /** The marks that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, FeedInFlight>>;
};

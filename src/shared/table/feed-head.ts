import * as z from 'zod';
import { clockSkewMs } from '../clock-skew.ts';
import { type Feed, feedId } from '../feed.ts';
import type { ItemPage } from '../messages/item-page.ts';
import { isoFromMs, msFromIso } from '../ports/clock.ts';
import { listPageLife } from '../row-life.ts';
import type { Settings } from '../settings.ts';
import { snapshotSchema } from '../snapshot.ts';

/** What is known of a feed as a whole, one item of `PipelineControl`: the refresh plan and `status` read it. */
export const feedHeadSchema = z.object({
  id: z.string().startsWith('feed#'),
  feed: z.string().min(1),
  snapshot: snapshotSchema,
  /** Pages of the snapshot that are in the table, ascending. */
  pagesApplied: z.array(z.int().min(1)),
  /** Pages the snapshot's run asked for. */
  pages: z.int().min(1),
  /** Earliest fetch among the applied pages. */
  fetchedAt: z.iso.datetime(),
  freshUntil: z.iso.datetime(),
  /** `partial` while pages of the snapshot are still on their way, or were lost to a dead letter. */
  lastOutcome: z.enum(['complete', 'partial']),
  /** Hard TTL in epoch seconds, the table's TTL attribute. */
  expiration: z.int(),
});

export type FeedHead = z.infer<typeof feedHeadSchema>;

/** Key of a feed's head. */
export function feedHeadId(feed: Feed): string {
  return `feed#${feedId(feed)}`;
}

/** The head of a feed of which only `page` is known. */
export function feedHeadFor(page: ItemPage, settings: Settings): FeedHead {
  const fetchedAtMs = msFromIso(page.fetchedAt);
  const life = listPageLife(page.feed, page.snapshot, fetchedAtMs, settings);
  return {
    id: feedHeadId(page.feed),
    feed: feedId(page.feed),
    snapshot: page.snapshot,
    pagesApplied: [page.page],
    pages: page.pages,
    fetchedAt: isoFromMs(fetchedAtMs),
    freshUntil: isoFromMs(life.freshUntilMs),
    lastOutcome: page.pages === 1 ? 'complete' : 'partial',
    expiration: Math.floor(life.expiresAtMs / 1000),
  };
}

/**
 * Join of two heads of one feed: the newer snapshot stands; within one, the union of the pages and the earliest fetch.
 * Commutative, associative, idempotent, like the rows.
 */
export function joinFeedHeads(a: FeedHead, b: FeedHead): FeedHead {
  if (a.snapshot !== b.snapshot) {
    return a.snapshot > b.snapshot ? a : b;
  }
  const earlier = msFromIso(a.fetchedAt) <= msFromIso(b.fetchedAt) ? a : b;
  const pagesApplied = [...new Set([...a.pagesApplied, ...b.pagesApplied])].sort((x, y) => x - y);
  const pages = Math.max(a.pages, b.pages);
  return { ...earlier, pages, pagesApplied, lastOutcome: pagesApplied.length >= pages ? 'complete' : 'partial' };
}

/** A head as it counts at `nowMs`: one that was fetched tomorrow, by a clock that was wrong, is stale rather than fresh for a day longer. */
export function headAt(head: FeedHead, nowMs: number): FeedHead {
  return msFromIso(head.fetchedAt) > nowMs + clockSkewMs ? { ...head, freshUntil: isoFromMs(nowMs) } : head;
}

/** Whether two heads say the same. */
export function sameFeedHead(a: FeedHead, b: FeedHead): boolean {
  return (
    a.snapshot === b.snapshot &&
    a.fetchedAt === b.fetchedAt &&
    a.pages === b.pages &&
    a.pagesApplied.join() === b.pagesApplied.join()
  );
}

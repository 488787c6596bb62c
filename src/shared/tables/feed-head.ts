/**
 * What is known of a feed as a whole: two joins side by side (src/writer/join-feed-heads.ts), so that heads are a function of the set of
 * messages, like the rows.
 *
 *   what stands    the newest snapshot with titles, or the emptiness that outweighs it; the rows of the table say the same
 *   what is newest what came of the pages of the newest snapshot of all, where that is not just "titles"
 *
 * A head never says more than the rows do: pages without titles are not among `pagesApplied` and make nothing fresher.
 */
import * as z from 'zod';
import { clockSkewMs, isoFromMs, msFromIso } from '../core/clock.ts';
import { type Feed, feedId } from '../core/feed.ts';
import { snapshotSchema } from '../core/snapshot.ts';
import { type Absence, absenceSchema } from '../queues/item-page.ts';

/**
 * `complete`: every page with titles is in the table. `partial`: pages are still in flight, or were lost to a dead letter. `empty`,
 * `rejected`, `not-found`: what the first page brought instead (`PageOutcome` in core/feed.ts).
 */
const feedOutcomes = ['complete', 'partial', 'empty', 'rejected', 'not-found'] as const;

export type FeedOutcome = (typeof feedOutcomes)[number];

/** What came of the newest snapshot's pages that brought no title. */
const newestSchema = z.strictObject({
  snapshot: snapshotSchema,
  pages: z.int().min(1),
  /** Earliest fetch of any of its pages. */
  fetchedAt: z.iso.datetime(),
  /** By page number. */
  outcomes: z.record(z.string(), z.enum(['empty', 'rejected', 'not-found'])),
  /** TMDB's words on pages that were not found, by page number. */
  absences: z.record(z.string(), absenceSchema).optional(),
});

export type Newest = z.infer<typeof newestSchema>;

/** One item of `PipelineControl` for each feed: the refresh plan, `status` and `report` read it. */
export const feedHeadSchema = z.object({
  id: z.string().startsWith('feed#'),
  feed: z.string().min(1),
  /** Of what stands; where nothing does, of the newest answer. */
  snapshot: snapshotSchema,
  /** Pages of the snapshot that are in the table with titles, ascending; none where the list is empty or unknown. */
  pagesApplied: z.array(z.int().min(1)),
  /** Pages the snapshot's run asked for. */
  pages: z.int().min(1),
  /** Earliest fetch among the applied pages. */
  fetchedAt: z.iso.datetime(),
  /** Soft TTL; where nothing stands it is `fetchedAt`. */
  freshUntil: z.iso.datetime(),
  /** Of the newest snapshot, which may be newer than what stands. */
  lastOutcome: z.enum(feedOutcomes),
  /** Hard TTL in epoch seconds, the table's TTL attribute. */
  expiration: z.int(),
  /** Where an empty list stands: what that weighs beside snapshots with titles (list-page-row.ts). */
  emptyAs: z.string().optional(),
  /** Left out where it says no more than what stands: the newest snapshot's pages that came all had titles. */
  newest: newestSchema.optional(),
});

export type FeedHead = z.infer<typeof feedHeadSchema>;

/** Key of a feed's head. */
export function feedHeadId(feed: Feed): string {
  return `feed#${feedId(feed)}`;
}

/** A head as it counts at `nowMs`: one that was fetched tomorrow, by a clock that was wrong, is stale rather than fresh for a day longer. */
export function headAt(head: FeedHead, nowMs: number): FeedHead {
  return msFromIso(head.fetchedAt) > nowMs + clockSkewMs ? { ...head, freshUntil: isoFromMs(nowMs) } : head;
}

/** Whether the table says anything of the feed: titles, or that there are none. */
export function holdsList(head: FeedHead): boolean {
  return head.pagesApplied.length > 0 || head.emptyAs !== undefined;
}

/** Whether the newest answer is what stands: pages of it may be missing, but nothing older is served in their place. */
export function isAnswered({ lastOutcome, emptyAs }: FeedHead): boolean {
  return lastOutcome === 'complete' || lastOutcome === 'partial' || (lastOutcome === 'empty' && emptyAs !== undefined);
}

/**
 * Whether all `pages` of `snapshot`, or something newer, have been answered, whatever the answers were. A run that was planned by a clock
 * that is ahead is known by its id: its pages stand at the times at which they were sent (docs/adr/0023).
 */
export function hasArrived(head: FeedHead, { snapshot, pages }: { snapshot: string; pages: number }): boolean {
  const newest = newestOf(head);
  if (newest.snapshot !== snapshot) {
    return newest.snapshot > snapshot || newest.snapshot.slice(-8) === snapshot.slice(-8);
  }
  const titled = head.snapshot === snapshot ? head.pagesApplied.length : 0;
  return titled + Object.keys(newest.outcomes).length >= pages;
}

/** What came of a page in place of titles, and TMDB's words where it was not found. */
export type PageWithout = { page: number; outcome: 'empty' | 'rejected' | 'not-found'; absence: Absence | undefined };

/**
 * The newest answer of TMDB: of which snapshot, since when, and `without` the pages that a whole list would have, by number: empty ones
 * behind the list's end are not among them.
 */
export function newestAnswer(head: FeedHead): { snapshot: string; at: string; without: PageWithout[] } {
  const { snapshot, fetchedAt, outcomes, absences = {} } = newestOf(head);
  const last = head.snapshot === snapshot ? Math.max(0, ...head.pagesApplied) : 0;
  const without = Object.entries(outcomes)
    .map(([page, outcome]): PageWithout => ({ page: Number(page), outcome, absence: absences[page] }))
    .filter(({ page, outcome }) => outcome !== 'empty' || page <= Math.max(last, 1))
    .sort((a, b) => a.page - b.page);
  return { snapshot, at: fetchedAt, without };
}

/** Heads of earlier builds have no `newest`; nor have those of which the newest pages all had titles. */
export function newestOf({
  newest,
  snapshot,
  pages,
  fetchedAt,
}: Pick<FeedHead, 'newest' | 'snapshot' | 'pages' | 'fetchedAt'>): Newest {
  return newest ?? { snapshot, pages, fetchedAt, outcomes: {} };
}

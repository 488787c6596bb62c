/**
 * What is known about a feed as a whole. A head consists of two joins (src/writer/join-feed-heads.ts), so it depends only on the set of
 * messages, like the rows:
 *
 *   stored list    the newest snapshot with titles, or an empty list that outweighs it; the rows of the table say the same
 *   newest answer  the outcomes of the newest snapshot's pages that had no titles
 *
 * A head never claims more than the rows: pages without titles are not in `pagesApplied` and do not make the list fresher.
 */
import * as z from 'zod';
import { clockSkewMs, isoFromMs, msFromIso } from '../core/clock.ts';
import { type Feed, feedId } from '../core/feed.ts';
import { snapshotSchema } from '../core/snapshot.ts';
import { type Absence, absenceSchema } from '../queues/item-page.ts';

/**
 * `complete`: every page with titles is in the table. `partial`: pages are still in flight, or became dead letters. `empty`, `rejected`,
 * `not-found`: the outcome of the first page, which had no titles (`PageOutcome` in core/feed.ts).
 */
const feedOutcomes = ['complete', 'partial', 'empty', 'rejected', 'not-found'] as const;

export type FeedOutcome = (typeof feedOutcomes)[number];

/** The outcomes of the newest snapshot's pages that had no titles. */
const newestSchema = z.strictObject({
  snapshot: snapshotSchema,
  pages: z.int().min(1),
  /** Earliest fetch of any of its pages. */
  fetchedAt: z.iso.datetime(),
  /** By page number. */
  outcomes: z.record(z.string(), z.enum(['empty', 'rejected', 'not-found'])),
  /** TMDB's code and message for pages that were not found, by page number. */
  absences: z.record(z.string(), absenceSchema).optional(),
});

export type Newest = z.infer<typeof newestSchema>;

/** One item of `PipelineControl` for each feed: the refresh plan, `status` and `report` read it. */
export const feedHeadSchema = z.object({
  id: z.string().startsWith('feed#'),
  feed: z.string().min(1),
  /** Snapshot of the stored list; without a stored list, that of the newest answer. */
  snapshot: snapshotSchema,
  /** Pages of the snapshot that are in the table with titles, ascending; none if the list is empty or unknown. */
  pagesApplied: z.array(z.int().min(1)),
  /** Number of pages that the snapshot's run asked for. */
  pages: z.int().min(1),
  /** Earliest fetch among the applied pages. */
  fetchedAt: z.iso.datetime(),
  /** Soft TTL; without a stored list it is `fetchedAt`. */
  freshUntil: z.iso.datetime(),
  /** Outcome of the newest snapshot, which may be newer than the stored list. */
  lastOutcome: z.enum(feedOutcomes),
  /** Hard TTL in epoch seconds, the table's TTL attribute. */
  expiration: z.int(),
  /** If the stored list is empty: its weight against snapshots with titles (`emptyPageWeight` in list-page-row.ts). */
  emptyAs: z.string().optional(),
  /** Absent if all pages of the newest snapshot that arrived had titles: it would add nothing to the stored list. */
  newest: newestSchema.optional(),
});

export type FeedHead = z.infer<typeof feedHeadSchema>;

/** Key of a feed's head. */
export function feedHeadId(feed: Feed): string {
  return `feed#${feedId(feed)}`;
}

/** A head as seen at `nowMs`. A fetch time in the future comes from a wrong clock: such a list is stale, not fresh for longer. */
export function headAt(head: FeedHead, nowMs: number): FeedHead {
  return msFromIso(head.fetchedAt) > nowMs + clockSkewMs ? { ...head, freshUntil: isoFromMs(nowMs) } : head;
}

/** Whether the table holds a list of the feed, with titles or empty. */
export function holdsList(head: FeedHead): boolean {
  return head.pagesApplied.length > 0 || head.emptyAs !== undefined;
}

/** Whether the stored list is that of the newest answer. Some of its pages may be missing. */
export function isAnswered({ lastOutcome, emptyAs }: FeedHead): boolean {
  return lastOutcome === 'complete' || lastOutcome === 'partial' || (lastOutcome === 'empty' && emptyAs !== undefined);
}

/**
 * Whether all `pages` of `snapshot`, or a newer snapshot, have been answered, with whatever outcome. If the planner's clock was ahead, the
 * writer stores its pages under the time at which they were sent, so such a run is recognized by its id (docs/adr/0023).
 */
export function hasArrived(head: FeedHead, { snapshot, pages }: { snapshot: string; pages: number }): boolean {
  const newest = newestOf(head);
  if (newest.snapshot !== snapshot) {
    return newest.snapshot > snapshot || newest.snapshot.slice(-8) === snapshot.slice(-8);
  }
  const titled = head.snapshot === snapshot ? head.pagesApplied.length : 0;
  return titled + Object.keys(newest.outcomes).length >= pages;
}

/** A page without titles: its outcome, and TMDB's code and message if it was not found. */
export type PageWithout = { page: number; outcome: 'empty' | 'rejected' | 'not-found'; absence: Absence | undefined };

/**
 * The newest answer of TMDB: its snapshot, its earliest fetch (`at`), and in `without` its pages without titles, by number. Empty pages
 * beyond the end of the list are left out.
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

/** `newest`, or its equivalent for a head without one: a head of an earlier build, or one whose newest pages all had titles. */
export function newestOf({
  newest,
  snapshot,
  pages,
  fetchedAt,
}: Pick<FeedHead, 'newest' | 'snapshot' | 'pages' | 'fetchedAt'>): Newest {
  return newest ?? { snapshot, pages, fetchedAt, outcomes: {} };
}

/**
 * What is known of a feed as a whole: two joins side by side, so that heads are a function of the set of messages, like the rows.
 *
 *   what stands    the newest snapshot with titles, or the emptiness that outweighs it; the rows of the table say the same
 *   what is newest what came of the pages of the newest snapshot of all, where that is not just "titles"
 *
 * A head never says more than the rows do: pages without titles are not among `pagesApplied` and make nothing fresher.
 */
import * as z from 'zod';
import { clockSkewMs, isoFromMs, msFromIso } from '../core/clock.ts';
import { betterOutcome, type Feed, feedId } from '../core/feed.ts';
import { snapshotSchema } from '../core/snapshot.ts';
import { canonicalJson } from '../core/stable-hash.ts';
import { type Absence, absenceSchema, type ItemPage, pageOutcomeOf } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings.ts';
import { emptyPageWeight } from './list-page-row.ts';
import { listPageLife } from './row-life.ts';

/**
 * `complete`: every page with titles is in the table. `partial`: pages are still in flight, or were lost to a dead letter. `empty`,
 * `rejected`, `not-found`: what the first page brought instead (messages/page-outcome.ts).
 */
export const feedOutcomes = ['complete', 'partial', 'empty', 'rejected', 'not-found'] as const;

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

type Newest = z.infer<typeof newestSchema>;

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

type Standing = Omit<FeedHead, 'id' | 'feed' | 'lastOutcome' | 'newest'>;

/** Key of a feed's head. */
export function feedHeadId(feed: Feed): string {
  return `feed#${feedId(feed)}`;
}

/** The head of a feed of which only `page` is known. */
export function feedHeadFor(page: ItemPage, settings: Settings): FeedHead {
  const { snapshot, pages, absence } = page;
  const outcome = pageOutcomeOf(page);
  const fetchedAtMs = msFromIso(page.fetchedAt);
  const fetchedAt = isoFromMs(fetchedAtMs);
  const life = listPageLife(page.feed, snapshot, fetchedAtMs, settings);
  const isFirst = page.page === 1;
  // Only the first page makes a list an empty one: a later one may lie beyond the list's end.
  const isEmptyList = outcome === 'empty' && isFirst;
  const stands = outcome === 'titles' || isEmptyList;
  return headOf(
    { id: feedHeadId(page.feed), feed: feedId(page.feed) },
    {
      snapshot,
      pagesApplied: outcome === 'titles' ? [page.page] : [],
      pages,
      fetchedAt,
      freshUntil: stands ? isoFromMs(life.freshUntilMs) : fetchedAt,
      expiration: Math.floor(life.expiresAtMs / 1000),
      ...(isEmptyList && { emptyAs: emptyPageWeight(page.feed, snapshot, settings) }),
    },
    {
      snapshot,
      pages,
      fetchedAt,
      outcomes: outcome === 'titles' ? {} : { [page.page]: outcome },
      ...(absence && { absences: { [page.page]: absence } }),
    },
  );
}

/** Join of two heads of one feed. Commutative, associative, idempotent, like the rows. */
export function joinFeedHeads(a: FeedHead, b: FeedHead): FeedHead {
  return headOf({ id: a.id, feed: a.feed }, joinStanding(a, b), joinNewest(newestOf(a), newestOf(b)));
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
    a.pagesApplied.join() === b.pagesApplied.join() &&
    a.emptyAs === b.emptyAs &&
    canonicalJson(a.newest ?? null) === canonicalJson(b.newest ?? null)
  );
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
function newestOf({
  newest,
  snapshot,
  pages,
  fetchedAt,
}: Pick<FeedHead, 'newest' | 'snapshot' | 'pages' | 'fetchedAt'>): Newest {
  return newest ?? { snapshot, pages, fetchedAt, outcomes: {} };
}

/** The heavier one stands; of the same snapshot the union of the pages and the earliest fetch. */
function joinStanding(a: FeedHead, b: FeedHead): Standing {
  const heavier = compareTexts(weightOf(a), weightOf(b)) || compareTexts(a.snapshot, b.snapshot);
  if (heavier !== 0) {
    return heavier > 0 ? a : b;
  }
  const earlier = msFromIso(a.fetchedAt) <= msFromIso(b.fetchedAt) ? a : b;
  const pagesApplied = [...new Set([...a.pagesApplied, ...b.pagesApplied])].sort((x, y) => x - y);
  return { ...earlier, pages: Math.max(a.pages, b.pages), pagesApplied };
}

/** What is in no row weighs nothing. */
function weightOf({ pagesApplied, snapshot, emptyAs }: FeedHead): string {
  return pagesApplied.length > 0 ? snapshot : (emptyAs ?? '');
}

function joinNewest(a: Newest, b: Newest): Newest {
  if (a.snapshot !== b.snapshot) {
    return a.snapshot > b.snapshot ? a : b;
  }
  const outcomes = { ...a.outcomes };
  for (const [page, outcome] of Object.entries(b.outcomes)) {
    outcomes[page] = betterOutcome(outcome, outcomes[page] ?? outcome);
  }
  const absences = { ...a.absences };
  for (const [page, absence] of Object.entries(b.absences ?? {})) {
    absences[page] = greaterAbsence(absence, absences[page] ?? absence);
  }
  return {
    snapshot: a.snapshot,
    pages: Math.max(a.pages, b.pages),
    fetchedAt: msFromIso(a.fetchedAt) <= msFromIso(b.fetchedAt) ? a.fetchedAt : b.fetchedAt,
    outcomes,
    absences,
  };
}

/** Two answers to one job may use different words: any fixed choice will do. */
function greaterAbsence(a: Absence, b: Absence): Absence {
  return canonicalJson(b) > canonicalJson(a) ? b : a;
}

/** Puts a head together in the one form that it has: what the two halves say twice is left out of the second. */
function headOf(ids: Pick<FeedHead, 'id' | 'feed'>, standing: Standing, known: Newest): FeedHead {
  const { snapshot, pagesApplied, pages, fetchedAt, freshUntil, expiration, emptyAs } = standing;
  const titled = known.snapshot === snapshot ? pagesApplied : [];
  // A job that was fetched twice may have had both answers.
  const outcomes = Object.fromEntries(
    Object.entries(known.outcomes).filter(([page]) => !titled.includes(Number(page))),
  );
  const { absences: told = {}, ...others } = known;
  const absences = Object.fromEntries(Object.entries(told).filter(([page]) => outcomes[page] === 'not-found'));
  const newest: Newest = { ...others, outcomes, ...(Object.keys(absences).length > 0 && { absences }) };
  return {
    ...ids,
    snapshot,
    pagesApplied,
    pages,
    fetchedAt,
    freshUntil,
    lastOutcome: outcomeOf(titled, newest),
    expiration,
    ...(emptyAs !== undefined && pagesApplied.length === 0 && { emptyAs }),
    ...(canonicalJson(newest) !== canonicalJson(newestOf({ snapshot, pages, fetchedAt })) && { newest }),
  };
}

/** A list ends before its first empty page: all that is asked for and lies behind is legitimately empty. */
function outcomeOf(titled: readonly number[], { pages, outcomes }: Newest): FeedOutcome {
  if (titled.length === 0) {
    return outcomes['1'] ?? 'partial';
  }
  const last = Math.max(...titled);
  const isThere = (page: number) => titled.includes(page) || (page > last && outcomes[page] === 'empty');
  return Array.from({ length: pages }, (_, index) => index + 1).every(isThere) ? 'complete' : 'partial';
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

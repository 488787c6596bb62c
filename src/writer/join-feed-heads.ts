/**
 * The writer's side of feed heads: what a page says of its feed, and the join that makes of two heads one, whatever came first.
 */
import { isoFromMs, msFromIso } from '../shared/core/clock.ts';
import { betterOutcome, feedId } from '../shared/core/feed.ts';
import { canonicalJson } from '../shared/core/stable-hash.ts';
import { type Absence, type ItemPage, pageOutcomeOf } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { type FeedHead, type FeedOutcome, feedHeadId, type Newest, newestOf } from '../shared/tables/feed-head.ts';
import { emptyPageWeight } from '../shared/tables/list-page-row.ts';
import { listPageLife } from '../shared/tables/row-life.ts';

/** The part of a head that describes the list in the table; `newest` is the other part. */
type Standing = Omit<FeedHead, 'id' | 'feed' | 'lastOutcome' | 'newest'>;

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

/** The greater weight wins. For equal snapshots the pages are united, and the earliest fetch counts. */
function joinStanding(a: FeedHead, b: FeedHead): Standing {
  const heavier = compareTexts(weightOf(a), weightOf(b)) || compareTexts(a.snapshot, b.snapshot);
  if (heavier !== 0) {
    return heavier > 0 ? a : b;
  }
  const earlier = msFromIso(a.fetchedAt) <= msFromIso(b.fetchedAt) ? a : b;
  const pagesApplied = [...new Set([...a.pagesApplied, ...b.pagesApplied])].sort((x, y) => x - y);
  return { ...earlier, pages: Math.max(a.pages, b.pages), pagesApplied };
}

/** The weight of a head's list. A head without a list in the table loses to any other. */
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

/** Builds the canonical form of a head: `newest` omits what the other part already says. */
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

import type { Catalogue, CatalogueTitle } from '../catalogue/catalogue.ts';
import type { Person } from '../catalogue/person.ts';
import type { Oddities } from '../fault-plan.ts';

/** What an answer is made from: the catalogue, the time, and the oddities that are switched on. */
export type World = {
  catalogue: Catalogue;
  oddities: Oddities;
  /** The wall clock at the request, in epoch milliseconds. */
  nowMs: number;
  orders: OrderCache;
};

/** An entry of a list. */
export type ListEntry = CatalogueTitle | Person;

/** A whole list in its order, before it is cut into pages. */
export type Listing = {
  /** Names the list and its region; the same for every page. */
  key: string;
  entries: readonly ListEntry[];
  /** Totals that TMDB reports where it reports more than the catalogue holds; pages beyond the catalogue are empty. */
  claimed?: ListTotals;
  /** The window of release dates that now_playing and upcoming report. */
  dates?: { maximum: string; minimum: string };
  /** Rows carry `media_type`; only trending lists do. */
  withMediaType?: boolean;
  /** ISO 3166-1: the rows carry the release date of this region. */
  region?: string;
};

/** The length that a list reports. */
export type ListTotals = { pages: number; results: number };

/** One page of a list. */
type ListPage = { page: number; entries: readonly ListEntry[]; totals: ListTotals };

/** Rows on a page of every TMDB list but the changes lists. */
const rowsAPage = 20;

/**
 * Cuts page `page` (from 1) out of a list. With `slides`, each page starts with the last row of the page before: that is
 * what a client sees when a title enters the list while it is paged.
 */
export function listPage(listing: Listing, page: number, slides: boolean): ListPage {
  const step = slides ? rowsAPage - 1 : rowsAPage;
  const start = (page - 1) * step;
  const results = listing.entries.length;
  return {
    page,
    entries: listing.entries.slice(start, start + rowsAPage),
    totals: listing.claimed ?? { pages: Math.ceil(results / rowsAPage), results },
  };
}

/** The titles from the highest score to the lowest; the smaller id first where scores are equal. Scores are read once. */
export function rankBy(
  titles: readonly CatalogueTitle[],
  score: (title: CatalogueTitle) => number,
): readonly CatalogueTitle[] {
  return titles
    .map((title) => ({ title, score: score(title) }))
    .sort((one, other) => other.score - one.score || one.title.id - other.title.id)
    .map(({ title }) => title);
}

/** Sorted lists that were read recently, so that a page does not sort thousands of titles again. */
export type OrderCache = {
  /** The order under `key`; calls `build` where it is not cached. The key must name everything that the order depends on. */
  get(key: string, build: () => readonly ListEntry[]): readonly ListEntry[];
};

const defaultCapacity = 48;

/** An order cache that evicts the oldest order when it holds more than `capacity` (default 48). */
export function createOrderCache(capacity = defaultCapacity): OrderCache {
  const kept = new Map<string, readonly ListEntry[]>();
  return {
    get: (key, build) => {
      const known = kept.get(key);
      if (known !== undefined) {
        return known;
      }
      const built = build();
      kept.set(key, built);
      evictOldest(kept, capacity);
      return built;
    },
  };
}

function evictOldest(kept: Map<string, unknown>, capacity: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= capacity) {
      return;
    }
    kept.delete(key);
  }
}

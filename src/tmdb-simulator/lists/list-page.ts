import type { ListEntry, Listing, ListTotals } from './listing.ts';

/** Rows on a page of every TMDB list but the changes lists. */
export const rowsAPage = 20;

/** The highest page TMDB answers; `total_pages` may be far beyond. */
export const lastPage = 500;

/** One page of a list. */
export type ListPage = { page: number; entries: readonly ListEntry[]; totals: ListTotals };

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

import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import type { Person } from '../catalogue/person.ts';

/** What a list can hold a row of. */
export type ListEntry = CatalogueTitle | Person;

/** A whole list in its order, before it is cut into pages. */
export type Listing = {
  /** Names the list and its region: what stays the same while it is paged. */
  key: string;
  entries: readonly ListEntry[];
  /** Totals that TMDB reports where it reports more than the catalogue holds; pages beyond the catalogue are empty. */
  claimed?: ListTotals;
  /** The window of release dates that now_playing and upcoming report. */
  dates?: { maximum: string; minimum: string };
  /** Trending rows say what they are; the rows of other lists do not. */
  withMediaType?: boolean;
  /** ISO 3166-1: the rows carry the release date of this region. */
  region?: string;
};

/** How long a list says it is. */
export type ListTotals = { pages: number; results: number };

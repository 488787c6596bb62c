import type { ItemPage } from '../queues/item-page.ts';

/** What a page brought, the least first: of two answers to one job the one that says more counts. */
export const pageOutcomes = ['not-found', 'rejected', 'empty', 'titles'] as const;

/**
 * `titles`: at least one. `empty`: TMDB lists no title there, be it that a list has none or that the page lies beyond its end.
 * `rejected`: rows came and none of them could be read. `not-found`: TMDB knows no such list.
 */
export type PageOutcome = (typeof pageOutcomes)[number];

/** What `page` brought. */
export function pageOutcomeOf({
  titles,
  rejected,
  absence,
}: Pick<ItemPage, 'titles' | 'rejected' | 'absence'>): PageOutcome {
  if (titles.length > 0) {
    return 'titles';
  }
  if (absence !== undefined) {
    return 'not-found';
  }
  return rejected > 0 ? 'rejected' : 'empty';
}

/** Of two outcomes the one that says more. */
export function betterOutcome<T extends PageOutcome>(a: T, b: T): T {
  return pageOutcomes.indexOf(a) >= pageOutcomes.indexOf(b) ? a : b;
}

import type { MediaType } from '../shared/feed.ts';
import type { ListEntry } from '../shared/table/read-list.ts';

/**
 * The `count` genres of `mediaType` that weigh most in `entries`. A title gives each of its genres 1 / log2(rank + 1), the
 * discount that ranked retrieval is measured with (DCG); equal weights go to the smaller id.
 */
export function topGenres(entries: readonly ListEntry[], mediaType: MediaType, count: number): number[] {
  const weights = new Map<number, number>();
  for (const entry of entries) {
    if (entry.mediaType === mediaType) {
      for (const genre of new Set(entry.genreIds)) {
        weights.set(genre, (weights.get(genre) ?? 0) + discount(entry.rank));
      }
    }
  }
  return [...weights]
    .sort(([idA, weightA], [idB, weightB]) => weightB - weightA || idA - idB)
    .slice(0, count)
    .map(([id]) => id);
}

/** In whole millionths: sums of fractions would depend on the order of the entries in their last bit. */
function discount(rank: number): number {
  return Math.round(1e6 / Math.log2(rank + 1));
}

import { genreIdOf, type MediaType } from '../shared/core/feed.ts';
import type { ListEntry } from '../shared/tables/read-list.ts';

/**
 * The `count` genres of `mediaType` that weigh most: the share of a genre in `entries` and its share in the reads of genre feeds
 * (`reads`, by genre id), added. In `entries` a title gives each of its genres 1 / log2(rank + 1), the discount that ranked retrieval
 * is measured with (DCG). Equal weights go to the smaller id.
 */
export function topGenres(
  entries: readonly ListEntry[],
  mediaType: MediaType,
  count: number,
  reads: ReadonlyMap<number, number> = new Map(),
): number[] {
  const inLists = genreWeights(entries, mediaType);
  const [listed, read] = [sumOf(inLists), sumOf(reads)];
  const share = (genre: number) =>
    (inLists.get(genre) ?? 0) / Math.max(1, listed) + (reads.get(genre) ?? 0) / Math.max(1, read);
  return [...new Set([...inLists.keys(), ...reads.keys()])]
    .filter(isGenre)
    .sort((a, b) => share(b) - share(a) || a - b)
    .slice(0, count);
}

/** A row of TMDB's may name what is no genre, such as 0: a feed of it cannot be asked for. */
function isGenre(id: number): boolean {
  return genreIdOf(`genre_${id}`) === id;
}

function sumOf(weights: ReadonlyMap<number, number>): number {
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

function genreWeights(entries: readonly ListEntry[], mediaType: MediaType): Map<number, number> {
  const weights = new Map<number, number>();
  for (const entry of entries) {
    if (entry.mediaType === mediaType) {
      for (const genre of new Set(entry.genreIds)) {
        weights.set(genre, (weights.get(genre) ?? 0) + discount(entry.rank));
      }
    }
  }
  return weights;
}

/** In whole millionths: sums of fractions would depend on the order of the entries in their last bit. */
function discount(rank: number): number {
  return Math.round(1e6 / Math.log2(rank + 1));
}

/** Which genres the weekly run keeps. */
import type { LearnedDemand } from '../demand/learned-demand.ts';
import { genreIdOf, type MediaType, mediaTypes, parseFeedId, rowsPerPage } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import { assembleList, type ListEntry } from '../shared/tables/read-list.ts';
import { dailyPlan, type TopGenres } from './base-plan.ts';

/**
 * The genres with the most weight in what the table's daily lists hold and in what is read, as many as the settings say, and a note for
 * each media type whose lists name fewer. Reads the catalog.
 */
export async function weighGenres(
  demand: LearnedDemand | undefined,
  catalog: Pick<CatalogReader, 'listPages'>,
  nowMs: number,
  settings: Settings,
): Promise<{ genres: TopGenres; notes: string[] }> {
  const count = settings.feeds.genre.topGenres;
  const [movie = [], tv = []] = await Promise.all(
    mediaTypes.map(async (media) => {
      const feeds = dailyPlan(settings).filter(({ feed }) => feed.media === media);
      const lists = await Promise.all(
        feeds.map(async ({ feed, pages }) => {
          const rows = pages * rowsPerPage;
          return assembleList(await catalog.listPages(feed, rows), rows, nowMs);
        }),
      );
      return topGenres(lists.flat(), media, count, genreReads(media, demand));
    }),
  );
  const genres = { movie, tv };
  return { genres, notes: mediaTypes.flatMap((media) => missingGenres(media, genres, count)) };
}

/** Reads of genre feeds by genre id. */
function genreReads(media: MediaType, demand: LearnedDemand | undefined): Map<number, number> {
  const reads = new Map<number, number>();
  for (const id of demand?.readFeeds() ?? []) {
    const feed = parseFeedId(id);
    const genre = feed?.media === media ? genreIdOf(feed.category) : undefined;
    if (genre !== undefined) {
      reads.set(genre, (reads.get(genre) ?? 0) + (demand?.readsSoFar(id) ?? 0));
    }
  }
  return reads;
}

function missingGenres(media: MediaType, genres: TopGenres, count: number): string[] {
  const missing = count - genres[media].length;
  return missing === 0
    ? []
    : [`${missing} ${media} genre feeds left out: the table's lists name ${genres[media].length} genres so far`];
}

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

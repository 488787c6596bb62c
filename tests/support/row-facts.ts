import { brotliDecompressSync } from 'node:zlib';
import type { ItemPage, ListedTitle } from '../../src/shared/messages/item-page.ts';
import type { DescribedTitle } from '../../src/shared/messages/item-title.ts';
import type { CatalogRow } from '../../src/shared/ports/catalog.ts';
import { halfDayOf, inSteps } from './reference-table.ts';

/** What a placement row must say of a listed title. */
export function placementFacts(page: ItemPage, listed: ListedTitle) {
  const { feed, snapshot } = page;
  return {
    ...cardFacts(listed, listed.voteCount),
    category: `${feed.category}/${feed.region}/${feed.language}`,
    contentType: `${feed.media}#${snapshot}#${9999 - listed.rank}`,
    snapshot,
    rank: listed.rank,
    fetchedAt: page.fetchedAt,
  };
}

/** What a title row must say of a title that was fetched at `fetchedAt`. */
export function titleFacts({ fetchedAt }: { fetchedAt: string }, listed: DescribedTitle) {
  return {
    ...cardFacts(listed, inSteps(listed.voteCount)),
    fetchedAt: `${halfDayOf(fetchedAt)}:00:00.000Z`,
  };
}

function cardFacts({ title, overview, posterPath, genreIds }: DescribedTitle, voteCount: number) {
  return { title, overview, posterPath, genreIds, voteCount };
}

/** The same facts of a row as it is stored. */
export function factsOf(row: CatalogRow) {
  const { title, overview, posterPath, genreIds, voteCount, fetchedAt } = row;
  const index =
    'category' in row
      ? { category: row.category, contentType: row.contentType, snapshot: row.snapshot, rank: row.rank }
      : {};
  return {
    title,
    overview: overview instanceof Uint8Array ? brotliDecompressSync(overview).toString('utf8') : (overview ?? ''),
    posterPath: posterPath ?? null,
    genreIds: genreIds ?? [],
    voteCount,
    fetchedAt,
    ...index,
  };
}

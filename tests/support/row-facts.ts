import { brotliDecompressSync } from 'node:zlib';
import type { DescribedTitle, ItemPage, ListedTitle } from '../../src/shared/queues/item-page.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { pageKeys, titlesOfPage } from './list-pages.ts';
import { halfDayOf, inSteps } from './reference-table.ts';

/** What a page's row must say: each title once, at its best rank. */
export function pageFacts({ feed, page, snapshot, fetchedAt, titles }: ItemPage) {
  const { category, contentType } = pageKeys(feed, page);
  const byRank = [...titles].sort((a, b) => a.rank - b.rank);
  const once = byRank.filter((one, n) => byRank.findIndex((other) => sameTitle(one, other)) === n);
  return { category, contentType, snapshot, fetchedAt, titles: once.map((listed) => sorted(listed)) };
}

function sameTitle(a: ListedTitle, b: ListedTitle): boolean {
  return a.id === b.id && a.mediaType === b.mediaType;
}

/** The same members in one order, whatever theirs was. */
function sorted(listed: object): object {
  return Object.fromEntries(Object.entries(listed).sort(([a], [b]) => (a < b ? -1 : 1)));
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
  if ('category' in row) {
    const { category, contentType, snapshot, fetchedAt } = row;
    return { category, contentType, snapshot, fetchedAt, titles: titlesOfPage(row).map((listed) => sorted(listed)) };
  }
  const { title, overview, posterPath, genreIds, voteCount, fetchedAt } = row;
  return {
    title,
    overview: overview instanceof Uint8Array ? brotliDecompressSync(overview).toString('utf8') : (overview ?? ''),
    posterPath: posterPath ?? null,
    genreIds: genreIds ?? [],
    voteCount,
    fetchedAt,
  };
}

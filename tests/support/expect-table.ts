import { brotliDecompressSync } from 'node:zlib';
import { expect } from 'vitest';
import type { ItemPage, ListedTitle } from '../../src/shared/messages/item-page.ts';
import type { CatalogRow } from '../../src/shared/ports/catalog.ts';
import type { FeedHead } from '../../src/shared/table/feed-head.ts';
import { halfDayOf, inSteps, referenceHeads, referenceTable } from './reference-table.ts';

/** Asserts that `rows` are what the law asks for after `pages`, no more and no less. */
export function expectTable(rows: readonly CatalogRow[], pages: readonly ItemPage[]): void {
  const { placements, titles } = referenceTable(pages);
  const keys = rows.map(({ mediaId, mediaType }) => `${mediaId}\n${mediaType}`);
  expect([...keys].sort()).toEqual([...placements.keys(), ...titles.keys()].sort());
  for (const row of rows) {
    const key = `${row.mediaId}\n${row.mediaType}`;
    const allowed = [
      ...(placements.get(key) ?? []).map(({ page, listed }) => placementFacts(page, listed)),
      ...(titles.get(key) ?? []).map(({ page, listed }) => titleFacts(page, listed)),
    ];
    expect(allowed).toContainEqual(factsOf(row));
  }
}

/** Asserts that `heads` are what must be known of the feeds after `pages`. */
export function expectHeads(heads: readonly FeedHead[], pages: readonly ItemPage[]): void {
  const known = heads.map(({ freshUntil, expiration, ...head }) => {
    expect(Date.parse(freshUntil)).toBeGreaterThan(Date.parse(head.fetchedAt));
    expect(expiration * 1000).toBeGreaterThan(Date.parse(freshUntil));
    return head;
  });
  expect(known).toEqual(referenceHeads(pages));
}

function placementFacts(page: ItemPage, listed: ListedTitle) {
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

function titleFacts(page: ItemPage, listed: ListedTitle) {
  return {
    ...cardFacts(listed, inSteps(listed.voteCount)),
    fetchedAt: `${halfDayOf(page.fetchedAt)}:00:00.000Z`,
  };
}

function cardFacts({ title, overview, posterPath, genreIds }: ListedTitle, voteCount: number) {
  return { title, overview, posterPath, genreIds, voteCount };
}

function factsOf(row: CatalogRow) {
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

import { expect } from 'vitest';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import type { CatalogRow } from '../../src/shared/tables/catalog.ts';
import { type FeedHead, feedHeadSchema } from '../../src/shared/tables/feed-head.ts';
import { referenceHeads, referenceTable } from './reference-table.ts';
import { factsOf, pageFacts, titleFacts } from './row-facts.ts';

/** Asserts that `rows` are what the invariant asks for after `pages`, no more and no less. */
export function expectTable(rows: readonly CatalogRow[], pages: readonly ItemPage[]): void {
  const reference = referenceTable(pages);
  const keys = rows.map(({ mediaId, mediaType }) => `${mediaId}\n${mediaType}`);
  expect([...keys].sort()).toEqual([...reference.pages.keys(), ...reference.titles.keys()].sort());
  for (const row of rows) {
    const key = `${row.mediaId}\n${row.mediaType}`;
    const allowed = [
      ...(reference.pages.get(key) ?? []).map(pageFacts),
      ...(reference.titles.get(key) ?? []).map(({ fetchedAt, title }) => titleFacts({ fetchedAt }, title)),
    ];
    expect(allowed).toContainEqual(factsOf(row));
  }
}

/** Asserts that `heads` are what must be known of the feeds after `pages`. */
export function expectHeads(heads: readonly FeedHead[], pages: readonly ItemPage[]): void {
  const known = heads.map((stored) => {
    // What an adapter keeps beside a head is its own.
    const { freshUntil, expiration, ...head } = feedHeadSchema.parse(stored);
    const stands = head.pagesApplied.length > 0 || head.emptyAs !== undefined;
    expect(Date.parse(freshUntil) > Date.parse(head.fetchedAt)).toBe(stands);
    expect(expiration * 1000).toBeGreaterThan(Date.parse(freshUntil));
    return head;
  });
  expect(known).toEqual(referenceHeads(pages));
}

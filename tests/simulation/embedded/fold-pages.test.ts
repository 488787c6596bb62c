import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../../src/shared/queues/item-page.ts';
import { arbitraryCloseSighting } from '../../support/arbitrary-page.ts';
import { referenceHeads, referenceTable } from '../../support/reference-table.ts';
import { pageFacts, titleFacts } from '../../support/row-facts.ts';
import { sampleFeed, samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { foldPages } from './fold-pages.ts';

/** Pages of two titles, in two feeds, from so few values that they often say the same. */
const arbitraryPage: fc.Arbitrary<ItemPage> = fc
  .constantFrom(sampleFeed(), sampleFeed({ language: 'de-DE' }))
  .chain((feed) => fc.tuple(arbitraryCloseSighting(feed), arbitraryCloseSighting(feed), fc.constantFrom(1, 2)))
  .map(([{ page, listed }, other, number]) => ({
    ...page,
    page: number,
    pages: 2,
    titles: [listed, { ...other.listed, id: 551 }],
  }));

/** Everything a reference table allows, by key. */
function allowedBy(pages: readonly ItemPage[]) {
  const { pages: listed, titles } = referenceTable(pages);
  const allowed: [string, unknown[]][] = [
    ...[...listed].map(([key, group]): [string, unknown[]] => [key, group.map(pageFacts)]),
    ...[...titles].map(([key, group]): [string, unknown[]] => [
      key,
      group.map(({ fetchedAt, title }) => titleFacts({ fetchedAt }, title)),
    ]),
  ];
  return allowed.map(([key, facts]) => [key, [...new Set(facts.map((one) => JSON.stringify(one)))].sort()]);
}

describe('foldPages', () => {
  it('changes nothing of what the tables must hold, however it is repeated', () => {
    fc.assert(
      fc.property(fc.array(arbitraryPage, { maxLength: 12 }), (pages) => {
        const folded = foldPages(pages);
        expect(allowedBy(folded).sort()).toEqual(allowedBy(pages).sort());
        expect(referenceHeads(folded)).toEqual(referenceHeads(pages));
        expect(foldPages(folded)).toEqual(folded);
      }),
    );
  });

  it('leaves out the pages of earlier snapshots', () => {
    const page = (snapshot: string, fetchedAt: string) => samplePage({ snapshot, fetchedAt, titles: [sampleTitle()] });
    const old = page('2026-11-23T08:00:00Z.0badcafe', '2026-11-23T08:00:07.000Z');
    const fresh = page('2026-11-24T08:00:00Z.5eed5eed', '2026-11-24T08:00:07.000Z');
    expect(foldPages([old, fresh])).toEqual([fresh]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogRow } from '../../src/shared/ports/catalog.ts';
import { defaultSettings } from '../../src/shared/settings.ts';
import { type Candidate, candidatesOf, decideRow, mergeRows } from '../../src/writer/decide-rows.ts';
import { samplePage, sampleTitle } from '../support/sample-messages.ts';
import { samplePlacementRow, sampleTitleRow } from '../support/sample-rows.ts';

describe('what is to happen to a row', () => {
  it.each([
    ['b', undefined, 'write'],
    ['b', '', 'write'],
    ['b', 'a', 'write'],
    ['b', 'b', 'unchanged'],
    ['b', 'c', 'superseded'],
    ['2026-11-23T08:00:00Z.00000000#1', '2026-11-16T08:00:00Z.ffffffff#9', 'write'],
  ])('of version %j where the table holds %j: %s', (version, present, decision) => {
    expect(decideRow(version, present)).toBe(decision);
  });

  it('is decided one way round only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const both = [decideRow(a, b), decideRow(b, a)].sort();
        expect(both).toEqual(a === b ? ['unchanged', 'unchanged'] : ['superseded', 'write']);
      }),
    );
  });
});

describe('candidates of a page', () => {
  it('are a placement and a title for each row, in order', () => {
    const titles = [sampleTitle(), sampleTitle({ rank: 2, id: 551 }), sampleTitle({ rank: 3 })];
    const keys = candidatesOf('m1', samplePage({ titles }), defaultSettings).map(({ messageId, placement, title }) => [
      messageId,
      placement?.mediaId,
      placement?.mediaType,
      title?.mediaId,
      title?.mediaType,
    ]);
    expect(keys).toEqual([
      ['m1', '550', 'movie#popular/movie/global/en-US', '550', 'movie'],
      ['m1', '551', 'movie#popular/movie/global/en-US', '551', 'movie'],
      ['m1', '550', 'movie#popular/movie/global/en-US', '550', 'movie'],
    ]);
  });

  it('of an empty page are none', () => {
    expect(candidatesOf('m1', samplePage({ titles: [] }), defaultSettings)).toEqual([]);
  });
});

describe('merging candidates', () => {
  const candidate = (id: string, placed: string, titled: string): Candidate => ({
    messageId: `${id}${placed}${titled}`,
    placement: samplePlacementRow({ mediaId: id, version: placed, title: placed }),
    title: sampleTitleRow({ mediaId: id, version: titled, title: titled }),
  });
  const versions = (merged: ReadonlyMap<string, CatalogRow>) =>
    Object.fromEntries([...merged].map(([key, { version, title }]) => [key, `${version} ${title}`]));

  it('keeps the greatest version of each row, of placement and title apart', () => {
    const merged = mergeRows([candidate('1', 'a', 'z'), candidate('2', 'k', 'k'), candidate('1', 'b', 'y')]);
    expect(versions(merged)).toEqual({
      '1\nmovie#popular/movie/global/en-US': 'b b',
      '1\nmovie': 'z z',
      '2\nmovie#popular/movie/global/en-US': 'k k',
      '2\nmovie': 'k k',
    });
  });

  it('gives the same in any order and for any repetition', () => {
    const letter = fc.constantFrom('a', 'b', 'c', 'ca');
    const any = fc.tuple(fc.constantFrom('1', '2'), letter, letter).map((parts) => candidate(...parts));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (candidates, draws) => {
        const shuffled = candidates
          .flatMap((one) => [one, one])
          .map((one) => ({ one, at: draws.next().value }))
          .sort((x, y) => x.at - y.at)
          .map(({ one }) => one);
        expect(versions(mergeRows(shuffled))).toEqual(versions(mergeRows(candidates)));
      }),
    );
  });
});

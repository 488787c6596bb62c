import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { CatalogDraft } from '../../src/shared/tables/catalog.ts';
import { type Candidate, candidateOf, decideRow, mergeRows, rowsOf } from '../../src/writer/decide-rows.ts';
import { sampleItemTitle, samplePage, sampleTitle } from '../support/sample-messages.ts';
import { draftOf, sampleListPage, sampleTitleRow } from '../support/sample-rows.ts';

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

describe('what a message asks for', () => {
  const keysOf = (candidate: Candidate) => rowsOf(candidate).map(({ mediaId, mediaType }) => `${mediaId} ${mediaType}`);

  it('is the row of its page, and one for each title in order', () => {
    const titles = [sampleTitle(), sampleTitle({ rank: 2, id: 551 }), sampleTitle({ rank: 3 })];
    const candidate = candidateOf('m1', samplePage({ titles }), defaultSettings);
    expect(candidate.messageId).toBe('m1');
    expect(keysOf(candidate)).toEqual(['popular/movie/global/en-US page#0001', '550 movie', '551 movie', '550 movie']);
  });

  it('is a title’s row alone where it came on its own, with a stand-in for the default language', () => {
    const candidate = candidateOf('m1', sampleItemTitle({ language: 'de-DE' }), defaultSettings);
    expect(keysOf(candidate)).toEqual(['550 movie@de-DE', '550 movie']);
    const inEnglish = candidateOf('m1', sampleItemTitle({ language: 'en-US' }), defaultSettings);
    expect(keysOf(inEnglish)).toEqual(['550 movie']);
  });

  it('of an empty page is a row that says so', () => {
    const rows = rowsOf(candidateOf('m1', samplePage({ titles: [] }), defaultSettings));
    expect(rows.map((row) => row.build())).toMatchObject([{ mediaType: 'page#0001', places: [] }]);
  });

  it.each([
    ['a list that TMDB does not know', { absence: { code: 'tmdb_34', detail: 'HTTP 404' } }],
    ['a page of which no row could be read', { rejected: 20 }],
  ])('of %s is nothing', (_name, over) => {
    expect(rowsOf(candidateOf('m1', samplePage({ titles: [], ...over }), defaultSettings))).toEqual([]);
  });
});

describe('merging candidates', () => {
  const candidate = (id: string, page: string, title: string): Candidate => ({
    messageId: `${id}${page}${title}`,
    page: draftOf(sampleListPage({ mediaId: `feed ${id}`, version: page, snapshot: page })),
    titles: [draftOf(sampleTitleRow({ mediaId: id, version: title, title }))],
  });
  const versions = (merged: ReadonlyMap<string, CatalogDraft>) =>
    Object.fromEntries(
      [...merged].map(([key, draft]) => {
        const row = draft.build();
        return [key, `${draft.version} ${'title' in row ? row.title : row.snapshot}`];
      }),
    );

  it('keeps the greatest version of each row, of page and title apart', () => {
    const merged = mergeRows([candidate('1', 'a', 'z'), candidate('2', 'k', 'k'), candidate('1', 'b', 'y')]);
    expect(versions(merged)).toEqual({
      'feed 1\npage#0001': 'b b',
      '1\nmovie': 'z z',
      'feed 2\npage#0001': 'k k',
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

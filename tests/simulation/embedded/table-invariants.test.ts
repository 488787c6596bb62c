import { describe, expect, it } from 'vitest';
import type { FeedHead } from '../../../src/shared/tables/feed-head.ts';
import { sampleListPage, sampleTitleRow } from '../../support/sample-rows.ts';
import { incomplete, wentBack } from './table-invariants.ts';

const head: FeedHead = {
  id: 'feed#popular/movie/global/en-US',
  feed: 'popular/movie/global/en-US',
  snapshot: '2026-11-23T08:00:00Z.0badcafe',
  pagesApplied: [1, 3],
  pages: 3,
  fetchedAt: '2026-11-23T08:00:07.250Z',
  freshUntil: '2026-11-24T08:00:07.250Z',
  lastOutcome: 'partial',
  expiration: Date.UTC(2026, 10, 26, 8) / 1_000,
};
const before = { rows: [sampleTitleRow(), sampleListPage()], heads: [head] };

describe('the invariants of the tables between two rounds', () => {
  it('let rows and heads stay, grow newer and become more', () => {
    expect(wentBack(before, before)).toEqual([]);
    const rows = [sampleTitleRow({ version: 'n' }), sampleListPage(), sampleTitleRow({ mediaId: '551' })];
    expect(wentBack(before, { rows, heads: [{ ...head, snapshot: '2026-11-24T08:00:00Z.0badcafe' }] })).toEqual([]);
  });

  it('name a row that is gone, one that is older, and a head that is', () => {
    const rows = [sampleListPage({ version: 'l' })];
    expect(wentBack(before, { rows, heads: [{ ...head, snapshot: '2026-11-22T08:00:00Z.0badcafe' }] })).toEqual([
      'row 550 movie went back from m to nothing',
      'row popular/movie/global/en-US page#0001 went back from m to l',
      'head feed#popular/movie/global/en-US went back from 2026-11-23T08:00:00Z.0badcafe to 2026-11-22T08:00:00Z.0badcafe',
    ]);
  });

  it('name a head that lacks a page', () => {
    expect(incomplete([head])).toEqual(['feed#popular/movie/global/en-US has only pages 1, 3 of 3']);
    expect(incomplete([{ ...head, pagesApplied: [1, 2, 3], lastOutcome: 'complete' }])).toEqual([]);
  });
});

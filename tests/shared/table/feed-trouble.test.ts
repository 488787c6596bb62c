import { describe, expect, it } from 'vitest';
import type { FeedHead } from '../../../src/shared/table/feed-head.ts';
import { feedTrouble } from '../../../src/shared/table/feed-trouble.ts';

const at = '2026-11-24T08:00:07.000Z';
const noted: FeedHead = {
  id: 'feed#popular/movie/global/en-US',
  feed: 'popular/movie/global/en-US',
  snapshot: '2026-11-24T08:00:00Z.0badcafe',
  pagesApplied: [],
  pages: 2,
  fetchedAt: at,
  freshUntil: at,
  lastOutcome: 'empty',
  expiration: 1_795_800_000,
};
const nowMs = Date.parse(at) + 1_000;

describe('an empty answer that an earlier build has noted, without its weight and without the newest answer', () => {
  it.each<[name: string, over: Partial<FeedHead>, detail: string]>([
    ['and no page', {}, 'TMDB answered with an empty list; nothing is in the table, and the next refresh asks again'],
    [
      'as a page that was applied',
      { pagesApplied: [1] },
      'TMDB answered with an empty list; what stands in the table is not noted, and the next refresh asks again',
    ],
    [
      'as a page of a list that was not found',
      { pagesApplied: [1], lastOutcome: 'not-found' },
      'TMDB does not know this list; what stands in the table is not noted, and the next refresh asks again',
    ],
  ])('%s', (_name, over, detail) => {
    const head = { ...noted, ...over };
    expect(feedTrouble(head, nowMs)).toEqual({ feed: head.feed, outcome: head.lastOutcome, at, detail });
  });
});

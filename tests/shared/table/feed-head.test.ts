import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings.ts';
import {
  type FeedHead,
  feedHeadFor,
  feedHeadId,
  feedHeadSchema,
  joinFeedHeads,
  sameFeedHead,
} from '../../../src/shared/table/feed-head.ts';
import { sampleFeed, samplePage } from '../../support/sample-messages.ts';

const monday = '2026-11-23T08:00:00Z.0badcafe';
const tuesday = '2026-11-24T08:00:00Z.5eed5eed';
const headOf = (over: Parameters<typeof samplePage>[0] = {}) => feedHeadFor(samplePage(over), defaultSettings);

/** Heads of one feed as pages make them, and joins of such heads. */
const pageHead: fc.Arbitrary<FeedHead> = fc
  .record({
    snapshot: fc.constantFrom(monday, tuesday, '2026-11-24T08:00:00Z.ffffffff'),
    page: fc.integer({ min: 1, max: 4 }),
    pages: fc.integer({ min: 1, max: 4 }),
    fetchedAt: fc.constantFrom('2026-11-24T08:00:07.250Z', '2026-11-24T08:00:07.251Z', '2026-11-25T00:00:00.000Z'),
  })
  .map(headOf);
const arbitraryHead = fc
  .array(pageHead, { minLength: 1, maxLength: 4 })
  .map((heads) => heads.reduce((joined, head) => joinFeedHeads(joined, head)));

describe('the head of a feed of which one page is known', () => {
  it('says so', () => {
    const head = headOf({ page: 2, pages: 3 });
    expect(head).toMatchObject({
      id: 'feed#popular/movie/global/en-US',
      feed: 'popular/movie/global/en-US',
      snapshot: monday,
      pagesApplied: [2],
      pages: 3,
      fetchedAt: '2026-11-23T08:00:07.250Z',
      lastOutcome: 'partial',
    });
    expect(feedHeadSchema.parse(head)).toEqual(head);
    expect(feedHeadId(sampleFeed({ category: 'genre_18' }))).toBe('feed#genre_18/movie/global/en-US');
  });

  it('lives as long as the placements of that page', () => {
    const head = headOf();
    const freshMs = Date.parse(head.freshUntil) - Date.parse(head.fetchedAt);
    expect(Math.abs(freshMs - 86_400_000)).toBeLessThanOrEqual(8_640_000);
    expect(head.expiration).toBeGreaterThanOrEqual(Date.parse('2026-11-26T08:00:07Z') / 1000);
    expect(head.expiration).toBeLessThanOrEqual(Date.parse('2026-11-26T10:24:08Z') / 1000);
  });

  it('is complete when there is but one', () => {
    expect(headOf({ page: 1, pages: 1 }).lastOutcome).toBe('complete');
  });
});

describe('joining heads', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(arbitraryHead, arbitraryHead, arbitraryHead, (a, b, c) => {
        expect(joinFeedHeads(a, b)).toEqual(joinFeedHeads(b, a));
        expect(joinFeedHeads(joinFeedHeads(a, b), c)).toEqual(joinFeedHeads(a, joinFeedHeads(b, c)));
        expect(joinFeedHeads(a, a)).toEqual(a);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the newer snapshot, whichever was fetched later', () => {
    const old = headOf({ snapshot: monday, fetchedAt: '2026-11-25T00:00:00.000Z' });
    const fresh = headOf({ snapshot: tuesday, fetchedAt: '2026-11-24T08:00:07.250Z' });
    expect(joinFeedHeads(old, fresh)).toEqual(fresh);
  });

  it('collects the pages of a snapshot until it is complete', () => {
    const [first, second, third] = [3, 1, 2].map((page) => headOf({ page, pages: 3 })) as [
      FeedHead,
      FeedHead,
      FeedHead,
    ];
    const two = joinFeedHeads(first, second);
    expect(two).toMatchObject({ pagesApplied: [1, 3], lastOutcome: 'partial' });
    expect(joinFeedHeads(two, third)).toMatchObject({ pagesApplied: [1, 2, 3], lastOutcome: 'complete' });
  });

  it('is as fresh as its earliest fetch', () => {
    const early = headOf({ page: 1, fetchedAt: '2026-11-23T08:00:07.250Z' });
    const late = headOf({ page: 2, fetchedAt: '2026-11-23T08:00:09.000Z' });
    expect(joinFeedHeads(late, early)).toMatchObject({
      fetchedAt: '2026-11-23T08:00:07.250Z',
      freshUntil: early.freshUntil,
      expiration: early.expiration,
    });
  });

  it('changes nothing when a page comes twice', () => {
    fc.assert(
      fc.property(arbitraryHead, pageHead, (head, page) => {
        const once = joinFeedHeads(head, page);
        expect(joinFeedHeads(once, page)).toEqual(once);
        expect(sameFeedHead(joinFeedHeads(once, page), once)).toBe(true);
      }),
    );
  });
});

describe('two heads say the same', () => {
  it('when nothing differs, and not when a snapshot, a page or a fetch does', () => {
    const head = headOf({ page: 1, pages: 3 });
    expect(sameFeedHead(head, { ...head })).toBe(true);
    expect(sameFeedHead(head, headOf({ page: 1, pages: 3, snapshot: tuesday }))).toBe(false);
    expect(sameFeedHead(head, headOf({ page: 1, pages: 4 }))).toBe(false);
    expect(sameFeedHead(head, headOf({ page: 1, pages: 3, fetchedAt: '2026-11-23T08:00:08.000Z' }))).toBe(false);
    expect(sameFeedHead(head, joinFeedHeads(head, headOf({ page: 2, pages: 3 })))).toBe(false);
  });

  it('not when each knows another page', () => {
    expect(sameFeedHead(headOf({ page: 1, pages: 3 }), headOf({ page: 2, pages: 3 }))).toBe(false);
  });
});

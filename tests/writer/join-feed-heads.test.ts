import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import {
  type FeedHead,
  feedHeadId,
  feedHeadSchema,
  hasArrived,
  holdsList,
  isAnswered,
} from '../../src/shared/tables/feed-head.ts';
import { feedHeadFor, joinFeedHeads, sameFeedHead } from '../../src/writer/join-feed-heads.ts';
import { sampleFeed, samplePage } from '../support/sample-messages.ts';

const lastWeek = '2026-11-16T08:00:00Z.0badcafe';
const monday = '2026-11-23T08:00:00Z.0badcafe';
const tuesday = '2026-11-24T08:00:00Z.5eed5eed';
const headOf = (over: Parameters<typeof samplePage>[0] = {}) => feedHeadFor(samplePage(over), defaultSettings);

/** Heads of one feed as pages make them, and joins of such heads. */
const pageHead: fc.Arbitrary<FeedHead> = fc
  .record({
    snapshot: fc.constantFrom(lastWeek, monday, tuesday, '2026-11-24T08:00:00Z.ffffffff'),
    page: fc.integer({ min: 1, max: 4 }),
    pages: fc.integer({ min: 1, max: 4 }),
    fetchedAt: fc.constantFrom('2026-11-24T08:00:07.250Z', '2026-11-24T08:00:07.251Z', '2026-11-25T00:00:00.000Z'),
    brought: fc.constantFrom<Partial<ItemPage>>(
      {},
      {},
      { titles: [] },
      { titles: [], rejected: 3 },
      { titles: [], absence: { code: 'tmdb_34', detail: 'no such list' } },
      { titles: [], absence: { code: 'tmdb_6', detail: 'no such id' } },
    ),
  })
  .map(({ brought, ...page }) => headOf({ ...page, ...brought }));
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

describe('a head never says more than the rows', () => {
  const absence = { code: 'tmdb_34', detail: 'HTTP 404: no such list' };
  const full = headOf({ pages: 1, snapshot: monday });
  const emptyLater = headOf({ pages: 1, snapshot: tuesday, fetchedAt: '2026-11-24T08:00:02.000Z', titles: [] });

  it('so an empty answer makes a list no fresher', () => {
    const { newest, lastOutcome, ...standing } = joinFeedHeads(emptyLater, full);
    expect({ ...standing, lastOutcome: 'complete' }).toEqual(full);
    expect(lastOutcome).toBe('empty');
    expect(newest).toMatchObject({ snapshot: tuesday, outcomes: { 1: 'empty' } });
  });

  it('an empty list stands where there was none, or only one past its hard TTL', () => {
    const old = headOf({ pages: 1, snapshot: lastWeek, fetchedAt: '2026-11-16T08:00:02.000Z' });
    for (const head of [emptyLater, joinFeedHeads(old, emptyLater), joinFeedHeads(emptyLater, old)]) {
      expect(head).toMatchObject({ snapshot: tuesday, pagesApplied: [], lastOutcome: 'empty' });
      expect(holdsList(head) && isAnswered(head)).toBe(true);
      expect(Date.parse(head.freshUntil)).toBeGreaterThan(Date.parse(head.fetchedAt));
    }
  });

  it.each([
    ['not found', { absence }, 'not-found'],
    ['read without a usable row', { rejected: 20 }, 'rejected'],
    ['empty, and only its second page came', { page: 2, pages: 2 }, 'partial'],
  ] as const)('a list that is %s is never fresh', (_name, over, lastOutcome) => {
    const head = headOf({ pages: 1, titles: [], ...over });
    expect(head).toMatchObject({ pagesApplied: [], lastOutcome, freshUntil: head.fetchedAt });
    expect(holdsList(head)).toBe(false);
  });

  it.each([
    ['behind the end', [1], [2, 3], 'complete'],
    ['in a gap', [1, 3], [2], 'partial'],
    ['in front', [2, 3], [1], 'partial'],
  ] as const)('with empty pages %s', (_name, titled, empty, lastOutcome) => {
    const heads = [
      ...titled.map((page) => headOf({ page, pages: 3 })),
      ...empty.map((page) => headOf({ page, pages: 3, titles: [] })),
    ];
    expect(heads.reduce(joinFeedHeads)).toMatchObject({ pagesApplied: titled, lastOutcome });
    expect(heads.reduceRight(joinFeedHeads)).toEqual(heads.reduce(joinFeedHeads));
  });

  it('of an earlier build is read, and joined with what comes', () => {
    const { newest: _newest, ...old } = feedHeadSchema.parse({ ...full });
    expect(feedHeadSchema.parse(old)).toEqual(old);
    expect(joinFeedHeads(old, emptyLater)).toMatchObject({ snapshot: monday, lastOutcome: 'empty' });
  });
});

describe('what was sent has arrived', () => {
  const sent = { snapshot: monday, pages: 2 };
  const brought = { page: 2, pages: 2, titles: [] };
  it.each([
    ['no page', [headOf({ snapshot: `${lastWeek.slice(0, -8)}5eed5eed` })], false],
    ['a page that a clock which was ahead had planned for later', [headOf({ snapshot: lastWeek })], true],
    ['one of two pages', [headOf({ pages: 2 })], false],
    ['both pages', [headOf({ pages: 2 }), headOf({ page: 2, pages: 2 })], true],
    ['a page and an empty one', [headOf({ pages: 2 }), headOf(brought)], true],
    [
      'an empty page and one that is not found',
      [headOf({ ...brought, page: 1 }), headOf({ ...brought, absence: { code: 'c', detail: '' } })],
      true,
    ],
    [
      'an empty page of a newer run, where an older list stands',
      [headOf({ pages: 2 }), headOf({ ...brought, snapshot: tuesday })],
      true,
    ],
  ] as const)('when TMDB has answered: %s', (_name, heads, arrived) => {
    expect(
      hasArrived(
        heads.reduce((a: FeedHead, b: FeedHead) => joinFeedHeads(a, b)),
        sent,
      ),
    ).toBe(arrived);
  });
});

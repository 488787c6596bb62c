import { describe, expect, it } from 'vitest';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import type { FeedHeads } from '../../src/shared/tables/feed-heads.ts';
import { rejectionOf } from './caught.ts';

/** A head, written by hand; members given replace its own. */
export function sampleHead(over: Partial<FeedHead> = {}): FeedHead {
  return {
    id: 'feed#popular/movie/global/en-US',
    feed: 'popular/movie/global/en-US',
    snapshot: '2026-11-23T08:00:00Z.0badcafe',
    pagesApplied: [1],
    pages: 2,
    fetchedAt: '2026-11-23T08:00:07.250Z',
    freshUntil: '2026-11-24T08:00:07.250Z',
    lastOutcome: 'partial',
    expiration: Date.UTC(2026, 10, 26, 8) / 1000,
    ...over,
  };
}

/** What came of the sample's newest pages that had no titles. */
function newestOfSample(outcomes: NonNullable<FeedHead['newest']>['outcomes']): NonNullable<FeedHead['newest']> {
  const { snapshot, pages, fetchedAt } = sampleHead();
  return { snapshot, pages, fetchedAt, outcomes };
}

/** What every store of feed heads keeps to; `open` gives an empty one. */
export function feedHeadsContract(open: () => Promise<FeedHeads>): void {
  describe('feed heads', () => {
    const first = sampleHead();
    const whole = sampleHead({ pagesApplied: [1, 2], lastOutcome: 'complete' });
    const readOne = async (heads: FeedHeads) => (await heads.read([first.id])).heads.get(first.id);

    it('are absent until stored', async () => {
      const heads = await open();
      expect((await heads.read([first.id])).heads).toEqual(new Map());
      expect((await heads.read([])).heads).toEqual(new Map());
      expect(await heads.list()).toEqual([]);
    });

    it('are stored where none was seen, and told as they were stored', async () => {
      const heads = await open();
      expect(await heads.replace(first, undefined)).toMatchObject({ replaced: true });
      expect((await heads.read([first.id, 'feed#popular/tv/global/en-US'])).heads).toEqual(
        new Map([[first.id, first]]),
      );
    });

    it('are not stored where none was seen but one is', async () => {
      const heads = await open();
      await heads.replace(first, undefined);
      expect(await heads.replace(whole, undefined)).toMatchObject({ replaced: false });
      expect(await readOne(heads)).toEqual(first);
    });

    it('are not stored where one was seen but none is', async () => {
      const heads = await open();
      expect(await heads.replace(whole, first)).toMatchObject({ replaced: false });
      expect(await readOne(heads)).toBeUndefined();
    });

    it('are replaced while they are what was seen', async () => {
      const heads = await open();
      await heads.replace(first, undefined);
      expect(await heads.replace(whole, first)).toMatchObject({ replaced: true });
      expect(await readOne(heads)).toEqual(whole);
    });

    it.each([
      ['another page', { pagesApplied: [1, 2] }],
      ['an earlier fetch', { fetchedAt: '2026-11-23T08:00:06.000Z' }],
      ['a newer snapshot', { snapshot: '2026-11-24T08:00:00Z.0badcafe' }],
      ['a page without titles', { newest: newestOfSample({ 2: 'empty' }) }],
      ['the weight of an empty list', { emptyAs: '2026-11-20T08:00:00Z.0badcafe' }],
    ])('are not replaced when %s has come since', async (_name, change) => {
      const heads = await open();
      const moved = sampleHead(change);
      await heads.replace(first, undefined);
      await heads.replace(moved, first);
      const ours = sampleHead({ pagesApplied: [1, 3], pages: 3 });
      expect(await heads.replace(ours, first)).toMatchObject({ replaced: false });
      expect(await readOne(heads)).toEqual(moved);
    });

    it.each([
      ['what came is another', newestOfSample({ 2: 'rejected' })],
      ['more came', newestOfSample({ 2: 'empty', 3: 'empty' })],
      ['it is said no more', undefined],
    ])('with pages without titles are replaced unless %s since', async (_name, change) => {
      const heads = await open();
      const { newest: _newest, ...plain } = first;
      const seen = { ...plain, newest: newestOfSample({ 2: 'empty' }) };
      const moved: FeedHead = change === undefined ? plain : { ...plain, newest: change };
      await heads.replace(seen, undefined);
      expect(await heads.replace(moved, seen)).toMatchObject({ replaced: true });
      expect(await heads.replace(whole, seen)).toMatchObject({ replaced: false });
      expect(await readOne(heads)).toEqual(moved);
    });

    it('let one of several win that saw the same', async () => {
      const heads = await open();
      await heads.replace(first, undefined);
      const answers = await Promise.all(
        [2, 3, 4, 5].map((page) => heads.replace(sampleHead({ pagesApplied: [1, page], pages: 5 }), first)),
      );
      expect(answers.filter(({ replaced }) => replaced)).toHaveLength(1);
    });

    it('count units', async () => {
      const heads = await open();
      expect((await heads.replace(first, undefined)).writeUnits).toBe(1);
      expect((await heads.replace(first, undefined)).writeUnits).toBe(1);
      expect((await heads.read([first.id])).readUnits).toBe(1);
    });

    it('are read more than 100 at a time, each once', async () => {
      const heads = await open();
      const many = Array.from({ length: 120 }, (_, n) => sampleHead({ id: `feed#genre_${n}/movie/global/en-US` }));
      await Promise.all(many.map((head) => heads.replace(head, undefined)));
      expect((await heads.read(many.map(({ id }) => id))).heads).toEqual(new Map(many.map((head) => [head.id, head])));
      expect(await rejectionOf(heads.read([first.id, first.id]))).toBeInstanceOf(Error);
    });

    it('are listed by id, each as it stands now, the expired ones too', async () => {
      const heads = await open();
      const expired = sampleHead({ id: 'feed#award_winning/tv/global/en-US', expiration: 1 });
      await heads.replace(first, undefined);
      await heads.replace(whole, first);
      await heads.replace(expired, undefined);
      expect(await heads.list()).toEqual([expired, whole]);
    });
  });
}

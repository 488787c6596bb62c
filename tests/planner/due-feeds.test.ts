import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueFeeds, type Occurrence, type PlannedFeed } from '../../src/planner/base-plan.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import { sampleHead } from '../support/feed-heads-contract.ts';
import { sampleFeed } from '../support/sample-messages.ts';

/** The next refresh is at noon. */
const nowMs = Date.UTC(2026, 10, 23, 8);
const occurrence: Occurrence = { schedule: 'refresh', occurrenceMs: nowMs, nowMs };
const feeds: PlannedFeed[] = (['movie', 'tv', 'all'] as const).map((media, n) => ({
  feed: sampleFeed({ category: 'trending', media }),
  pages: n + 1,
  why: 'part of every daily run',
}));
const idOf = (n: number) => `feed#trending/${['movie', 'tv', 'all'][n]}/global/en-US`;
const headOf = (n: number, over: Partial<FeedHead>) =>
  sampleHead({ id: idOf(n), pagesApplied: [1, 2], lastOutcome: 'complete', ...over });
const planned = (heads: readonly FeedHead[]) =>
  // The daily run of the same minute has its own.
  dueFeeds(occurrence, { daily: [], weekly: feeds }, new Map(heads.map((head) => [head.id, head])), defaultSettings);

describe('what a refresh fetches', () => {
  it('is everything when nothing is in the table', () => {
    expect(planned([])).toEqual(feeds.map((feed) => ({ ...feed, why: 'not in the table' })));
  });

  it.each([
    ['stale since yesterday', '2026-11-22T08:00:00.000Z', true, 'stale since 2026-11-22T08:00:00.000Z'],
    ['stale from this moment on', '2026-11-23T08:00:00.000Z', true, 'stale since 2026-11-23T08:00:00.000Z'],
    ['stale in a moment', '2026-11-23T08:00:00.001Z', true, 'before the next refresh'],
    ['stale just before the next refresh', '2026-11-23T11:59:59.999Z', true, 'before the next refresh'],
    ['fresh until the next refresh', '2026-11-23T12:00:00.000Z', false, ''],
    ['fresh for long', '2026-11-29T08:00:00.000Z', false, ''],
  ])('of a feed that is %s', (_name, freshUntil, due, why) => {
    const others = [1, 2].map((n) => headOf(n, { freshUntil: '2026-11-29T08:00:00.000Z' }));
    const plan = planned([headOf(0, { freshUntil }), ...others]);
    expect(plan.map(({ feed }) => feed.media)).toEqual(due ? ['movie'] : []);
    expect(plan[0]?.why ?? '').toContain(why);
  });

  it('is a fresh feed too of which pages are missing, and it says how many', () => {
    const fresh = { freshUntil: '2026-11-29T08:00:00.000Z' };
    const partial = headOf(1, { ...fresh, pagesApplied: [2], pages: 3, lastOutcome: 'partial' });
    const plan = planned([headOf(0, fresh), partial, headOf(2, fresh)]);
    expect(plan).toEqual([{ ...feeds[1], why: 'only 1 of 3 pages are in the table' }]);
  });

  const answeredAt = '2026-11-23T07:00:00.000Z';
  const newest = (outcome: 'empty' | 'rejected' | 'not-found') => ({
    ...{ snapshot: '2026-11-23T07:00:00Z.5eed5eed', pages: 1, fetchedAt: answeredAt, outcomes: { 1: outcome } },
    ...(outcome === 'not-found' && { absences: { 1: { code: 'tmdb_34', detail: 'HTTP 404' } } }),
  });
  it.each([
    ['empty, where an older list stands', 'empty', {}, `TMDB answered with an empty list at ${answeredAt}`],
    ['without a usable row', 'rejected', {}, `none of the rows that TMDB sent at ${answeredAt} could be read`],
    ['not found', 'not-found', {}, `TMDB did not find it at ${answeredAt} (tmdb_34)`],
    ['empty, and that stands', 'empty', { emptyAs: '2026-11-20T07:00:00Z.5eed5eed' }, undefined],
  ] as const)('of a fresh feed whose newest answer is %s', (_name, lastOutcome, over, why) => {
    const fresh = { freshUntil: '2026-11-29T08:00:00.000Z' };
    const head = headOf(1, { ...fresh, lastOutcome, newest: newest(lastOutcome), ...over });
    const plan = planned([headOf(0, fresh), head, headOf(2, fresh)]);
    expect(plan).toEqual(why === undefined ? [] : [{ ...feeds[1], why }]);
  });

  it('is what is missing, stale before the next refresh, or partial, and nothing else', () => {
    const state = fc.option(
      fc.record({
        freshForMs: fc.oneof(
          fc.integer({ min: -86_400_000, max: 7 * 86_400_000 }),
          fc.constantFrom(-1, 0, 1, 14_399_999, 14_400_000, 14_400_001),
        ),
        partial: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.tuple(state, state, state), (states) => {
        const heads = states.flatMap((one, n) =>
          one === null
            ? []
            : headOf(n, {
                freshUntil: new Date(nowMs + one.freshForMs).toISOString(),
                lastOutcome: one.partial ? 'partial' : 'complete',
              }),
        );
        const plan = planned(heads);
        const due = states.map((one) => one === null || one.partial || one.freshForMs < 4 * 3_600_000);
        expect(plan.map(({ feed, pages }) => ({ feed, pages }))).toEqual(
          feeds.filter((_, n) => due[n]).map(({ feed, pages }) => ({ feed, pages })),
        );
        for (const { why } of plan) {
          expect(why.length).toBeGreaterThan(5);
          expect(why).not.toBe('part of every daily run');
        }
      }),
    );
  });
});

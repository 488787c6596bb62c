import { describe, expect, it } from 'vitest';
import { headsOf } from '../../src/planner/demand-plan.ts';
import { refreshPlan } from '../../src/planner/refresh-plan.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { headAt } from '../../src/shared/tables/feed-head.ts';
import { sampleHead } from '../support/feed-heads-contract.ts';
import { memoryFeedHeads } from '../support/memory-feed-heads.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const feed = sampleFeed();
const headFetchedAt = (atMs: number) =>
  sampleHead({
    id: 'feed#popular/movie/global/en-US',
    feed: 'popular/movie/global/en-US',
    fetchedAt: new Date(atMs).toISOString(),
    freshUntil: new Date(atMs + 24 * hourMs).toISOString(),
    pages: 1,
    pagesApplied: [1],
    lastOutcome: 'complete',
  });

describe('a head of a feed that was fetched', () => {
  it.each([
    ['now', 0, []],
    ['in a minute, by a clock that is a little ahead', 60_000, []],
    ['tomorrow, by a clock that was wrong', 24 * hourMs, ['popular']],
  ])('%s: what a refresh fetches', async (_name, fromNowMs, due) => {
    const heads = memoryFeedHeads();
    await heads.replace(headFetchedAt(nowMs + fromNowMs), undefined);
    const read = await headsOf([{ feed }], heads, nowMs);
    const plan = refreshPlan([{ feed, pages: 1, why: '' }], read, nowMs, nowMs + 4 * hourMs);
    expect(plan.map((one) => one.feed.category)).toEqual(due);
  });

  it('today says what it says', () => {
    const head = headFetchedAt(nowMs);
    expect(headAt(head, nowMs)).toBe(head);
  });
});

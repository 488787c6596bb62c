import { describe, expect, it } from 'vitest';
import { collect } from '../../src/planner/collect.ts';
import { hourMs } from '../../src/shared/core/clock.ts';
import { feedId } from '../../src/shared/core/feed.ts';
import { headAt } from '../../src/shared/tables/feed-head.ts';
import { sampleHead } from '../support/feed-heads-contract.ts';
import { memoryPlanner } from '../support/memory-planner.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const nowMs = Date.UTC(2026, 10, 23, 12);
const feed = feedId(sampleFeed());
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
    ['tomorrow, by a clock that was wrong', 24 * hourMs, [feed]],
  ])('%s: what a refresh fetches', async (_name, fromNowMs, due) => {
    const planner = memoryPlanner();
    await planner.heads.replace(headFetchedAt(nowMs + fromNowMs), undefined);
    const occurrence = { schedule: 'refresh' as const, occurrenceMs: nowMs, nowMs };
    const { due: all } = await collect(occurrence, undefined, planner);
    expect(all.map((one) => feedId(one.feed)).filter((id) => id === feed)).toEqual(due);
  });

  it('today says what it says', () => {
    const head = headFetchedAt(nowMs);
    expect(headAt(head, nowMs)).toBe(head);
  });
});

import { isoFromMs } from '../../shared/core/clock.ts';
import { type FeedHead, headAt, holdsList } from '../../shared/tables/feed-head.ts';
import type { FeedTrouble } from '../../shared/tables/feed-trouble.ts';
import { describeFeed, troublesOf } from '../status/describe-status.ts';

/** Up to the soft TTL a feed is fresh, up to the hard TTL stale, then expired: it is served no more. */
export type FeedState = 'fresh' | 'stale' | 'expired';

/** One feed now. `freshness` is 1 when it was just fetched and 0 at its hard TTL. */
export type FeedNow = {
  feed: string;
  state: FeedState;
  freshness: number;
  /** Whether every page of its snapshot is in the table. */
  complete: boolean;
  fetchedAt: string;
  freshUntil: string;
  expiresAt: string;
};

/** Feeds whose freshness lies from `from` to below `to`; the last bucket holds 1 too. */
type FreshnessBucket = { from: number; to: number } & Record<FeedState, number>;

/** How fresh the feeds in the table are now. */
export type FreshnessNow = {
  total: number;
  incomplete: number;
  /** Feeds of which TMDB's newest answer was no list that could be stored; those with nothing in the table are not in the figures. */
  troubles: FeedTrouble[];
  /** `null` where there are no feeds. */
  median: number | null;
  buckets: FreshnessBucket[];
  /** Stalest first. */
  feeds: FeedNow[];
} & Record<FeedState, number>;

const bucketCount = 10;

/** The distribution at `nowMs`. */
export function freshnessNow(heads: readonly FeedHead[], nowMs: number): FreshnessNow {
  const feeds = heads
    .filter(holdsList)
    .map((head) => feedNow(head, nowMs))
    .sort((a, b) => a.freshness - b.freshness || (a.feed < b.feed ? -1 : 1));
  return {
    total: feeds.length,
    ...countStates(feeds),
    incomplete: feeds.filter(({ complete }) => !complete).length,
    troubles: troublesOf(heads, nowMs),
    median: medianOf(feeds.map(({ freshness }) => freshness)),
    buckets: Array.from({ length: bucketCount }, (_, n) => ({
      from: n / bucketCount,
      to: (n + 1) / bucketCount,
      ...countStates(feeds.filter(({ freshness }) => bucketOf(freshness) === n)),
    })),
    feeds,
  };
}

function feedNow(head: FeedHead, nowMs: number): FeedNow {
  const { state, freshness } = describeFeed(head, nowMs);
  const isWhole = head.pagesApplied.length >= head.pages || head.emptyAs !== undefined;
  return {
    feed: head.feed,
    state: state === 'absent' ? 'expired' : state,
    freshness,
    complete: head.lastOutcome === 'complete' || (head.lastOutcome !== 'partial' && isWhole),
    fetchedAt: head.fetchedAt,
    freshUntil: headAt(head, nowMs).freshUntil,
    expiresAt: isoFromMs(head.expiration * 1_000),
  };
}

function countStates(feeds: readonly FeedNow[]): Record<FeedState, number> {
  const count = (state: FeedState) => feeds.filter((feed) => feed.state === state).length;
  return { fresh: count('fresh'), stale: count('stale'), expired: count('expired') };
}

function bucketOf(freshness: number): number {
  return Math.min(bucketCount - 1, Math.floor(freshness * bucketCount));
}

/** Of an even number the mean of the middle two. `sorted` is ascending. */
function medianOf(sorted: readonly number[]): number | null {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : Math.round(((low + high) / 2) * 1e4) / 1e4;
}

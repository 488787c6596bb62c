/** What `status` tells of whole titles: how fresh a sample of their details is, and the calls for them. */
import { shareOf } from '../../demand/plan-quality.ts';
import { readTitleRecord } from '../../demand/title-demand.ts';
import { parseFeedId, rowsPerPage } from '../../shared/core/feed.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { CatalogReader } from '../../shared/tables/catalog.ts';
import { detailsKey } from '../../shared/tables/details-row.ts';
import { type FeedHead, holdsList } from '../../shared/tables/feed-head.ts';
import { assembleList } from '../../shared/tables/read-list.ts';
import { isLive, rowKeyText } from '../../shared/tables/row.ts';
import type { UsageStore } from '../../shared/tables/usage-store.ts';

/**
 * Whole titles now. The freshness is that of a sample: `titles` of the first ranks of `feeds`. Details are `fresh` while no part of them is
 * past its soft TTL, `stale` until the last one is past its hard TTL, and `missing` otherwise.
 */
export type TitleStatus = {
  sample: { feeds: string[]; titles: number; fresh: number; stale: number; missing: number; freshShare: number | null };
  /** Calls for titles and for TMDB's lists of changes that were planned in the last 24 hours, of those that the settings allow. */
  callsPlanned: number;
  callsPerDay: number;
};

/** Feeds of a sample: with twenty titles each, one request for their details, of some thirty read units. */
const sampledFeeds = 3;

/** Reads it; `undefined` where the settings keep no details. */
export async function readTitleStatus(
  heads: readonly FeedHead[],
  { catalog, usage }: { catalog: CatalogReader; usage: Pick<UsageStore, 'read'> },
  settings: Settings,
  nowMs: number,
): Promise<TitleStatus | undefined> {
  const { enabled, ranksPerFeed, callsPerDay } = settings.details;
  if (!enabled) {
    return undefined;
  }
  const ranks = Math.min(ranksPerFeed, rowsPerPage);
  const feeds = spread(
    heads.filter((head) => holdsList(head) && head.expiration * 1_000 > nowMs).flatMap(({ feed }) => parsed(feed)),
    ranks === 0 ? 0 : sampledFeeds,
  );
  const [{ calls }, lists] = await Promise.all([
    readTitleRecord(usage, nowMs),
    Promise.all(feeds.map(async ({ feed }) => assembleList(await catalog.listPages(feed, ranks), ranks, nowMs))),
  ]);
  const keys = new Map(
    lists.flat().map(({ mediaType, id }) => [rowKeyText(detailsKey(mediaType, id)), detailsKey(mediaType, id)]),
  );
  const rows = keys.size === 0 ? new Map() : await catalog.readDetails([...keys.values()]);
  const states = [...keys.keys()].map((key) => stateOf(rows.get(key), nowMs));
  const count = (state: ReturnType<typeof stateOf>) => states.filter((one) => one === state).length;
  const [fresh, stale, missing] = [count('fresh'), count('stale'), count('missing')];
  const sample = { feeds: feeds.map(({ id }) => id), titles: keys.size, fresh, stale, missing };
  return { sample: { ...sample, freshShare: shareOf(fresh, keys.size) }, callsPlanned: calls, callsPerDay };
}

function parsed(id: string) {
  const feed = parseFeedId(id);
  return feed === undefined ? [] : [{ id, feed }];
}

/** Up to `most` of them, evenly spaced by name. */
function spread<T extends { id: string }>(all: readonly T[], most: number): T[] {
  const sorted = [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
  const count = Math.min(most, sorted.length);
  return Array.from({ length: count }, (_, n) => sorted[Math.floor((n * sorted.length) / count)]).filter(
    (one) => one !== undefined,
  );
}

function stateOf(row: { freshUntil: string; expiresAt: number } | undefined, nowMs: number) {
  if (row === undefined || !isLive(row, nowMs)) {
    return 'missing';
  }
  return nowMs < Date.parse(row.freshUntil) ? 'fresh' : 'stale';
}

/** The tables a plan reads, in memory: heads and counters as the pipeline would leave them. */
import type { HistorySources } from '../../src/demand/demand-history.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import type { Feed, MediaType } from '../../src/shared/core/feed.ts';
import { emptyCard } from '../../src/shared/queues/card-fields.ts';
import type { ItemPage, ListedTitle } from '../../src/shared/queues/item-page.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { CatalogReader } from '../../src/shared/tables/catalog.ts';
import type { DemandDay } from '../../src/shared/tables/demand-days.ts';
import type { FeedHead } from '../../src/shared/tables/feed-head.ts';
import { listPageDraft } from '../../src/shared/tables/list-page-row.ts';

/** A feed's state in the table; times are epoch milliseconds. `readSince`: whether anybody read it since it was fetched. */
export type Listed = {
  fetchedAtMs: number;
  freshUntilMs: number;
  expiresAtMs: number;
  pages: number;
  planned: boolean;
  readSince: boolean;
};

/** Heads of what is listed and not expired at `nowMs`. */
export function headStore(listed: ReadonlyMap<string, Listed>, nowMs: () => number) {
  return {
    read: async (ids: readonly string[]) => {
      const heads = ids.flatMap((id) => {
        const state = listed.get(id.slice('feed#'.length));
        return state === undefined || state.expiresAtMs <= nowMs() ? [] : [[id, headOf(id, state)] as const];
      });
      return { heads: new Map(heads), readUnits: ids.length };
    },
    list: async () => [],
    replace: async () => ({ replaced: false, writeUnits: 0 }),
  };
}

function headOf(id: string, { fetchedAtMs, freshUntilMs, expiresAtMs, pages }: Listed): FeedHead {
  const fetchedAt = isoFromMs(fetchedAtMs);
  return {
    id,
    feed: id.slice('feed#'.length),
    snapshot: snapshotAt(fetchedAt),
    pagesApplied: Array.from({ length: pages }, (_, index) => index + 1),
    pages,
    fetchedAt,
    freshUntil: isoFromMs(freshUntilMs),
    lastOutcome: 'complete',
    expiration: Math.floor(expiresAtMs / 1_000),
  };
}

/** Counters and days as the planner reads them, with a way to count. */
export function counterStore(): HistorySources & { count(id: string, name: string, by: number): void } {
  const items = new Map<string, Record<string, number>>();
  const days = new Map<string, DemandDay>();
  const present = <T>(from: ReadonlyMap<string, T>, ids: readonly string[]) =>
    new Map(ids.flatMap((id) => (from.has(id) ? [[id, from.get(id) as T] as const] : [])));
  return {
    usage: { read: async (ids) => present(items, ids) },
    days: { read: async (ids) => present(days, ids), put: async (id, day) => void days.set(id, day) },
    count: (id, name, by) => {
      const item = items.get(id) ?? {};
      items.set(id, item);
      item[name] = (item[name] ?? 0) + by;
    },
  };
}

/** Lists, fetched at `nowMs`, whose titles name the genres that the world's readers like, heaviest first. */
export function genreCatalog(
  genres: Record<MediaType, readonly number[]>,
  nowMs: number,
  settings: Settings,
): CatalogReader {
  return {
    readTitles: async () => new Map(),
    readCardsAndDetails: async () => new Map(),
    readDetails: async () => new Map(),
    readExternalId: async () => undefined,
    readReference: async () => ({}),
    listPages: async (feed) => {
      const { media } = feed;
      const titles = media === 'all' ? [] : genres[media].map((genre, index) => titleOf(media, genre, index + 1));
      const row = listPageDraft(pageOf(feed, titles, isoFromMs(nowMs)), settings)?.build();
      return row === undefined ? [] : [row];
    },
  };
}

function pageOf(feed: Feed, titles: ListedTitle[], fetchedAt: string): ItemPage {
  const run = { jobId: 'demand', runId: '0badcafe', snapshot: snapshotAt(fetchedAt) };
  const whole = { page: 1, pages: 1, rejected: 0, persons: 0 };
  return { kind: 'item-page', version: 1, ...run, feed, ...whole, fetchedAt, titles };
}

function titleOf(mediaType: MediaType, genre: number, rank: number): ListedTitle {
  return {
    rank,
    mediaType,
    id: rank,
    ...emptyCard,
    title: `title ${rank}`,
    originalTitle: `title ${rank}`,
    genreIds: [genre],
    originalLanguage: 'en',
  };
}

function snapshotAt(fetchedAt: string): string {
  return `${fetchedAt.slice(0, 19)}Z.0badcafe`;
}

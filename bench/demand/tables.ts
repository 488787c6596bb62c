/** The tables a plan reads, in memory: heads and counters as the pipeline would leave them. */
import type { HistorySources } from '../../src/analytics/history-sources.ts';
import type { CatalogReader } from '../../src/shared/ports/catalog.ts';
import { isoFromMs } from '../../src/shared/ports/clock.ts';
import type { DemandDay } from '../../src/shared/table/demand-day.ts';
import type { FeedHead } from '../../src/shared/table/feed-head.ts';
import type { PlacementRow } from '../../src/shared/table/placement-row.ts';

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
    snapshot: `${fetchedAt.slice(0, 19)}Z.0badcafe`,
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

/** Lists whose titles name the genres that the world's readers like, heaviest first. */
export function genreCatalog(genres: Record<'movie' | 'tv', readonly number[]>, expiresAtMs: number): CatalogReader {
  return {
    readTitles: async () => new Map(),
    listPlacements: async ({ media }) =>
      (media === 'all' ? [] : genres[media]).map(
        (id, index) =>
          ({
            mediaId: `${index + 1}`,
            mediaType: `${media}#`,
            contentType: `${media}#`,
            snapshot: '2026-11-01T00:00:00Z.0badcafe',
            rank: index + 1,
            genreIds: [id],
            expiresAt: expiresAtMs / 1_000,
          }) as unknown as PlacementRow,
      ),
  };
}

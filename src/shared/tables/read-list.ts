import { isoFromMs, msFromIso } from '../core/clock.ts';
import type { MediaType } from '../core/feed.ts';
import type { Card } from '../queues/card-fields.ts';
import type { ItemPage } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { tryUnpackCards } from './card.ts';
import { type ListPageRow, placedTitles, readPlaces } from './list-page-row.ts';
import type { OnDamaged } from './row.ts';
import { listPageLife } from './row-life.ts';
import { titleSubject } from './usage-store.ts';

/** One decoded row of a list. It does not depend on the time of reading, so it can be cached. */
export type ListRow = Card & {
  mediaType: MediaType;
  id: number;
  rank: number;
  snapshot: string;
  /** ISO 8601 UTC. */
  fetchedAt: string;
  /** Soft TTL, epoch milliseconds. */
  freshUntilMs: number;
  /** Hard TTL, epoch milliseconds. */
  expiresAtMs: number;
};

/** One entry of a list as an application receives it. */
export type ListEntry = Omit<ListRow, 'freshUntilMs' | 'expiresAtMs'> & {
  /** Past its soft TTL. */
  stale: boolean;
};

/** An empty list, and how long it is valid. */
export type EmptyList = Pick<ListRow, 'snapshot' | 'fetchedAt' | 'freshUntilMs' | 'expiresAtMs'>;

/** The empty list that the first page's row describes; `undefined` if that row has titles or does not exist. */
export function emptyListOf(pages: readonly ListPageRow[]): EmptyList | undefined {
  const first = pages.find(({ mediaType }) => mediaType === firstPageKey);
  return first === undefined || first.places.length > 0 ? undefined : lifeOf(first);
}

/** Snapshot and life of a page as they are after it was written to the table and read again. */
export function lifeAsListed(page: Pick<ItemPage, 'feed' | 'snapshot' | 'fetchedAt'>, settings: Settings): EmptyList {
  const fetchedAtMs = msFromIso(page.fetchedAt);
  const { freshUntilMs, expiresAtMs } = listPageLife(page.feed, page.snapshot, fetchedAtMs, settings);
  return {
    snapshot: page.snapshot,
    fetchedAt: isoFromMs(fetchedAtMs),
    freshUntilMs,
    expiresAtMs: Math.floor(expiresAtMs / 1_000) * 1_000,
  };
}

const firstPageKey = 'page#0001';

function lifeOf({ snapshot, fetchedAt, freshUntil, expiresAt }: ListPageRow): EmptyList {
  return { snapshot, fetchedAt, freshUntilMs: Date.parse(freshUntil), expiresAtMs: expiresAt * 1_000 };
}

/** Decodes pages into the rows of a list, in order. A damaged page is left out and reported to `onDamaged`. */
export function decodeList(pages: readonly ListPageRow[], onDamaged?: OnDamaged): ListRow[] {
  return pages.flatMap((page) => {
    const places = readPlaces(page.places);
    const cards = tryUnpackCards(page.cards) ?? [];
    const life = lifeOf(page);
    if (cards.length !== places.length) {
      onDamaged?.(page, 'its cards cannot be unpacked, or their number differs from that of its places');
      return [];
    }
    return places.map((place, index) => ({ ...place, ...life, ...(cards[index] as Card) }));
  });
}

/** The rows of a page as they are after it was written to the table and read again. */
export function listRowsOf(page: ItemPage, settings: Settings): ListRow[] {
  const life = lifeAsListed(page, settings);
  return placedTitles(page).map(({ rank, mediaType, id, ...card }) => ({ rank, mediaType, id, ...life, ...card }));
}

/**
 * The rows of a list that are not past their hard TTL at `nowMs`, each title once, at most `limit`. No rank occurs twice: TMDB has sent
 * pages of more than twenty rows, and the rows after such a page are moved down.
 */
export function liveRows(rows: readonly ListRow[], limit: number, nowMs: number): ListRow[] {
  const live = new Map<string, ListRow>();
  let lastRank = 0;
  for (const row of rows) {
    const key = titleSubject(row.mediaType, row.id);
    if (live.size < limit && nowMs < row.expiresAtMs && !live.has(key)) {
      lastRank = Math.max(row.rank, lastRank + 1);
      live.set(key, lastRank === row.rank ? row : { ...row, rank: lastRank });
    }
  }
  return [...live.values()];
}

/** The card of a row. */
export function cardOfRow(row: ListRow): Card {
  const { mediaType: _type, id: _id, rank: _rank, snapshot: _snapshot, fetchedAt: _fetchedAt, ...rest } = row;
  const { freshUntilMs: _freshUntilMs, expiresAtMs: _expiresAtMs, ...card } = rest;
  return card;
}

/** A row as an application receives it at `nowMs`. */
export function toEntry({ freshUntilMs, expiresAtMs: _expiresAtMs, ...row }: ListRow, nowMs: number): ListEntry {
  return { ...row, stale: nowMs >= freshUntilMs };
}

/**
 * Builds a list from pages in the order of the index, first page first: each title once, no row past its hard TTL, no damaged page, at
 * most `limit` entries. While a page of the newest snapshot is in flight, the older page is served in its place.
 */
export function assembleList(pages: readonly ListPageRow[], limit: number, nowMs: number): ListEntry[] {
  return liveRows(decodeList(pages), limit, nowMs).map((row) => toEntry(row, nowMs));
}

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

/** One row of a list, decoded: it does not depend on when it is looked at. */
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

/** One entry of a list as an application gets it. */
export type ListEntry = Omit<ListRow, 'freshUntilMs' | 'expiresAtMs'> & {
  /** Past its soft TTL. */
  stale: boolean;
};

/** That a list is empty, and for how long that holds. */
export type EmptyList = Pick<ListRow, 'snapshot' | 'fetchedAt' | 'freshUntilMs' | 'expiresAtMs'>;

/** What the first page's row says of a list that TMDB serves empty; `undefined` where it has titles, or is not there. */
export function emptyListOf(pages: readonly ListPageRow[]): EmptyList | undefined {
  const first = pages.find(({ mediaType }) => mediaType === firstPageKey);
  return first === undefined || first.places.length > 0 ? undefined : lifeOf(first);
}

/** Snapshot and life of what a page says, once it was written to the table and read again. */
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

/** Pages as rows of a list, in their order; a page that is damaged is left out, and told. */
export function decodeList(pages: readonly ListPageRow[], onDamaged?: OnDamaged): ListRow[] {
  return pages.flatMap((page) => {
    const places = readPlaces(page.places);
    const cards = tryUnpackCards(page.cards) ?? [];
    const life = lifeOf(page);
    if (cards.length !== places.length) {
      onDamaged?.(page, 'cards that cannot be unpacked, or are not as many as its places');
      return [];
    }
    return places.map((place, index) => ({ ...place, ...life, ...(cards[index] as Card) }));
  });
}

/** The rows that a page will have once it was written to the table and read again. */
export function listRowsOf(page: ItemPage, settings: Settings): ListRow[] {
  const life = lifeAsListed(page, settings);
  return placedTitles(page).map(({ rank, mediaType, id, ...card }) => ({ rank, mediaType, id, ...life, ...card }));
}

/**
 * The rows of a list that exist at `nowMs`, each title once, at most `limit`: nothing past its hard TTL. No two have one rank: TMDB has
 * sent pages of more than twenty rows, and what comes behind such a page moves down.
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

/** A row as an application gets it at `nowMs`. */
export function toEntry({ freshUntilMs, expiresAtMs: _expiresAtMs, ...row }: ListRow, nowMs: number): ListEntry {
  return { ...row, stale: nowMs >= freshUntilMs };
}

/**
 * Pages in the index's order, the first page first, as a list: each title once, nothing past its hard TTL, at most `limit` entries,
 * no page that is damaged. A page of the newest snapshot that is still in flight leaves the older one in its place.
 */
export function assembleList(pages: readonly ListPageRow[], limit: number, nowMs: number): ListEntry[] {
  return liveRows(decodeList(pages), limit, nowMs).map((row) => toEntry(row, nowMs));
}

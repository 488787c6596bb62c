import type { MediaType } from '../feed.ts';
import { type Card, tryDecodeCard } from './card.ts';
import { type PlacementRow, placedMediaType } from './placement-row.ts';

/** One placement, decoded: it does not depend on when it is looked at. */
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

/** Placements as rows of a list, in their order; what is damaged is left out. */
export function decodeList(placements: readonly PlacementRow[]): ListRow[] {
  return placements.flatMap((row) => {
    const card = tryDecodeCard(row);
    return card === undefined ? [] : [toListRow(row, card)];
  });
}

/** The rows of a list that exist at `nowMs`, each title once, at most `limit`: nothing past its hard TTL. */
export function liveRows(rows: readonly ListRow[], limit: number, nowMs: number): ListRow[] {
  const live = new Map<string, ListRow>();
  for (const row of rows) {
    const key = `${row.mediaType}/${row.id}`;
    if (live.size < limit && nowMs < row.expiresAtMs && !live.has(key)) {
      live.set(key, row);
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
 * Placements in the index's order (newest snapshot first, in it by rank) as a list: each title once, nothing past its hard
 * TTL, at most `limit` entries, none that is damaged. Where the newest snapshot is incomplete, older placements fill up behind it.
 */
export function assembleList(placements: readonly PlacementRow[], limit: number, nowMs: number): ListEntry[] {
  return liveRows(decodeList(placements), limit, nowMs).map((row) => toEntry(row, nowMs));
}

function toListRow(row: PlacementRow, card: Card): ListRow {
  return {
    mediaType: placedMediaType(row),
    id: Number(row.mediaId),
    rank: row.rank,
    snapshot: row.snapshot,
    fetchedAt: row.fetchedAt,
    freshUntilMs: Date.parse(row.freshUntil),
    expiresAtMs: row.expiresAt * 1_000,
    ...card,
  };
}

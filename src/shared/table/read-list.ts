import type { MediaType } from '../feed.ts';
import { type Card, tryDecodeCard } from './card.ts';
import { type PlacementRow, placedMediaType } from './placement-row.ts';
import { isLive } from './row.ts';

/** One entry of a list as an application gets it. */
export type ListEntry = Card & {
  mediaType: MediaType;
  id: number;
  rank: number;
  snapshot: string;
  fetchedAt: string;
  /** Past its soft TTL. */
  stale: boolean;
};

/**
 * Placements in the index's order (newest snapshot first, in it by rank) as a list: each title once, nothing past its hard
 * TTL, at most `limit` entries, none that is damaged. Where the newest snapshot is incomplete, older placements fill up behind it.
 */
export function assembleList(placements: readonly PlacementRow[], limit: number, nowMs: number): ListEntry[] {
  const entries = new Map<string, ListEntry>();
  for (const row of placements) {
    const mediaType = placedMediaType(row);
    const key = `${mediaType}/${row.mediaId}`;
    const card = entries.size < limit && !entries.has(key) && isLive(row, nowMs) ? tryDecodeCard(row) : undefined;
    if (card !== undefined) {
      entries.set(key, toEntry(row, mediaType, card, nowMs));
    }
  }
  return [...entries.values()];
}

function toEntry(row: PlacementRow, mediaType: MediaType, card: Card, nowMs: number): ListEntry {
  return {
    mediaType,
    id: Number(row.mediaId),
    rank: row.rank,
    snapshot: row.snapshot,
    fetchedAt: row.fetchedAt,
    stale: nowMs >= Date.parse(row.freshUntil),
    ...card,
  };
}

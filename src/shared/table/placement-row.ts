import * as z from 'zod';
import { type Feed, feedId, type MediaType, mediaTypes } from '../feed.ts';
import { type ItemPage, type ListedTitle, maxRank } from '../messages/item-page.ts';
import { isoFromMs, msFromIso } from '../ports/clock.ts';
import { placementLife } from '../row-life.ts';
import type { Settings } from '../settings.ts';
import { snapshotSchema } from '../snapshot.ts';
import { canonicalJson, stableHash } from '../stable-hash.ts';
import { cardOf, encodeCard, storedCardSchema } from './card.ts';
import { type RowKey, rowBaseSchema, rowSchemaVersion } from './row.ts';

/** A title's rank in a feed at a snapshot, with the card as TMDB showed it there. */
export const placementRowSchema = z.object({
  ...rowBaseSchema.shape,
  ...storedCardSchema.shape,
  /** `movie#popular/movie/DE/de-DE`. */
  mediaType: z.string().refine((text) => mediaTypes.some((type) => text.startsWith(`${type}#`))),
  /** Partition key of the index: `popular/global/en-US`. */
  category: z.string().min(1),
  /** Sort key of the index: `movie#<snapshot>#<9999 - rank>`. */
  contentType: z.string().min(1),
  snapshot: snapshotSchema,
  rank: z.int().min(1),
});

export type PlacementRow = z.infer<typeof placementRowSchema>;

/** Ranks are written as their distance from here, so that the better one is the greater text. */
const greatestRank = 99_999;

/** `550` + `movie#popular/movie/DE/de-DE`. */
export function placementKey(feed: Feed, mediaType: MediaType, id: number): RowKey {
  return { mediaId: String(id), mediaType: `${mediaType}#${feedId(feed)}` };
}

/** Partition of the index in which a feed lies. */
export function feedPartition(feed: Feed): string {
  return `${feed.category}/${feed.region}/${feed.language}`;
}

/** Prefix of the index's sort key that a feed's placements share. */
export function feedPrefix(feed: Feed): string {
  return `${feed.media}#`;
}

/**
 * Sort key of the index: read backwards it gives the newest snapshot first, and in it the ranks from 1 on. Four digits end at
 * rank 9,999; the one rank beyond, the last row of page 500, has none and so comes last.
 */
export function placementSortKey(feed: Feed, snapshot: string, rank: number): string {
  const complement = rank < maxRank ? String(9_999 - rank).padStart(4, '0') : '';
  return `${feedPrefix(feed)}${snapshot}#${complement}`;
}

/** Media type of the title that a placement places. */
export function placedMediaType(row: { mediaType: string }): MediaType {
  const mediaType = mediaTypes.find((type) => row.mediaType.startsWith(`${type}#`));
  if (mediaType === undefined) {
    throw new Error(`not a placement: ${row.mediaType}`);
  }
  return mediaType;
}

/** The placement row that a page's row asks for. */
export function placementRowFor(page: ItemPage, listed: ListedTitle, settings: Settings): PlacementRow {
  const fetchedAtMs = msFromIso(page.fetchedAt);
  const life = placementLife(page.feed, page.snapshot, fetchedAtMs, settings);
  return {
    ...placementKey(page.feed, listed.mediaType, listed.id),
    category: feedPartition(page.feed),
    contentType: placementSortKey(page.feed, page.snapshot, listed.rank),
    snapshot: page.snapshot,
    rank: listed.rank,
    schemaVersion: rowSchemaVersion,
    version: placementVersion(page.snapshot, fetchedAtMs, listed),
    source: 'tmdb',
    fetchedAt: isoFromMs(fetchedAtMs),
    freshUntil: isoFromMs(life.freshUntilMs),
    expiresAt: Math.floor(life.expiresAtMs / 1000),
    ...encodeCard(cardOf(listed)),
  };
}

/** Snapshot and rank that a placement's version names; `undefined` for what is no such version. */
export function placedAt(version: string): { snapshot: string; rank: number } | undefined {
  const [snapshot, , better] = version.split('#');
  const rank = greatestRank - Number(better);
  const whole = snapshotSchema.safeParse(snapshot).success && Number.isInteger(rank) && rank >= 1;
  return whole && snapshot !== undefined ? { snapshot, rank } : undefined;
}

/**
 * Newer snapshot first. Within one snapshot the first fetch stands, so that a job delivered twice changes nothing; of two
 * ranks in one fetch the better one; last a digest, so that different rows never share a version.
 */
function placementVersion(snapshot: string, fetchedAtMs: number, listed: ListedTitle): string {
  const earlier = String(9_999_999_999_999 - fetchedAtMs).padStart(13, '0');
  const better = String(greatestRank - listed.rank).padStart(5, '0');
  return `${snapshot}#${earlier}#${better}#${stableHash(canonicalJson(listed), 8)}`;
}

import * as z from 'zod';
import { isoFromMs, msFromIso } from '../core/clock.ts';
import { type Feed, feedId, type MediaType, mediaTypes, rowsPerPage } from '../core/feed.ts';
import { snapshotFor, snapshotSchema, snapshotTimeMs } from '../core/snapshot.ts';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import { type ItemPage, type ListedTitle, pageOutcomeOf } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { packCards } from './card.ts';
import { type RowDraft, type RowKey, rowBaseSchema, rowBytes, rowSchemaVersion } from './row.ts';
import { listPageLife, longestListLifeMs } from './row-life.ts';
import { titleSubject } from './usage-store.ts';

const placePattern = new RegExp(`^(?<rank>[1-9]\\d*) (?<mediaType>${mediaTypes.join('|')})/(?<id>[1-9]\\d*)$`);

/** One page of a feed at a snapshot: the rank of each title, and its card as TMDB's list showed it. */
export const listPageRowSchema = z.object({
  ...rowBaseSchema.shape,
  /** The feed's id: `popular/movie/DE/de-DE`. */
  mediaId: z.string().min(1),
  /** `page#0001`. */
  mediaType: z.string().regex(/^page#\d{4}$/),
  /** Partition key of the index: `popular/DE/de-DE`. */
  category: z.string().min(1),
  /** Sort key of the index: `movie#<9999 - rank of the page's first row>`. */
  contentType: z.string().min(1),
  snapshot: snapshotSchema,
  /** Rank and title of each row, by rank: `1 movie/550`. None: TMDB lists nothing on this page. */
  places: z.array(z.string().regex(placePattern)),
  /** The packed cards, in the order of `places` (`packCards` in card.ts). */
  cards: z.instanceof(Uint8Array),
});

export type ListPageRow = z.infer<typeof listPageRowSchema>;

/** `popular/movie/DE/de-DE` + `page#0001`. */
export function listPageKey(feed: Feed, page: number): RowKey {
  return { mediaId: feedId(feed), mediaType: `page#${String(page).padStart(4, '0')}` };
}

/** Partition key of a feed in the index. */
export function feedPartition(feed: Feed): string {
  return `${feed.category}/${feed.region}/${feed.language}`;
}

/** Prefix that the pages of a feed share in the sort key of the index. */
export function feedPrefix(feed: Feed): string {
  return `${feed.media}#`;
}

/**
 * Sort key of the index; in descending order the first page comes first. It does not contain the snapshot, because a changed key costs
 * the index two writes and an unchanged one costs one (docs/adr/0017).
 */
export function listPageSortKey(feed: Feed, page: number): string {
  const firstRank = (page - 1) * rowsPerPage + 1;
  return `${feedPrefix(feed)}${String(9_999 - firstRank).padStart(4, '0')}`;
}

/** The titles of a page as its row holds them: sorted by rank, duplicates only at their best rank. */
export function placedTitles(page: ItemPage): ListedTitle[] {
  const byRank = [...page.titles].sort((a, b) => a.rank - b.rank);
  const seen = new Set<string>();
  return byRank.filter((listed) => {
    const title = titleSubject(listed.mediaType, listed.id);
    const isFirst = !seen.has(title);
    seen.add(title);
    return isFirst;
  });
}

/** A title's place as a row holds it: `1 movie/550`. */
export function placeOf({ rank, mediaType, id }: ListedTitle): string {
  return `${rank} ${titleSubject(mediaType, id)}`;
}

/**
 * The row for a page. An empty page has a row without places. `undefined` for a page without a readable row, and for a list that TMDB
 * does not have.
 */
export function listPageDraft(page: ItemPage, settings: Settings): RowDraft<ListPageRow> | undefined {
  const outcome = pageOutcomeOf(page);
  if (outcome === 'not-found' || outcome === 'rejected') {
    return undefined;
  }
  const titles = placedTitles(page);
  const { feed, snapshot } = page;
  const key = listPageKey(feed, page.page);
  const fetchedAtMs = msFromIso(page.fetchedAt);
  const weight = outcome === 'empty' ? emptyPageWeight(feed, snapshot, settings) : snapshot;
  const version = listPageVersion(weight, fetchedAtMs, titles);
  const build = (): ListPageRow => {
    const life = listPageLife(feed, snapshot, fetchedAtMs, settings);
    const others: Omit<ListPageRow, 'cards'> = {
      ...key,
      category: feedPartition(feed),
      contentType: listPageSortKey(feed, page.page),
      snapshot,
      schemaVersion: rowSchemaVersion,
      version,
      source: 'tmdb',
      fetchedAt: isoFromMs(fetchedAtMs),
      freshUntil: isoFromMs(life.freshUntilMs),
      expiresAt: Math.floor(life.expiresAtMs / 1000),
      places: titles.map(placeOf),
    };
    return { ...others, cards: packCards(titles, rowBytes(others) + 'cards'.length) };
  };
  return { ...key, version, build };
}

/** A title's place in a page. */
export type Place = { rank: number; mediaType: MediaType; id: number };

/** Parses stored places; invalid ones are left out. */
export function readPlaces(places: readonly unknown[]): Place[] {
  return places.flatMap((text) => {
    const { rank, mediaType, id } = placePattern.exec(String(text))?.groups ?? {};
    const known = mediaTypes.find((media) => media === mediaType);
    const isPlace = Number.isSafeInteger(Number(rank)) && Number.isSafeInteger(Number(id));
    return known !== undefined && isPlace ? [{ rank: Number(rank), mediaType: known, id: Number(id) }] : [];
  });
}

/** The number of different titles on `pages`. */
export function titlesOn(pages: readonly Pick<ListPageRow, 'places'>[]): number {
  const titles = pages.flatMap(({ places }) => places.map((place) => place.slice(place.indexOf(' '))));
  return new Set(titles).size;
}

/**
 * The weight of an empty page of `snapshot`, in the form of a snapshot. An empty page replaces pages with titles that have passed their
 * hard TTL by then, and none that can still be served. (The exception is a page fetched from a dead letter that was replayed days after
 * its snapshot.) The weight depends on the message alone, so the table stays a join (docs/adr/0019).
 */
export function emptyPageWeight(feed: Feed, snapshot: string, settings: Settings): string {
  return snapshotFor(snapshotTimeMs(snapshot) - longestListLifeMs(feed, settings), snapshot.slice(-8));
}

/**
 * Orders pages by snapshot, newer ones first; an empty page counts by its weight. Within a snapshot the earliest fetch wins, so that a job
 * that is delivered twice changes nothing. The digest ensures that different pages never have the same version.
 */
function listPageVersion(weight: string, fetchedAtMs: number, titles: readonly ListedTitle[]): string {
  const earlier = String(9_999_999_999_999 - fetchedAtMs).padStart(13, '0');
  return `${weight}#${earlier}#${stableHash(canonicalJson(titles), 12)}`;
}

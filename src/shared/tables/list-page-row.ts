import * as z from 'zod';
import { isoFromMs, msFromIso } from '../core/clock.ts';
import { type Feed, feedId, type MediaType, mediaTypes, rowsPerPage } from '../core/feed.ts';
import { snapshotFor, snapshotSchema, snapshotTimeMs } from '../core/snapshot.ts';
import { canonicalJson, stableHash } from '../core/stable-hash.ts';
import { type ItemPage, type ListedTitle, pageOutcomeOf } from '../queues/item-page.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { packCards } from './card.ts';
import { type RowDraft, type RowKey, rowBaseSchema, rowSchemaVersion } from './row.ts';
import { listPageLife, longestListLifeMs } from './row-life.ts';
import { titleSubject } from './usage-store.ts';

const placePattern = new RegExp(`^(?<rank>[1-9]\\d*) (?<mediaType>${mediaTypes.join('|')})/(?<id>[1-9]\\d*)$`);

/** One page of a feed at a snapshot: which title stood where, with the cards as TMDB showed them there. */
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
  /** The cards in the same order (card-pack.ts). */
  cards: z.instanceof(Uint8Array),
});

export type ListPageRow = z.infer<typeof listPageRowSchema>;

/** `popular/movie/DE/de-DE` + `page#0001`. */
export function listPageKey(feed: Feed, page: number): RowKey {
  return { mediaId: feedId(feed), mediaType: `page#${String(page).padStart(4, '0')}` };
}

/** Partition of the index in which a feed lies. */
export function feedPartition(feed: Feed): string {
  return `${feed.category}/${feed.region}/${feed.language}`;
}

/** Prefix of the index's sort key that a feed's pages share. */
export function feedPrefix(feed: Feed): string {
  return `${feed.media}#`;
}

/**
 * Sort key of the index: read backwards it gives the first page first. It does not name the snapshot: a key that changes costs the
 * index two writes, one that stays costs it one (docs/adr/0017).
 */
export function listPageSortKey(feed: Feed, page: number): string {
  const firstRank = (page - 1) * rowsPerPage + 1;
  return `${feedPrefix(feed)}${String(9_999 - firstRank).padStart(4, '0')}`;
}

/** The titles of a page as its row keeps them: each once, at its better rank, by rank. */
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

/** A title's place as a row keeps it: `1 movie/550`. */
export function placeOf({ rank, mediaType, id }: ListedTitle): string {
  return `${rank} ${titleSubject(mediaType, id)}`;
}

/**
 * The row that a page asks for. An empty page is a row that says so; one of which no row could be read, and a list that TMDB does not
 * know, ask for none.
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
    return {
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
      cards: packCards(titles),
    };
  };
  return { ...key, version, build };
}

/** A title's place in a page. */
export type Place = { rank: number; mediaType: MediaType; id: number };

/** Places as they are stored, read; what is none is left out. */
export function readPlaces(places: readonly unknown[]): Place[] {
  return places.flatMap((text) => {
    const { rank, mediaType, id } = placePattern.exec(String(text))?.groups ?? {};
    const known = mediaTypes.find((media) => media === mediaType);
    const isPlace = Number.isSafeInteger(Number(rank)) && Number.isSafeInteger(Number(id));
    return known !== undefined && isPlace ? [{ rank: Number(rank), mediaType: known, id: Number(id) }] : [];
  });
}

/** How many different titles stand on `pages`. */
export function titlesOn(pages: readonly Pick<ListPageRow, 'places'>[]): number {
  const titles = pages.flatMap(({ places }) => places.map((place) => place.slice(place.indexOf(' '))));
  return new Set(titles).size;
}

/**
 * What the emptiness of `snapshot` weighs, as a snapshot: it outweighs pages with titles that have passed their hard TTL by then, and
 * no page that can still be served, unless that one was fetched later than its queue lets a job wait: a dead letter that was replayed days
 * after its snapshot. It depends on the message alone, so the table stays a join (docs/adr/0019).
 */
export function emptyPageWeight(feed: Feed, snapshot: string, settings: Settings): string {
  return snapshotFor(snapshotTimeMs(snapshot) - longestListLifeMs(feed, settings), snapshot.slice(-8));
}

/**
 * Newer snapshot first, that of an empty page as it weighs. Within one snapshot the first fetch stands, so that a job delivered twice changes nothing; last a digest, so
 * that different pages never share a version.
 */
function listPageVersion(weight: string, fetchedAtMs: number, titles: readonly ListedTitle[]): string {
  const earlier = String(9_999_999_999_999 - fetchedAtMs).padStart(13, '0');
  return `${weight}#${earlier}#${stableHash(canonicalJson(titles), 12)}`;
}

import * as z from 'zod';
import { feedSchema, languageSchema, maxPage, maxRank, mediaTypes, type PageOutcome } from '../core/feed.ts';
import { runIdSchema, snapshotSchema } from '../core/snapshot.ts';
import { cardShape } from './card-fields.ts';
import { externalIdPattern } from './details/detail-kinds.ts';
import { titlePartsSchema } from './details/title-parts.ts';
import { replaysSchema } from './parse-message.ts';
import { referenceSchema } from './reference.ts';

/** The largest TMDB id, wherever one is given: beyond 2^53 - 1 the numbers of JSON are no longer exact. */
export const maxTmdbId = Number.MAX_SAFE_INTEGER;

/** A TMDB id; a text is none. */
export const tmdbIdSchema = z.int().positive().max(maxTmdbId);

/**
 * A title as one row of a list shows it. What is longer than its field allows costs itself, in whoever makes the message and in whoever
 * reads one of an older build; it never makes a message malformed.
 */
export const listedTitleSchema = z.object({
  /** Position in the feed, 1 is the top. */
  rank: z.int().min(1).max(maxRank),
  mediaType: z.enum(mediaTypes),
  id: tmdbIdSchema,
  ...cardShape,
});

export type ListedTitle = z.infer<typeof listedTitleSchema>;

/** What TMDB answered where it found nothing: its code, such as `tmdb_34`, and its sentence. */
export const absenceSchema = z.object({ code: z.string().min(1).max(100), detail: z.string().max(500) });

export type Absence = z.infer<typeof absenceSchema>;

/** Rows of a page: as many as TMDB's longest lists have; it has sent 21 (November 2026). */
const pageRows = 100;
/**
 * Bytes of a page's titles as JSON in UTF-8. In a message they are at most three times as many, where pairs are escaped: below SQS's 1 MiB,
 * and the page's row below DynamoDB's 400 KB. Twenty titles at the bounds of all fields fit (tests/shared/queues/title-bounds.test.ts).
 */
const pageBytes = 345_000;

/** Those titles of a page, from the top, that fit into its message and its row. */
export function fitting<T>(titles: readonly T[]): T[] {
  let leftBytes = pageBytes;
  return titles.slice(0, pageRows).filter((title) => {
    const bytes = Buffer.byteLength(JSON.stringify(title)) + 1;
    const fits = bytes <= leftBytes;
    leftBytes -= fits ? bytes : 0;
    return fits;
  });
}

/** One fetched and normalized page: worker → item queue → writer. 10 to 30 KB, one billed SQS request; at most 1 MiB (`fitting`). */
export const itemPageSchema = z.object({
  kind: z.literal('item-page'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  snapshot: snapshotSchema,
  feed: feedSchema,
  page: z.int().min(1).max(maxPage),
  pages: z.int().min(1).max(maxPage),
  fetchedAt: z.iso.datetime(),
  titles: z.array(listedTitleSchema).transform(fitting),
  /** Rows without a usable id or type, and those that do not fit. */
  rejected: z.int().min(0),
  /** Persons, which mixed lists hold between the titles. */
  persons: z.int().min(0),
  /** TMDB's words for a list that is not there; `titles` is empty then. Messages of earlier builds have none. */
  absence: absenceSchema.optional(),
  replays: replaysSchema,
});

export type ItemPage = z.infer<typeof itemPageSchema>;

/** A title on its own: what a list row tells, without a rank. */
export const describedTitleSchema = listedTitleSchema.omit({ rank: true });

export type DescribedTitle = z.infer<typeof describedTitleSchema>;

/** One fetched and normalized title: worker or reader → item queue → writer. About 1 KB. */
export const itemTitleSchema = z.object({
  kind: z.literal('item-title'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  language: languageSchema,
  fetchedAt: z.iso.datetime(),
  title: describedTitleSchema,
  /**
   * The id elsewhere by which TMDB has found the title (`imdb:tt0137523`). One that cannot be read costs itself, as it does in a writer of an
   * earlier build, which does not know the member.
   */
  foundBy: z.string().regex(externalIdPattern).optional().catch(undefined),
  replays: replaysSchema,
});

export type ItemTitle = z.infer<typeof itemTitleSchema>;

/** A card of a title in one language, in a message that names the title. */
const languageCardSchema = z.object({ language: languageSchema, ...cardShape });

/**
 * One fetched and normalized title with everything that is kept of it: worker → item queue → writer. 5 to 15 KB, one billed SQS request;
 * with many languages at their bounds at most 1 MiB (`fitting`).
 */
export const itemDetailsSchema = z.object({
  kind: z.literal('item-details'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  fetchedAt: z.iso.datetime(),
  mediaType: z.enum(mediaTypes),
  id: tmdbIdSchema,
  /** The id under which the title was asked for, where TMDB does not know that one any more: it has become a part of this title. */
  movedFrom: tmdbIdSchema.optional(),
  /** One for each language that is known. */
  cards: z.array(languageCardSchema).transform(fitting),
  /** What is known beyond the cards. A part that is not there is unknown: what is stored of it stays. */
  parts: titlePartsSchema,
  /** As in its job. */
  awaited: z.literal(true).optional(),
  replays: replaysSchema,
});

export type ItemDetails = z.infer<typeof itemDetailsSchema>;

/** One fetched piece of reference data: worker → item queue → writer. Some 20 KB, one billed SQS request; at most 300 KB. */
const itemReferenceSchema = z.object({
  kind: z.literal('item-reference'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  fetchedAt: z.iso.datetime(),
  reference: referenceSchema,
  replays: replaysSchema,
});

export type ItemReference = z.infer<typeof itemReferenceSchema>;

/** Everything the item queue carries. */
export const itemSchema = z.discriminatedUnion('kind', [
  itemPageSchema,
  itemTitleSchema,
  itemDetailsSchema,
  itemReferenceSchema,
]);

export type Item = z.infer<typeof itemSchema>;

/** What `page` brought. */
export function pageOutcomeOf({
  titles,
  rejected,
  absence,
}: Pick<ItemPage, 'titles' | 'rejected' | 'absence'>): PageOutcome {
  if (titles.length > 0) {
    return 'titles';
  }
  if (absence !== undefined) {
    return 'not-found';
  }
  return rejected > 0 ? 'rejected' : 'empty';
}

import * as z from 'zod';
import { feedSchema, languageSchema, maxPage, maxRank, mediaTypes, type PageOutcome } from '../core/feed.ts';
import { runIdSchema, snapshotSchema } from '../core/snapshot.ts';
import { replaysSchema } from './parse-message.ts';
import {
  boundedFigure,
  countryList,
  dayText,
  fitting,
  genreIdList,
  imagePath,
  languageWord,
  prose,
  titleBounds,
} from './title-bounds.ts';

/** The largest TMDB id, wherever one is given: beyond 2^53 - 1 the numbers of JSON are no longer exact. */
export const maxTmdbId = Number.MAX_SAFE_INTEGER;

/** A TMDB id; a text is none. */
export const tmdbIdSchema = z.int().positive().max(maxTmdbId);

/**
 * A title as one row of a list shows it. Missing texts are `''`, missing images and dates `null`. What is longer than title-bounds.ts
 * allows costs itself, in whoever makes the message and in whoever reads one of an older build; it never makes a message malformed.
 */
export const listedTitleSchema = z.object({
  /** Position in the feed, 1 is the top. */
  rank: z.int().min(1).max(maxRank),
  mediaType: z.enum(mediaTypes),
  id: tmdbIdSchema,
  title: prose(titleBounds.title),
  originalTitle: prose(titleBounds.originalTitle),
  overview: prose(titleBounds.overview),
  posterPath: imagePath(titleBounds.posterPath),
  backdropPath: imagePath(titleBounds.backdropPath),
  /** `YYYY-MM-DD`; of a series its first air date. */
  releaseDate: dayText,
  /** 0 to 10. */
  voteAverage: boundedFigure,
  voteCount: boundedFigure,
  popularity: boundedFigure,
  genreIds: genreIdList,
  /** ISO 639-1. */
  originalLanguage: languageWord,
  /** ISO 3166-1 alpha-2; TMDB's movie lists do not tell it. */
  originCountries: countryList,
  adult: z.boolean(),
});

export type ListedTitle = z.infer<typeof listedTitleSchema>;

/** What TMDB answered where it found nothing: its code, such as `tmdb_34`, and its sentence. */
export const absenceSchema = z.object({ code: z.string().min(1).max(100), detail: z.string().max(500) });

export type Absence = z.infer<typeof absenceSchema>;

/** One fetched and normalized page: worker → item queue → writer. 10 to 30 KB, one billed SQS request; at most 1 MiB (title-bounds.ts). */
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
  replays: replaysSchema,
});

export type ItemTitle = z.infer<typeof itemTitleSchema>;

/** Everything the item queue carries. */
export const itemSchema = z.discriminatedUnion('kind', [itemPageSchema, itemTitleSchema]);

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

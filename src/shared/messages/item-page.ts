import * as z from 'zod';
import { feedSchema, maxPage, mediaTypes } from '../feed.ts';
import { runIdSchema, snapshotSchema } from '../snapshot.ts';
import { replaysSchema } from './replays.ts';

/** Rows of one TMDB list page. Source: every recorded list, November 2026. */
export const rowsPerPage = 20;

/** Rank of the last row that TMDB serves. */
export const maxRank = maxPage * rowsPerPage;

/** A title as one row of a list shows it. Missing texts are `''`, missing images and dates `null`. */
export const listedTitleSchema = z.object({
  /** Position in the feed, 1 is the top. */
  rank: z.int().min(1).max(maxRank),
  mediaType: z.enum(mediaTypes),
  id: z.int().positive(),
  title: z.string(),
  originalTitle: z.string(),
  overview: z.string(),
  posterPath: z.string().nullable(),
  backdropPath: z.string().nullable(),
  /** `YYYY-MM-DD`; of a series its first air date. */
  releaseDate: z.string().nullable(),
  /** 0 to 10. */
  voteAverage: z.number(),
  voteCount: z.number(),
  popularity: z.number(),
  genreIds: z.array(z.int()),
  /** ISO 639-1. */
  originalLanguage: z.string(),
  /** ISO 3166-1 alpha-2; TMDB's movie lists do not tell it. */
  originCountries: z.array(z.string()),
  adult: z.boolean(),
});

export type ListedTitle = z.infer<typeof listedTitleSchema>;

/** What TMDB answered where it found nothing: its code, such as `tmdb_34`, and its sentence. */
export const absenceSchema = z.object({ code: z.string().min(1).max(100), detail: z.string().max(500) });

export type Absence = z.infer<typeof absenceSchema>;

/** One fetched and normalized page: worker → item queue → writer. 10 to 30 KB, one billed SQS request. */
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
  titles: z.array(listedTitleSchema),
  /** Rows without a usable id or type. */
  rejected: z.int().min(0),
  /** Persons, which mixed lists hold between the titles. */
  persons: z.int().min(0),
  /** TMDB's words for a list that is not there; `titles` is empty then. Messages of earlier builds have none. */
  absence: absenceSchema.optional(),
  replays: replaysSchema,
});

export type ItemPage = z.infer<typeof itemPageSchema>;

import * as z from 'zod';
import { type Feed, type MediaType, mediaTypes } from '../feed.ts';
import { type ListedTitle, listedTitleSchema, maxRank, rowsPerPage } from '../messages/item-page.ts';
import { type DescribedTitle, describedTitleSchema } from '../messages/item-title.ts';

/** A page's rows after normalization; `rejected` had no usable id or type, `persons` are not titles. */
export type NormalizedPage = { titles: ListedTitle[]; rejected: number; persons: number };

/** Half a surrogate pair is no character, and no store takes it. */
const text = z
  .string()
  .transform((raw) => raw.toWellFormed())
  .nullish()
  .catch(undefined);
/** Within what any store can hold; TMDB's figures are nowhere near either end. */
const figure = z
  .number()
  .min(0)
  .max(1e12)
  .catch(0)
  .transform((value) => (value < 1e-6 ? 0 : value));

/**
 * One row of any TMDB list. Only id and type make a row: whatever else is missing, null or of a wrong type becomes empty,
 * as it does for TMDB itself. Unknown members are ignored. Source: the recorded lists, November 2026.
 */
const listRowSchema = z.object({
  id: z.int().positive(),
  media_type: text,
  title: text,
  name: text,
  original_title: text,
  original_name: text,
  overview: text,
  poster_path: text,
  backdrop_path: text,
  release_date: text,
  first_air_date: text,
  vote_average: figure,
  vote_count: figure,
  popularity: figure,
  genre_ids: z.array(z.int()).catch([]),
  original_language: text,
  origin_country: z.array(z.string()).catch([]),
  adult: z.boolean().nullish().catch(undefined),
});

type ListRow = z.infer<typeof listRowSchema>;

const pageSchema = z.object({ results: z.array(z.unknown()) });

/** The rows of a TMDB list answer, ranked by their place; `undefined` when the answer is no list. */
export function normalizePage(json: unknown, feed: Feed, page: number): NormalizedPage | undefined {
  const parsed = pageSchema.safeParse(json);
  if (!parsed.success) {
    return undefined;
  }
  const normalized: NormalizedPage = { titles: [], rejected: 0, persons: 0 };
  for (const [index, row] of parsed.data.results.entries()) {
    const outcome = normalizeRow(row, feed, (page - 1) * rowsPerPage + index + 1);
    if (outcome === 'person') {
      normalized.persons += 1;
    } else if (outcome === undefined) {
      normalized.rejected += 1;
    } else {
      normalized.titles.push(outcome);
    }
  }
  return normalized;
}

/** Details name their genres; lists give ids. */
const detailsSchema = z.object({ id: z.int().positive(), genres: z.array(z.object({ id: z.int() })).catch([]) });

/** A TMDB details answer as the title that it describes; `undefined` when it describes none, or another than `id`. */
export function normalizeTitle(json: unknown, mediaType: MediaType, id: number): DescribedTitle | undefined {
  const details = detailsSchema.safeParse(json);
  if (details.data?.id !== id) {
    return undefined;
  }
  const genreIds = details.data.genres.map((genre) => genre.id);
  const row = listRowSchema.parse({ ...(json as Record<string, unknown>), genre_ids: genreIds });
  return describedTitleSchema.parse({ mediaType, ...content(row) });
}

function normalizeRow(raw: unknown, feed: Feed, rank: number): ListedTitle | 'person' | undefined {
  const parsed = listRowSchema.safeParse(raw);
  if (!parsed.success || rank > maxRank) {
    return undefined;
  }
  const row = parsed.data;
  const type = row.media_type || feed.media;
  if (type === 'person') {
    return 'person';
  }
  const mediaType = mediaTypes.find((known) => known === type);
  return mediaType === undefined ? undefined : listedTitleSchema.parse({ rank, mediaType, ...content(row) });
}

function content(row: ListRow): Omit<ListedTitle, 'rank' | 'mediaType'> {
  const originalTitle = row.original_title || row.original_name || row.title || row.name || '';
  return {
    id: row.id,
    title: row.title || row.name || originalTitle,
    originalTitle,
    overview: row.overview ?? '',
    posterPath: row.poster_path || null,
    backdropPath: row.backdrop_path || null,
    releaseDate: isoDate(row.release_date) ?? isoDate(row.first_air_date) ?? null,
    voteAverage: row.vote_average,
    voteCount: row.vote_count,
    popularity: row.popularity,
    genreIds: row.genre_ids,
    originalLanguage: row.original_language ?? '',
    originCountries: row.origin_country,
    adult: row.adult ?? false,
  };
}

function isoDate(value: string | null | undefined): string | undefined {
  return value !== null && value !== undefined && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
}

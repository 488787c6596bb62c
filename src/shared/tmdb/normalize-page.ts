import * as z from 'zod';
import { type Feed, type MediaType, maxRank, mediaTypes, rowsPerPage } from '../core/feed.ts';
import {
  type DescribedTitle,
  describedTitleSchema,
  type ListedTitle,
  listedTitleSchema,
  tmdbIdSchema,
} from '../queues/item-page.ts';
import { dayOf, fitting, titleBounds } from '../queues/title-bounds.ts';

/**
 * One row of any TMDB list, or one details answer. Only the id makes a row: whatever else is missing, null or of a wrong type becomes
 * empty, as it does for TMDB itself, and costs nothing but itself. Unknown members are ignored.
 * Source: the recorded lists, November 2026.
 */

/** What a JSON number looks like, which is what a figure looks like that came as text. */
const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** What a whole number looks like that came as text: an id, a genre. */
const wholeText = /^(?:0|[1-9]\d{0,15})$/;
const yesText = /^(?:true|1)$/i;
/** Within what any store can hold; TMDB's figures are nowhere near either end. */
const figureBounds = { least: 1e-6, most: 1e12 };

/** Half a surrogate pair is no character, and no store takes it. */
const text = z
  .string()
  .transform((raw) => raw.toWellFormed())
  .nullish()
  .catch(undefined);

/** `7.4`, also as text; 0 for what is none. */
const figure = z
  .unknown()
  .optional()
  .transform((raw) => {
    const value = typeof raw === 'string' && numberText.test(raw) ? Number(raw) : raw;
    const isFigure = typeof value === 'number' && value >= figureBounds.least && value <= figureBounds.most;
    return isFigure ? value : 0;
  });

/** `550`, also as text; anything else is left to what follows. */
const whole = z.unknown().transform((raw) => (typeof raw === 'string' && wholeText.test(raw) ? Number(raw) : raw));
const id = whole.pipe(tmdbIdSchema);
const genre = whole.pipe(z.int());

/** `YYYY-MM-DD` of a day that there was or will be. */
const day = z
  .unknown()
  .optional()
  .transform((raw) => (typeof raw === 'string' ? dayOf(raw) : null));

/** Adult titles are left out of what applications show: what says so in another type is believed. */
const yes = z
  .unknown()
  .optional()
  .transform((raw) => raw === true || raw === 1 || (typeof raw === 'string' && yesText.test(raw)));

/** Those elements that are what they should be. */
function elements<T>(element: z.ZodType<T>) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((list) => list.flatMap((one) => element.safeParse(one).data ?? []));
}

/** Members by TMDB's names. */
export const listRowSchema = z.object({
  id,
  media_type: text,
  title: text,
  name: text,
  original_title: text,
  original_name: text,
  overview: text,
  poster_path: text,
  backdrop_path: text,
  release_date: day,
  first_air_date: day,
  vote_average: figure,
  vote_count: figure,
  popularity: figure,
  genre_ids: elements(genre),
  original_language: text,
  origin_country: elements(z.string().transform((raw) => raw.toWellFormed())),
  adult: yes,
});

export type TmdbListRow = z.infer<typeof listRowSchema>;

/** Details name their genres; lists give ids. */
export const detailsSchema = z.object({ id, genres: elements(z.object({ id: genre })) });

/** A page's rows after normalization; `rejected` had no usable id or type or did not fit, `persons` are not titles. */
export type NormalizedPage = { titles: ListedTitle[]; rejected: number; persons: number };

/** How often something of an answer was beyond its bounds, by reason: `overview-too-long`, `page-too-long`. */
export type Losses = Record<string, number>;

const pageSchema = z.object({ results: z.array(z.unknown()) });

/**
 * The rows of a TMDB list answer, ranked by their place; `undefined` when the answer is no list. `losses` is told what was beyond the
 * bounds.
 */
export function normalizePage(
  json: unknown,
  feed: Feed,
  page: number,
  losses: Losses = {},
): NormalizedPage | undefined {
  const parsed = pageSchema.safeParse(json);
  if (!parsed.success) {
    return undefined;
  }
  const titles: ListedTitle[] = [];
  const normalized = { rejected: 0, persons: 0 };
  for (const [index, row] of parsed.data.results.entries()) {
    const outcome = normalizeRow(row, feed, (page - 1) * rowsPerPage + index + 1, losses);
    if (outcome === 'person') {
      normalized.persons += 1;
    } else if (outcome === undefined) {
      normalized.rejected += 1;
    } else {
      titles.push(outcome);
    }
  }
  const fitted = fitting(titles);
  const beyond = titles.length - fitted.length;
  countLoss(losses, 'page-too-long', beyond);
  return { ...normalized, titles: fitted, rejected: normalized.rejected + beyond };
}

/** A TMDB details answer as the title that it describes; `undefined` when it describes none, or another than `id`. */
export function normalizeTitle(
  json: unknown,
  mediaType: MediaType,
  id: number,
  losses: Losses = {},
): DescribedTitle | undefined {
  const details = detailsSchema.safeParse(json);
  if (details.data?.id !== id) {
    return undefined;
  }
  const genreIds = details.data.genres.map((genre) => genre.id);
  const row = listRowSchema.parse({ ...(json as Record<string, unknown>), genre_ids: genreIds });
  return bounded(describedTitleSchema, { mediaType, ...content(row) }, losses);
}

function normalizeRow(raw: unknown, feed: Feed, rank: number, losses: Losses): ListedTitle | 'person' | undefined {
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
  return mediaType === undefined ? undefined : bounded(listedTitleSchema, { rank, mediaType, ...content(row) }, losses);
}

function content(row: TmdbListRow): Omit<ListedTitle, 'rank' | 'mediaType'> {
  const originalTitle = row.original_title || row.original_name || row.title || row.name || '';
  return {
    id: row.id,
    title: row.title || row.name || originalTitle,
    originalTitle,
    overview: row.overview ?? '',
    posterPath: row.poster_path || null,
    backdropPath: row.backdrop_path || null,
    releaseDate: row.release_date ?? row.first_air_date ?? null,
    voteAverage: row.vote_average,
    voteCount: row.vote_count,
    popularity: row.popularity,
    genreIds: row.genre_ids,
    originalLanguage: row.original_language ?? '',
    originCountries: row.origin_country,
    adult: row.adult,
  };
}

/** The schema bounds what it takes; what it has shortened is counted. */
function bounded<T extends DescribedTitle>(schema: z.ZodType<T>, whole: T, losses: Losses): T {
  const kept = schema.parse(whole);
  for (const name of Object.keys(titleBounds) as (keyof typeof titleBounds)[]) {
    if ((kept[name]?.length ?? 0) < (whole[name]?.length ?? 0)) {
      countLoss(losses, `${name}-too-long`, 1);
    }
  }
  return kept;
}

function countLoss(losses: Losses, reason: string, count: number): void {
  if (count > 0) {
    losses[reason] = (losses[reason] ?? 0) + count;
  }
}

/**
 * One row of any TMDB list, or one details answer. Only the id makes a row: whatever else is missing, null or of a wrong type becomes
 * empty, as it does for TMDB itself, and costs nothing but itself. Unknown members are ignored.
 * Source: the recorded lists, November 2026.
 */
import * as z from 'zod';
import { tmdbIdSchema } from '../queues/item-page.ts';
import { dayOf } from '../queues/title-bounds.ts';

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

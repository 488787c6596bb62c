/**
 * How much of a title, and of a page of them, is kept: whatever TMDB sends, a page's row stays below DynamoDB's 400 KB and its message
 * below SQS's 1 MiB, so that one text cannot stop a page. Twenty titles at these bounds fit (tests/shared/queues/title-bounds.test.ts).
 * The longest that was recorded: a title of 94 characters, an overview of 1,348, 19 genres, 2 countries, 21 rows (November 2026).
 */
import * as z from 'zod';

/** In UTF-16 units, as JavaScript counts a text; lists in elements. */
export const titleBounds = {
  title: 500,
  originalTitle: 500,
  overview: 4_000,
  posterPath: 120,
  backdropPath: 120,
  /** Longer than any tag of BCP 47 in use. */
  originalLanguage: 35,
  originCountries: 20,
  genreIds: 30,
} as const;

/** Of one element of `originCountries`. */
const countryUnits = 4;

/** Rows of a page: as many as TMDB's longest lists have. */
const pageRows = 100;
/** Bytes of a page's titles as JSON in UTF-8. In a message they are at most three times as many, where pairs are escaped. */
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

/** Prose: what goes beyond `mostUnits` is cut off, and never half of a surrogate pair; half of one that was sent is no character. */
export function prose(mostUnits: number) {
  return z.string().transform((text) => cut(text.toWellFormed(), mostUnits));
}

/** A word that is of no use in part: empty where it is too long. */
export const languageWord = z
  .string()
  .transform((text) => (text.length > titleBounds.originalLanguage ? '' : text.toWellFormed()));

/** A path that is of no use in part: none where it is too long. */
export function imagePath(mostUnits: number) {
  return z
    .string()
    .nullable()
    .transform((path) => (path === null || path.length > mostUnits ? null : path.toWellFormed()));
}

/** The first genres. */
export const genreIdList = z.array(z.int()).transform((ids) => ids.slice(0, titleBounds.genreIds));

/** The first countries; one that is too long costs itself. */
export const countryList = z.array(z.string()).transform((list) =>
  list
    .filter((country) => country.length <= countryUnits)
    .slice(0, titleBounds.originCountries)
    .map((country) => country.toWellFormed()),
);

const calendarDay = z.iso.date();

/** `YYYY-MM-DD` of a day that there was or will be; `null` for what is none. */
export function dayOf(text: string | null | undefined): string | null {
  return calendarDay.safeParse(text).data?.replace(/^0000.*/, '') || null;
}

/** A day; none where the text is that of no day. */
export const dayText = z.string().nullable().transform(dayOf);

/** A figure within what any store can hold, whatever a message says: TMDB's are nowhere near. */
export const boundedFigure = z.number().transform((value) => Math.min(1e12, Math.max(0, value)));

function cut(text: string, mostUnits: number): string {
  const isPairCut = /[\ud800-\udbff]/.test(text.charAt(mostUnits - 1));
  return text.length <= mostUnits ? text : text.slice(0, isPairCut ? mostUnits - 1 : mostUnits);
}

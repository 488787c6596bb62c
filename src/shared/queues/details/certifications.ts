/** The one certification of a title in each country, out of the several that TMDB may have. */
import * as z from 'zod';
import { strictness } from '../../core/places/known-certifications.ts';
import { type DetailKind, phraseOf, type Row, rowsOf, wholeNumberOf, wordOf } from './detail-kinds.ts';

/** By country, for each country that is kept. `null`: TMDB knows none. */
export type Certifications = Record<string, string | null>;

/** What is rated for cinemas counts first, then the other releases. Types: 1 premiere, 2 limited, 3 theatrical, 4 digital, 5 physical, 6 TV. */
const releaseTypes: readonly unknown[] = [3, 2, 4, 5, 6, 1];
const mostCharacters = 40;

export const certificationsByCountry: DetailKind<Certifications> = {
  read: (members, { countries }) => {
    const rows = members.flatMap(rowsOf);
    const rowsIn = (country: string) => rows.filter((row) => row.iso_3166_1 === country);
    return Object.fromEntries(countries.map((country) => [country, certificationOf(country, rowsIn(country))]));
  },
  nothing: () => ({}),
  message: z.record(z.string().length(2), z.string().min(1).max(mostCharacters).nullable()),
  json: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
  bound: `One for each kept country, up to ${mostCharacters} characters; \`null\` where TMDB has none.`,
};

/** `rows` are those of one country: a film's have a list of releases, a series' have a rating. */
function certificationOf(country: string, rows: readonly Row[]): string | null {
  const releases = rows.flatMap(({ release_dates: dates }) => rowsOf(dates)).flatMap(ratedRelease);
  const [ofFilm] = releases.sort(byWeight);
  return ofFilm?.text ?? strictest(country, rows);
}

type RatedRelease = { text: string; type: number; date: string };

function ratedRelease(row: Row): RatedRelease[] {
  const text = phraseOf(row.certification, mostCharacters);
  const place = releaseTypes.indexOf(wholeNumberOf(row.type));
  const type = place < 0 ? releaseTypes.length : place;
  // A release without a date is the last of its type.
  return text === null ? [] : [{ text, type, date: wordOf(row.release_date, 40) ?? '9999' }];
}

/** Two ratings of one release: the greater text, so that the order of TMDB's rows does not decide. */
function byWeight(a: RatedRelease, b: RatedRelease): number {
  return a.type - b.type || compare(a.date, b.date) || compare(b.text, a.text);
}

function strictest(country: string, rows: readonly Row[]): string | null {
  const ratings = rows.flatMap(({ rating }) => phraseOf(rating, mostCharacters) ?? []);
  const weighed = ratings.map((text) => ({ text, ...strictness(country, text) }));
  const [first] = weighed.sort((a, b) => b.rank - a.rank || b.ageYears - a.ageYears || compare(b.text, a.text));
  return first?.text ?? null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

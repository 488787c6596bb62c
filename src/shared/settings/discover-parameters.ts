/**
 * The parameters of TMDB's `/discover/movie` and `/discover/tv`, and what each of them takes. Source: TMDB's OpenAPI document, November 2026
 * (tests compare them). Settings are checked when they are read, at synthesis and by every command; functions do not load this.
 */
import damerauLevenshtein from 'damerau-levenshtein';
import type { MediaType } from '../core/feed.ts';
import { closeRegions } from '../core/places/close-matches.ts';
import { knownCountries, languageCodes } from '../core/places/known-places.ts';

/** What a parameter takes: `read` gives the text for the request, or `undefined` for what is not allowed. */
export type ParameterKind = {
  allowed: string;
  read: (text: string) => string | undefined;
  /** Whether true and false are values. */
  isFlag?: true;
  /** By what a list is joined; without it a list is not allowed. */
  joined?: Separator;
  /** What a text that is not allowed may mean. */
  close?: (text: string) => readonly string[];
};

/** TMDB's `,` means all of them, `|` any of them. */
type Separator = ',' | '|';

/** Values of one parameter: more would make an address that servers between here and TMDB refuse. */
const mostValues = 50;

const flag: ParameterKind = {
  allowed: 'allowed are true and false',
  isFlag: true,
  read: (text) => (text === 'true' || text === 'false' ? text : undefined),
};

/** Days are UTC, and `today` is the day of the snapshot. */
const day: ParameterKind = {
  allowed: "allowed are days such as 2026-11-30, 'today', 'today-42d' and 'today+7d'",
  read: (text) => (/^today([+-]\d{1,5}d)?$/.test(text) || isDay(text) ? text : undefined),
};

const country: ParameterKind = {
  allowed: 'allowed are ISO 3166-1 alpha-2 codes TMDB knows, such as DE',
  read: (text) => (knownCountries.has(text.toUpperCase()) ? text.toUpperCase() : undefined),
  close: (text) => closeRegions(text).filter((one) => one !== 'global'),
};

/** Countries that there are no lists of any more, but titles. */
const formerCountries = new Set('AN BU CS SU TP XC XG XI YU ZR'.split(' '));
const originCountry: ParameterKind = {
  ...country,
  read: (text) => (formerCountries.has(text.toUpperCase()) ? text.toUpperCase() : country.read(text)),
};

/** TMDB's codes: beside languages with a country also four without one, and `xx`, no language. */
const originalLanguages = new Set([...languageCodes, 'gv', 'ia', 'io', 'vo', 'xx']);
const language: ParameterKind = {
  allowed: 'allowed are ISO 639-1 codes, as TMDB has them for original languages, such as de',
  read: (text) => (originalLanguages.has(text.toLowerCase()) ? text.toLowerCase() : undefined),
  close: (text) => [text.slice(0, 2).toLowerCase()].filter((code) => originalLanguages.has(code)),
};

const timeZone: ParameterKind = {
  allowed: 'allowed are time zones such as Europe/Berlin',
  read: (text) => (/^[A-Za-z]+(\/[A-Za-z0-9_+-]+)*$/.test(text) && isTimeZone(text) ? text : undefined),
};

/** Certifications differ from country to country, and TMDB's lists of them change. */
const certification: ParameterKind = {
  allowed: 'allowed are certifications of certification_country, up to 60 letters, digits and signs',
  read: (text) => (/^[\p{L}\p{N}()+\-/.,| ]{1,60}$/u.test(text) ? text : undefined),
};

const id = whole(1, Number.MAX_SAFE_INTEGER);
const ids = several(id, [',', '|']);
const year = whole(1870, 2200);
const votes = whole(0, 1_000_000_000);
const average = decimal(0, 10);
const minutes = whole(0, 100_000);

const common: Readonly<Record<string, ParameterKind>> = {
  include_adult: flag,
  'vote_average.gte': average,
  'vote_average.lte': average,
  'vote_count.gte': votes,
  'vote_count.lte': votes,
  watch_region: country,
  with_companies: ids,
  with_genres: ids,
  with_keywords: ids,
  with_origin_country: several(originCountry, ['|']),
  with_original_language: several(language, ['|']),
  'with_runtime.gte': minutes,
  'with_runtime.lte': minutes,
  with_watch_monetization_types: several(oneOf('flatrate free ads rent buy'), [',', '|']),
  with_watch_providers: ids,
  without_companies: ids,
  without_genres: ids,
  without_keywords: ids,
  without_watch_providers: ids,
};

/** The parameters of each medium. `page` and `language` are the pipeline's own. */
export const discoverParameters: Readonly<Record<MediaType, Readonly<Record<string, ParameterKind>>>> = {
  movie: {
    ...common,
    certification,
    'certification.gte': certification,
    'certification.lte': certification,
    certification_country: country,
    include_video: flag,
    primary_release_year: year,
    'primary_release_date.gte': day,
    'primary_release_date.lte': day,
    region: country,
    'release_date.gte': day,
    'release_date.lte': day,
    sort_by: sortedBy('original_title popularity revenue primary_release_date title vote_average vote_count'),
    with_cast: ids,
    with_crew: ids,
    with_people: ids,
    with_release_type: several(whole(1, 6), [',', '|']),
    year,
  },
  tv: {
    ...common,
    'air_date.gte': day,
    'air_date.lte': day,
    first_air_date_year: year,
    'first_air_date.gte': day,
    'first_air_date.lte': day,
    include_null_first_air_dates: flag,
    screened_theatrically: flag,
    sort_by: sortedBy('first_air_date name original_name popularity vote_average vote_count'),
    timezone: timeZone,
    with_networks: id,
    with_status: several(whole(0, 5), [',', '|']),
    with_type: several(whole(0, 6), [',', '|']),
  },
};

function whole(min: number, max: number): ParameterKind {
  return {
    allowed: `allowed are whole numbers from ${min} to ${max}`,
    read: (text) => (/^\d{1,16}$/.test(text) && isWithin(text, min, max) ? String(Number(text)) : undefined),
  };
}

function decimal(min: number, max: number): ParameterKind {
  return {
    allowed: `allowed are numbers from ${min} to ${max}`,
    read: (text) =>
      /^\d{1,10}(\.\d{1,6})?$/.test(text) && isWithin(text, min, max) ? String(Number(text)) : undefined,
  };
}

function isWithin(text: string, min: number, max: number): boolean {
  return Number(text) >= min && Number(text) <= max;
}

function oneOf(names: string): ParameterKind {
  const known = names.split(' ');
  return {
    allowed: `allowed are ${known.join(', ')}`,
    read: (text) => known.find((one) => one === text),
    close: (text) => closeNames(text, known),
  };
}

/** In TMDB's words: a property, and the direction. */
function sortedBy(properties: string): ParameterKind {
  const orders = properties.split(' ').flatMap((name) => [`${name}.asc`, `${name}.desc`]);
  return {
    ...oneOf(orders.join(' ')),
    allowed: `allowed are .asc and .desc of ${properties.split(' ').join(', ')}`,
  };
}

/** Values of a kind, joined by one of `separators`: both in one text would be read in one way only by TMDB. */
function several(kind: ParameterKind, separators: readonly [Separator, ...Separator[]]): ParameterKind {
  const meaning = { ',': "',' (all of them)", '|': "'|' (any of them)" };
  return {
    ...kind,
    allowed: `${kind.allowed}; several, at most ${mostValues}, are joined by ${separators.map((one) => meaning[one]).join(' or ')}`,
    joined: separators[0],
    read: (text) => {
      const used = separators.find((one) => text.includes(one)) ?? separators[0];
      const values = text.split(used).map((part) => kind.read(part.trim()));
      return values.length > mostValues || values.includes(undefined) ? undefined : values.join(used);
    },
  };
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const atMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  // A day that is not in the calendar, such as 30 February, is taken for one of the next month by some engines.
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** What a name may mean, at most three: those that are spelled alike, else those that hold the name. */
export function closeNames(name: string, names: readonly string[]): string[] {
  const asked = name.slice(0, 60).toLowerCase();
  const most = Math.max(1, Math.floor(asked.length / 4));
  const alike = names
    .map((one) => ({ one, distance: damerauLevenshtein(asked, one).steps }))
    .filter(({ distance }) => distance <= Math.min(3, most))
    .sort((a, b) => a.distance - b.distance)
    .map(({ one }) => one);
  const holding = asked.length < 3 ? [] : names.filter((one) => one.includes(asked));
  return (alike.length > 0 ? alike : holding).slice(0, 3);
}

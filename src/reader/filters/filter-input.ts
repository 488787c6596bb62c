/** The filters as they are asked for, with their bounds: the one definition for the library, HTTP and the command line. */
import * as z from 'zod';
import { globalRegion, type MediaType, matches } from '../../shared/core/feed.ts';
import { closeLanguages, closeRegions } from '../../shared/core/places/close-matches.ts';
import { certificationNamed, certificationsOf } from '../../shared/core/places/known-certifications.ts';
import { languageOf, originalLanguages, originCountries } from '../../shared/core/places/known-places.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { keptCountries } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { TitleFilter } from './title-filter.ts';

/** A whole number. */
export function wholeNumber(min: number, max: number) {
  const error = refusal(`whole numbers from ${min} to ${max}`);
  return z.int({ error, abort: true }).min(min, { error }).max(max, { error });
}

/** A number with or without decimals. */
export function anyNumber(min: number, max: number) {
  const error = refusal(`numbers from ${min} to ${max}`);
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export const yesOrNo = z.boolean({ error: refusal('true and false') });

function refusal(allowed: string) {
  return (issue: { input?: unknown }) => `'${shown(issue.input)}' is not allowed: allowed are ${allowed}`;
}

/** A list whose members count once however often they are given. An empty one asks for nothing. */
function distinct<T extends z.ZodType>(member: T, most: number, noun: string) {
  return z
    .array(member)
    .overwrite((all) => [...new Set(all)])
    .max(most, { error: `more than ${most} ${noun}: at most ${most} are allowed` })
    .default([]);
}

const tmdbId = wholeNumber(1, 9_999_999);
const year = wholeNumber(1_870, 2_100).optional();

/** For the OpenAPI document: in which form a code may be written. */
const twoLetters = { pattern: '^[A-Za-z]{2}$' };

const language = z
  .string()
  .meta(twoLetters)
  .refine((text) => originalLanguages.has(text.toLowerCase()), {
    abort: true,
    error: ({ input }) =>
      `unknown language '${shown(input)}': allowed are ISO 639-1 codes TMDB knows${matches(
        [...new Set(closeLanguages(String(input)).map(languageOf))],
        'en, de, ja',
      )}`,
  })
  .overwrite((text) => text.toLowerCase());

const country = z
  .string()
  .meta(twoLetters)
  .refine((text) => originCountries.has(text.toUpperCase()), {
    abort: true,
    error: ({ input }) =>
      `unknown country '${shown(input)}': allowed are ISO 3166-1 alpha-2 codes TMDB knows${matches(
        closeRegions(String(input)).filter((code) => code !== globalRegion),
        'US, GB, DE, JP, IN',
      )}`,
  })
  .overwrite((text) => text.toUpperCase());

/** The members of a request that filter, each with its default. */
export const filterShape = {
  genres: distinct(tmdbId, 20, 'genres'),
  excludeGenres: distinct(tmdbId, 20, 'genres'),
  yearFrom: year,
  yearTo: year,
  minVotes: wholeNumber(0, 10_000_000).optional(),
  minVoteAverage: anyNumber(0, 10).optional(),
  originalLanguages: distinct(language, 20, 'languages'),
  excludeLanguages: distinct(language, 20, 'languages'),
  excludeCountries: distinct(country, 50, 'countries'),
  maxCertification: z
    .string()
    .meta({ examples: ['PG-13', 'TV-14'] })
    .optional(),
  providers: distinct(tmdbId, 50, 'services'),
  /** Adult titles are left out unless they are asked for. */
  includeAdult: yesOrNo.default(false),
};

/** The name of a filter: in camel case for the library and HTTP, in kebab case as an option of a command. */
export type FilterName = keyof typeof filterShape;

/** Filters that are each valid. */
export type AskedFilter = z.output<z.ZodObject<typeof filterShape>>;

/** What the titles are, and the country that certifications and services are of. */
export type Whereabouts = { media: MediaType | 'all'; country: string };

/** One wrong part of a request: its member, and a sentence that says what is allowed. */
export type InputProblem = { field: string; detail: string };

/**
 * Filters that are each valid as one, about titles of such media in such a country. `problems`: what contradicts itself, and what they need
 * that the settings do not keep.
 */
export function filterOf(
  asked: AskedFilter,
  where: Whereabouts,
  settings: Settings,
): { filter: TitleFilter; problems: InputProblem[] } {
  const { country } = where;
  const names = Object.keys(filterShape) as FilterName[];
  const members = Object.fromEntries(names.map((name) => [name, asked[name]])) as AskedFilter;
  const { maxCertification: text } = asked;
  const maxCertification = text === undefined ? undefined : certificationNamed(country, text);
  const problems = [
    ...bothWays(asked, 'genres', 'excludeGenres'),
    ...bothWays(asked, 'originalLanguages', 'excludeLanguages'),
    ...yearProblems(asked),
    ...detailProblems(asked, where, settings),
  ];
  return { filter: { ...members, maxCertification, country }, problems };
}

type Lists = 'genres' | 'excludeGenres' | 'originalLanguages' | 'excludeLanguages';

function bothWays(asked: AskedFilter, wanted: Lists, excluded: Lists): InputProblem[] {
  const all: readonly unknown[] = asked[wanted];
  const both = asked[excluded].find((one) => all.includes(one));
  return both === undefined
    ? []
    : [{ field: excluded, detail: `'${both}' is in ${wanted} as well: allowed is one of them` }];
}

function yearProblems({ yearFrom, yearTo }: AskedFilter): InputProblem[] {
  return yearFrom !== undefined && yearTo !== undefined && yearFrom > yearTo
    ? [{ field: 'yearFrom', detail: `'${yearFrom}' is after yearTo: allowed are years up to ${yearTo}` }]
    : [];
}

/** What needs details where nobody fetches them, or not of this country. */
function detailProblems(asked: AskedFilter, { media, country }: Whereabouts, settings: Settings): InputProblem[] {
  const ofCountry = [
    ...(asked.maxCertification === undefined ? [] : ['maxCertification']),
    ...(asked.providers.length === 0 ? [] : ['providers']),
  ];
  // Lists tell where a series comes from, and not where a film does.
  const needing = media !== 'tv' && asked.excludeCountries.length > 0 ? [...ofCountry, 'excludeCountries'] : ofCountry;
  if (!settings.details.enabled) {
    const detail =
      'needs details of titles, and details.enabled is false in the settings: allowed are filters by genre, year, votes and language';
    return needing.map((field) => ({ field, detail }));
  }
  const kept = keptCountries(settings);
  if (ofCountry.length > 0 && !kept.includes(country)) {
    const detail = `'${country}' is not kept, which is needed for ${ofCountry.join(' and ')}: allowed are ${kept.join(', ')}`;
    return [{ field: 'region', detail }];
  }
  return certificationProblems(asked, country);
}

function certificationProblems({ maxCertification: text }: AskedFilter, country: string): InputProblem[] {
  if (text === undefined || certificationNamed(country, text) !== undefined) {
    return [];
  }
  const allowed = certificationsOf(country);
  const detail =
    allowed.length === 0
      ? `TMDB lists no certifications of ${country}: allowed are regions with some, such as US and DE`
      : `'${shown(text)}' is no certification of ${country}: allowed are ${allowed.join(', ')}`;
  return [{ field: 'maxCertification', detail }];
}

/** How a filter is written, a value of it in the library, and what it asks. */
type FilterWords = { value?: string; example: unknown; words: string };

/** For help texts and docs. */
export const filterWords: Readonly<Record<FilterName, FilterWords>> = {
  genres: { value: 'ids', example: [18, 35], words: 'TMDB genre ids; a title has one of them at least' },
  excludeGenres: { value: 'ids', example: [27], words: 'TMDB genre ids; a title has none of them' },
  yearFrom: { value: 'year', example: 1990, words: 'first year of release; a title without a date does not pass' },
  yearTo: { value: 'year', example: 2020, words: 'last year of release; a title without a date does not pass' },
  minVotes: { value: 'count', example: 100, words: 'fewest votes' },
  minVoteAverage: { value: 'number', example: 6.5, words: 'lowest average of the votes' },
  originalLanguages: {
    value: 'codes',
    example: ['ja', 'ko'],
    words: 'languages by ISO 639-1; the original one is among them',
  },
  excludeLanguages: {
    value: 'codes',
    example: ['hi'],
    words: 'languages by ISO 639-1; the original one is not among them',
  },
  excludeCountries: {
    value: 'codes',
    example: ['US', 'IN'],
    words: 'countries by ISO 3166-1; a title comes from none of them; of films this needs details',
  },
  maxCertification: {
    value: 'text',
    example: 'PG-13',
    words:
      'the strictest certification that passes, as the region writes it; a title without one does not pass; this needs details',
  },
  providers: {
    value: 'ids',
    example: [8, 9],
    words: 'TMDB ids of services; one of them at least offers a title in the region; this needs details',
  },
  includeAdult: { example: true, words: 'adult titles too' },
};

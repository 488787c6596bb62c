/** Whether a title passes a filter, by what its row and its details tell. Pure. */
import type { MediaType } from '../../shared/core/feed.ts';
import { isAtMost } from '../../shared/core/places/known-certifications.ts';
import type { Card } from '../../shared/queues/card-fields.ts';
import type { WatchOffers } from '../../shared/queues/details/watch.ts';
import type { TitleFacts, TitleFilter } from './title-filter.ts';

/** What of a title's row is looked at. */
export type FilteredRow = { mediaType: MediaType } & Pick<
  Card,
  'genreIds' | 'releaseDate' | 'voteCount' | 'voteAverage' | 'originalLanguage' | 'originCountries' | 'adult'
>;

/** `unknown`: it depends on details that are not known. */
export type Verdict = 'yes' | 'no' | 'unknown';

/** A fact of a title's details that a filter may ask for. */
export type NeededFact = 'originCountries' | 'certification' | 'watch';

/** The facts that the filter asks for. */
export function factsNeeded(filter: TitleFilter): NeededFact[] {
  return [
    ...(filter.excludeCountries.length > 0 ? (['originCountries'] as const) : []),
    ...(filter.maxCertification === undefined ? [] : (['certification'] as const)),
    ...(filter.providers.length > 0 ? (['watch'] as const) : []),
  ];
}

/** Whether there are titles that the filter can tell of by their details alone. */
export function needsFacts(filter: TitleFilter): boolean {
  return factsNeeded(filter).length > 0;
}

/** Whether the filter asks for anything beside adult titles. */
export function isFiltering(filter: TitleFilter): boolean {
  const { country: _country, includeAdult: _adult, ...members } = filter;
  return Object.values(members).some((asked) => asked !== undefined && !(Array.isArray(asked) && asked.length === 0));
}

/**
 * Whether a title passes: every member of the filter that asks for something must hold. What is certain comes first: a title that fails one
 * member does not pass, whatever is unknown for the others. `facts`: `undefined` where nothing is known of its details.
 */
export function passes(row: FilteredRow, facts: TitleFacts | undefined, filter: TitleFilter): Verdict {
  if (!passesByRow(row, filter)) {
    return 'no';
  }
  const verdicts = [byCountries(row, facts, filter), byCertification(row, facts, filter), byServices(facts, filter)];
  return verdicts.find((one) => one === 'no') ?? verdicts.find((one) => one === 'unknown') ?? 'yes';
}

/** The members that a row tells by itself. */
function passesByRow(row: FilteredRow, filter: TitleFilter): boolean {
  return (
    (filter.includeAdult || !row.adult) &&
    isOneOf(row.genreIds, filter.genres) &&
    !row.genreIds.some((genre) => filter.excludeGenres.includes(genre)) &&
    isOneOf([row.originalLanguage], filter.originalLanguages) &&
    !filter.excludeLanguages.includes(row.originalLanguage) &&
    isWithinYears(row, filter) &&
    row.voteCount >= (filter.minVotes ?? 0) &&
    row.voteAverage >= (filter.minVoteAverage ?? 0)
  );
}

function isOneOf<T>(own: readonly T[], wanted: readonly T[]): boolean {
  return wanted.length === 0 || own.some((one) => wanted.includes(one));
}

function isWithinYears({ releaseDate }: FilteredRow, { yearFrom, yearTo }: TitleFilter): boolean {
  if (yearFrom === undefined && yearTo === undefined) {
    return true;
  }
  // NaN, the year of a title without a date, is in no range.
  const year = releaseDate === null ? Number.NaN : Number(releaseDate.slice(0, 4));
  return year >= (yearFrom ?? Number.NEGATIVE_INFINITY) && year <= (yearTo ?? Number.POSITIVE_INFINITY);
}

/** TMDB's lists tell the countries of series, and none of films: of a film a row without any tells nothing. */
function byCountries(row: FilteredRow, facts: TitleFacts | undefined, { excludeCountries }: TitleFilter): Verdict {
  if (excludeCountries.length === 0) {
    return 'yes';
  }
  const isTold = row.mediaType === 'tv' || row.originCountries.length > 0;
  const countries = isTold ? row.originCountries : facts?.originCountries;
  if (countries === undefined) {
    return 'unknown';
  }
  return countries.some((country) => excludeCountries.includes(country)) ? 'no' : 'yes';
}

function byCertification(
  { mediaType }: FilteredRow,
  facts: TitleFacts | undefined,
  { country, maxCertification }: TitleFilter,
): Verdict {
  if (maxCertification === undefined) {
    return 'yes';
  }
  const certification = facts?.certification;
  if (certification === undefined) {
    return 'unknown';
  }
  return certification !== null && isAtMost(mediaType, country, certification, maxCertification) ? 'yes' : 'no';
}

function byServices(facts: TitleFacts | undefined, { providers }: TitleFilter): Verdict {
  if (providers.length === 0) {
    return 'yes';
  }
  if (facts?.watch === undefined) {
    return 'unknown';
  }
  return isOfferedBy(providers, facts.watch.offers) ? 'yes' : 'no';
}

/** Whether one of the services offers a title, in whatever way. */
function isOfferedBy(providers: readonly number[], offers: WatchOffers | null): boolean {
  // The link is the only member that is no list of services.
  return Object.values(offers ?? {}).some((ids) => Array.isArray(ids) && ids.some((id) => providers.includes(id)));
}

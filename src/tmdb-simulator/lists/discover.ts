import { airsBetween, hasKeyword, isOfferedAs } from '../catalogue/availability.ts';
import { type CatalogueTitle, type MediaType, voteCountAt } from '../catalogue/catalogue.ts';
import { certificationIn, releasesIn, strictnessOf } from '../catalogue/certifications.ts';
import { monetizations, offersOf } from '../catalogue/services.ts';
import { dayOfMs } from '../clock.ts';
import { type Order, orderOf, sortDiscovered } from './discover-order.ts';
import type { Listing, World } from './listing.ts';
import {
  type Choice,
  choiceParam,
  dayRange,
  isBounded,
  isWithin,
  matchesChoice,
  numberRange,
  type Range,
  regionParam,
} from './query-params.ts';

/** The parsed parameters of a discover request. Days are whole days since 1970-01-01. */
type DiscoverQuery = {
  mediaType: MediaType;
  genres: Choice | undefined;
  withoutGenres: Choice | undefined;
  keywords: Choice | undefined;
  originCountries: Choice | undefined;
  originalLanguages: Choice | undefined;
  voteAverage: Range;
  voteCount: Range;
  /** Primary release of a movie, first air date of a series. */
  primaryDay: Range;
  /** Release in `region`; movies only. */
  releaseDay: Range;
  /** Any episode; series only. */
  airDay: Range;
  region: string | undefined;
  /** TMDB's types of releases; movies only. */
  releaseTypes: Choice | undefined;
  certified: CertificationQuery | undefined;
  watch: WatchQuery | undefined;
  includeAdult: boolean;
  sort: Order;
};

/** Where and how a title must be offered; a region alone filters nothing, as at TMDB. */
type WatchQuery = { region: string; monetization: Choice | undefined; providers: Choice | undefined };

/** How a movie must be rated in a country; a country alone filters nothing. */
type CertificationQuery = {
  country: string;
  among: Choice | undefined;
  atLeast: string | undefined;
  atMost: string | undefined;
};

const noBounds: Range = { from: undefined, to: undefined };

/** One condition of a query; `day` is today in whole days since 1970-01-01. */
type Condition = (title: CatalogueTitle, query: DiscoverQuery, day: number) => boolean;

const conditions: readonly Condition[] = [
  (title, query) => query.includeAdult || !title.adult,
  (title, query) => isWithin(query.voteAverage, title.voteAverage),
  (title, query, day) => isWithin(query.voteCount, voteCountAt(title, day)),
  (title, query) => isWithin(query.primaryDay, title.releaseDay),
  (title, query) => matchesChoice(query.genres, (id) => title.genreIds.includes(Number(id))),
  (title, query) => !hasAny(query.withoutGenres, (id) => title.genreIds.includes(Number(id))),
  (title, query) => matchesChoice(query.originCountries, (country) => title.originCountries.includes(country)),
  (title, query) => matchesChoice(query.originalLanguages, (language) => title.originalLanguage === language),
  (title, query) => matchesChoice(query.keywords, (keyword) => hasKeyword(title, keyword)),
  (title, query) => !isBounded(query.airDay) || airsBetween(title, query.airDay.from, query.airDay.to),
  (title, query) => isReleased(title, query),
  (title, query) => isCertified(title, query.certified),
  (title, query) => isWatchable(title, query.watch),
];

/**
 * The titles that match the parameters of a discover request, in their order on the day of `world`. Throws an ApiFailure
 * for a parameter that cannot be read.
 */
export function discoverListing(world: World, mediaType: MediaType, params: URLSearchParams): Listing {
  const query = discoverQuery(mediaType, params);
  const day = dayOfMs(world.nowMs);
  const key = `discover/${mediaType}?${orderingText(params)}`;
  const entries = world.orders.get(`${key}/${day}`, () => {
    const found = world.catalogue.titles[mediaType].filter((title) => matchesDiscover(title, query, day));
    return sortDiscovered(found, query.sort, day);
  });
  return { key, entries, ...(query.region === undefined ? {} : { region: query.region }) };
}

/** The parameters that the order depends on. The API key is left out: a secret must not become part of a cache key. */
function orderingText(params: URLSearchParams): string {
  const text = new URLSearchParams(params);
  for (const name of ['page', 'language', 'api_key']) {
    text.delete(name);
  }
  text.sort();
  return text.toString();
}

/** Reads the parameters; unknown ones are ignored. */
function discoverQuery(mediaType: MediaType, query: URLSearchParams): DiscoverQuery {
  const isMovie = mediaType === 'movie';
  return {
    mediaType,
    genres: choiceParam(query, 'with_genres'),
    withoutGenres: choiceParam(query, 'without_genres'),
    keywords: choiceParam(query, 'with_keywords'),
    originCountries: choiceParam(query, 'with_origin_country'),
    originalLanguages: choiceParam(query, 'with_original_language'),
    voteAverage: numberRange(query, 'vote_average'),
    voteCount: numberRange(query, 'vote_count'),
    primaryDay: dayRange(query, isMovie ? 'primary_release_date' : 'first_air_date'),
    releaseDay: isMovie ? dayRange(query, 'release_date') : noBounds,
    airDay: isMovie ? noBounds : dayRange(query, 'air_date'),
    region: isMovie ? regionParam(query) : undefined,
    releaseTypes: isMovie ? choiceParam(query, 'with_release_type') : undefined,
    certified: isMovie ? certificationQuery(query) : undefined,
    watch: watchQuery(query),
    includeAdult: query.get('include_adult') === 'true',
    sort: orderOf(mediaType, query.get('sort_by') ?? ''),
  };
}

function certificationQuery(query: URLSearchParams): CertificationQuery | undefined {
  const country = regionParam(query, 'certification_country');
  if (country === undefined) {
    return undefined;
  }
  const [atLeast, atMost] = ['gte', 'lte'].map((bound) => query.get(`certification.${bound}`) || undefined);
  return { country, among: choiceParam(query, 'certification'), atLeast, atMost };
}

function watchQuery(query: URLSearchParams): WatchQuery | undefined {
  const region = regionParam(query, 'watch_region');
  if (region === undefined) {
    return undefined;
  }
  return {
    region,
    monetization: choiceParam(query, 'with_watch_monetization_types'),
    providers: choiceParam(query, 'with_watch_providers'),
  };
}

/** Whether a title matches a discover query on a day (whole days since 1970-01-01). */
function matchesDiscover(title: CatalogueTitle, query: DiscoverQuery, day: number): boolean {
  return conditions.every((holds) => holds(title, query, day));
}

function hasAny(choice: Choice | undefined, has: (value: string) => boolean): boolean {
  return choice?.flat().some(has) === true;
}

/**
 * With a region, a movie must be released there and its regional date counts; without one, its primary date. With types of releases, a
 * release of each of them must be within the range.
 */
function isReleased(title: CatalogueTitle, { region, releaseDay, releaseTypes }: DiscoverQuery): boolean {
  if (region === undefined && releaseTypes === undefined) {
    return isWithin(releaseDay, title.releaseDay);
  }
  const releases = releasesIn(title, region ?? title.originCountries[0] ?? '');
  const isFound = (type: string) => releases.some((one) => String(one.type) === type && isWithin(releaseDay, one.day));
  return releaseTypes === undefined
    ? releases[0] !== undefined && isWithin(releaseDay, releases[0].day)
    : matchesChoice(releaseTypes, isFound);
}

/** A movie without a certification in the country matches none. */
function isCertified(title: CatalogueTitle, certified: CertificationQuery | undefined): boolean {
  if (certified === undefined) {
    return true;
  }
  const { country, among, atLeast, atMost } = certified;
  if (among === undefined && atLeast === undefined && atMost === undefined) {
    return true;
  }
  const own = certificationIn(title, country).trim();
  const strictness = strictnessOf(own, country);
  return (
    own !== '' &&
    matchesChoice(among, (one) => one === own) &&
    (atLeast === undefined || strictness >= strictnessOf(atLeast, country)) &&
    (atMost === undefined || strictness <= strictnessOf(atMost, country))
  );
}

function isWatchable(title: CatalogueTitle, watch: WatchQuery | undefined): boolean {
  if (watch === undefined) {
    return true;
  }
  const { region, monetization, providers } = watch;
  // In the ways that are asked for, else in any.
  const ways = monetizations.filter((way) => monetization?.flat().includes(way) ?? true);
  const isOffering = (provider: string) =>
    ways.some((way) => offersOf(title, region, way).some(({ id }) => String(id) === provider));
  return (
    matchesChoice(monetization, (type) => isOfferedAs(title, region, type)) && matchesChoice(providers, isOffering)
  );
}

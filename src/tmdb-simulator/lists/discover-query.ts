import type { MediaType } from '../media-type.ts';
import { type Choice, choiceParam, dayRange, numberRange, type Range, regionParam } from './query-params.ts';

/** What a title can be sorted by. */
export type SortKey = 'popularity' | 'voteAverage' | 'voteCount' | 'releaseDay' | 'originalTitle';

/** A discover query, read and checked. Days are whole days since 1970-01-01. */
export type DiscoverQuery = {
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
  watch: WatchQuery | undefined;
  includeAdult: boolean;
  sort: { key: SortKey; descending: boolean };
};

/** Where and how a title must be watchable; a region without either choice filters nothing, as at TMDB. */
export type WatchQuery = { region: string; monetization: Choice | undefined; providers: Choice | undefined };

const openFilter: Range = { from: undefined, to: undefined };

/**
 * The names `sort_by` takes for each medium. Titles sort by the original title whatever the language, and a name of the
 * other medium is ignored: both as seen on the live API (seerr-team/seerr pull request 3305, 2026-07).
 */
const sortKeys: Readonly<Record<MediaType, Readonly<Record<string, SortKey>>>> = {
  movie: {
    popularity: 'popularity',
    vote_average: 'voteAverage',
    vote_count: 'voteCount',
    primary_release_date: 'releaseDay',
    title: 'originalTitle',
    original_title: 'originalTitle',
  },
  tv: {
    popularity: 'popularity',
    vote_average: 'voteAverage',
    vote_count: 'voteCount',
    first_air_date: 'releaseDay',
    name: 'originalTitle',
    original_name: 'originalTitle',
  },
};

/** Reads the parameters of a discover request; unknown ones are ignored. Throws an ApiFailure for what cannot be read. */
export function discoverQuery(mediaType: MediaType, query: URLSearchParams): DiscoverQuery {
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
    releaseDay: isMovie ? dayRange(query, 'release_date') : openFilter,
    airDay: isMovie ? openFilter : dayRange(query, 'air_date'),
    region: isMovie ? regionParam(query) : undefined,
    watch: watchQuery(query),
    includeAdult: query.get('include_adult') === 'true',
    sort: sortOf(mediaType, query.get('sort_by') ?? ''),
  };
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

function sortOf(mediaType: MediaType, text: string): DiscoverQuery['sort'] {
  const parts = /^([a-z_]+)\.(asc|desc)$/.exec(text);
  const key =
    parts?.[1] !== undefined && Object.hasOwn(sortKeys[mediaType], parts[1])
      ? sortKeys[mediaType][parts[1]]
      : undefined;
  return key === undefined ? { key: 'popularity', descending: true } : { key, descending: parts?.[2] === 'desc' };
}

import { type Answer, ApiFailure, statusAnswer } from '../answers/answer.ts';
import { changedTitles, changesOfTitle } from '../answers/changes-answer.ts';
import { appendedParts, partOf } from '../answers/detail-parts.ts';
import { movieDetails, seriesDetails } from '../answers/details.ts';
import { foundTitles } from '../answers/find-answer.ts';
import { listAnswer } from '../answers/list-answer.ts';
import { providerList } from '../answers/market-parts.ts';
import type { MediaType } from '../catalogue/catalogue.ts';
import { namedGenres } from '../catalogue/genres.ts';
import { discoverListing } from '../lists/discover.ts';
import type { Listing, World } from '../lists/listing.ts';
import {
  type MovieListName,
  movieListing,
  type SeriesListName,
  seriesListing,
  type TrendingMedia,
  type TrendingWindow,
  trendingListing,
} from '../lists/named-lists.ts';
import { languageParam, pageParam, regionParam } from '../lists/query-params.ts';
import { hash32 } from '../seeded-random.ts';

/** The parts of a request that decide its answer. */
type ApiRequest = { method: string; url: URL; authorization: string | undefined };

/** A kind of answer by how long TMDB caches it. */
type CacheKind = keyof typeof cachePeriods;

/** One request as a route sees it: `path` starts after `/3`. */
type Call = { world: World; path: string; query: URLSearchParams };

/** A resource: the paths it answers to and what it answers; `part` and `rest` are the captures of the pattern. */
type Route = {
  pattern: RegExp;
  cache?: CacheKind;
  answer: (call: Call, part: string, rest: string) => Answer;
};

const apiRoot = '/3';

/**
 * How long TMDB's own caches keep a kind of answer, in seconds: up to 395 s was reported for trending, hours for details.
 * Lists that change once a day lie between the two.
 */
const cachePeriods = { trending: 395, list: 3600, details: 28_800, fixed: 86_400 } as const;

/** The answer of `/configuration`, as in the example of TMDB's OpenAPI document: where images are and in which sizes. */
const configurationAnswer = {
  images: {
    base_url: 'http://image.tmdb.org/t/p/',
    secure_base_url: 'https://image.tmdb.org/t/p/',
    backdrop_sizes: ['w300', 'w780', 'w1280', 'original'],
    logo_sizes: ['w45', 'w92', 'w154', 'w185', 'w300', 'w500', 'original'],
    poster_sizes: ['w92', 'w154', 'w185', 'w342', 'w500', 'w780', 'original'],
    profile_sizes: ['w45', 'w185', 'h632', 'original'],
    still_sizes: ['w92', 'w185', 'w300', 'original'],
  },
  change_keys: `
    adult air_date also_known_as alternative_titles biography birthday budget cast certifications character_names
    created_by crew deathday episode episode_number episode_run_time freebase_id freebase_mid general genres
    guest_stars homepage images imdb_id languages name network origin_country original_name original_title overview
    parts place_of_birth plot_keywords production_code production_companies production_countries releases revenue
    runtime season season_number season_regular spoken_languages status tagline title translations tvdb_id tvrage_id
    type video videos
  `
    .trim()
    .split(/\s+/),
};

/** All resources below `/3`. A path that no pattern matches is a 404. */
const routes: readonly Route[] = [
  { pattern: /^\/authentication$/, answer: () => statusAnswer(1) },
  { pattern: /^\/configuration$/, cache: 'fixed', answer: () => ok(configurationAnswer) },
  {
    pattern: /^\/movie\/(popular|top_rated|now_playing|upcoming)$/,
    cache: 'list',
    answer: (call, name) => listed(call, movieListing(call.world, name as MovieListName, regionParam(call.query))),
  },
  {
    pattern: /^\/tv\/(popular|top_rated|airing_today|on_the_air)$/,
    cache: 'list',
    answer: (call, name) => listed(call, seriesListing(call.world, name as SeriesListName)),
  },
  {
    pattern: /^\/trending\/(all|movie|tv|person)\/(day|week)$/,
    cache: 'trending',
    answer: (call, media, window) =>
      listed(call, trendingListing(call.world, media as TrendingMedia, window as TrendingWindow)),
  },
  {
    pattern: /^\/discover\/(movie|tv)$/,
    cache: 'list',
    answer: (call, media) => listed(call, discoverListing(call.world, media as MediaType, call.query)),
  },
  {
    pattern: /^\/genre\/(movie|tv)\/list$/,
    cache: 'fixed',
    answer: ({ query }, media) => ok({ genres: namedGenres(media as MediaType, languageParam(query)) }),
  },
  {
    pattern: /^\/(movie|tv)\/changes$/,
    cache: 'list',
    answer: ({ world, query }, media) => changedTitles(world, media as MediaType, query),
  },
  { pattern: /^\/find\/([^/]+)$/, cache: 'details', answer: ({ world, query }, id) => foundTitles(world, id, query) },
  {
    pattern: /^\/watch\/providers\/(?:movie|tv)$/,
    cache: 'fixed',
    answer: ({ query }) => ok({ results: providerList(regionParam(query, 'watch_region')) }),
  },
  { pattern: /^\/(movie|tv)\/(\d{1,9})\/(.+)$/, cache: 'details', answer: partOfTitle },
  // A slug after the id is ignored, as at TMDB.
  { pattern: /^\/(movie|tv)\/(\d{1,9})(?:-[^/]*)?$/, cache: 'details', answer: detailed },
];

/**
 * The answer to a request below `/3`. Checked in this order: the token, the path, the method, the parameters. `token` is
 * the only one accepted; `undefined` accepts any.
 */
export function answerRequest(request: ApiRequest, world: World, token: string | undefined): Answer {
  const { url, method, authorization } = request;
  if (!isAuthorized({ authorization, apiKey: url.searchParams.get('api_key') }, token)) {
    return statusAnswer(7);
  }
  const path = url.pathname.startsWith(`${apiRoot}/`) ? url.pathname.slice(apiRoot.length) : '';
  const route = routes.find(({ pattern }) => pattern.test(path));
  if (route === undefined) {
    return statusAnswer(34);
  }
  if (method !== 'GET') {
    return statusAnswer(42);
  }
  try {
    return answerOf(route, { world, path, query: url.searchParams });
  } catch (error) {
    if (error instanceof ApiFailure) {
      return statusAnswer(error.code);
    }
    throw error;
  }
}

/**
 * Whether a request may read: by `Authorization: Bearer TOKEN` or, as at TMDB, by the `api_key` parameter. Without a
 * `token` to compare with, any that is not empty is accepted.
 */
function isAuthorized({ authorization, apiKey }: Credentials, token: string | undefined): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return [bearer, apiKey].some((given) => given && (token === undefined || given === token));
}

/** The answer of a route to a call, with its `max-age`. Throws an ApiFailure where a parameter cannot be read. */
function answerOf(route: Route, call: Call): Answer {
  const [, part = '', rest = ''] = route.pattern.exec(call.path) ?? [];
  const answer = route.answer(call, part, rest);
  return route.cache === undefined || answer.status !== 200
    ? answer
    : { ...answer, maxAgeSeconds: maxAgeSeconds(route.cache, call.path, call.world.nowMs) };
}

/**
 * `max-age` in seconds: what is left of the period of TMDB's cache, at least 1. Each `path` has its own phase, so two
 * lists rarely expire together.
 */
function maxAgeSeconds(kind: CacheKind, path: string, nowMs: number): number {
  const period = cachePeriods[kind];
  const phase = hash32(0, path) % period;
  return period - ((Math.floor(nowMs / 1000) + phase) % period);
}

/** The credentials of a request. */
type Credentials = { authorization: string | undefined; apiKey: string | null };

function listed({ world, query }: Call, listing: Listing): Answer {
  return listAnswer(world, listing, pageParam(query), languageParam(query));
}

function detailed({ world, query }: Call, part: string, id: string): Answer {
  const title = titleOf(world, part, id);
  if (title === undefined) {
    return statusAnswer(34);
  }
  const describe = title.mediaType === 'movie' ? movieDetails : seriesDetails;
  return ok({ ...describe(title, languageParam(query), world.nowMs), ...appendedParts(title, { world, query }) });
}

/** A part by itself: the body that it has when it is appended, and the id. */
function partOfTitle({ world, path, query }: Call, part: string, id: string): Answer {
  const title = titleOf(world, part, id);
  const name = path.split('/').slice(3).join('/');
  if (title !== undefined && name === 'changes') {
    return changesOfTitle(world, title, query);
  }
  const body = title && partOf(title, name, { world, query });
  return title === undefined || body === undefined ? statusAnswer(34) : ok({ id: title.id, ...body });
}

function titleOf(world: World, media: string, id: string) {
  return world.catalogue.byId[media as MediaType].get(Number(id));
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

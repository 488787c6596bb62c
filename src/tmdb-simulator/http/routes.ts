import { type Answer, statusAnswer } from '../answers/answer.ts';
import { appendedParts } from '../answers/appended.ts';
import { configurationAnswer } from '../answers/configuration.ts';
import { listAnswer } from '../answers/list-answer.ts';
import { movieDetails } from '../answers/movie-details.ts';
import { seriesDetails } from '../answers/series-details.ts';
import { namedGenres } from '../genres/genre-names.ts';
import { discoverListing } from '../lists/discover-listing.ts';
import { discoverQuery } from '../lists/discover-query.ts';
import type { Listing } from '../lists/listing.ts';
import { type MovieListName, movieListing } from '../lists/movie-listing.ts';
import { languageParam, pageParam, regionParam } from '../lists/query-params.ts';
import { type SeriesListName, seriesListing } from '../lists/series-listing.ts';
import { type TrendingMedia, type TrendingWindow, trendingListing } from '../lists/trending-listing.ts';
import type { MediaType } from '../media-type.ts';
import type { World } from '../world.ts';
import { type CacheKind, maxAgeSeconds } from './max-age.ts';

/** One request as a route sees it: `path` starts after `/3`. */
export type Call = { world: World; path: string; query: URLSearchParams };

/** A resource: the paths it answers to and what it answers; `part` and `rest` are what the pattern caught. */
export type Route = {
  pattern: RegExp;
  cache?: CacheKind;
  answer: (call: Call, part: string, rest: string) => Answer;
};

/** Everything that can be read below `/3`. A path that no pattern matches does not exist. */
export const routes: readonly Route[] = [
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
  { pattern: /^\/discover\/(movie|tv)$/, cache: 'list', answer: discovered },
  {
    pattern: /^\/genre\/(movie|tv)\/list$/,
    cache: 'fixed',
    answer: ({ query }, media) => ok({ genres: namedGenres(media as MediaType, languageParam(query)) }),
  },
  // A slug after the id is ignored, as on TMDB's own pages.
  { pattern: /^\/(movie|tv)\/(\d{1,9})(?:-[^/]*)?$/, cache: 'details', answer: detailed },
];

/** The answer of a route to a call, with its `max-age`. Throws an ApiFailure where a parameter cannot be read. */
export function answerOf(route: Route, call: Call): Answer {
  const [, part = '', rest = ''] = route.pattern.exec(call.path) ?? [];
  const answer = route.answer(call, part, rest);
  return route.cache === undefined || answer.status !== 200
    ? answer
    : { ...answer, maxAgeSeconds: maxAgeSeconds(route.cache, call.path, call.world.nowMs) };
}

function listed({ world, query }: Call, listing: Listing): Answer {
  return listAnswer(world, listing, pageParam(query), languageParam(query));
}

function discovered(call: Call, part: string): Answer {
  const asked = discoverQuery(part as MediaType, call.query);
  const text = new URLSearchParams(call.query);
  // Neither changes the order, and a secret must not become part of a key.
  for (const name of ['page', 'language', 'api_key']) {
    text.delete(name);
  }
  text.sort();
  return listed(call, discoverListing(call.world, asked, text.toString()));
}

function detailed({ world, query }: Call, part: string, id: string): Answer {
  const mediaType = part as MediaType;
  const title = world.catalogue.byId[mediaType].get(Number(id));
  if (title === undefined) {
    return statusAnswer(34);
  }
  const describe = mediaType === 'movie' ? movieDetails : seriesDetails;
  return ok({ ...describe(title, languageParam(query), world.nowMs), ...appendedParts(title, query) });
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

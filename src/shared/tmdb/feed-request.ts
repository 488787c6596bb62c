import { dayMs } from '../core/clock.ts';
import { PermanentError } from '../core/errors.ts';
import { type Feed, feedKindOf, genreIdOf, globalRegion, keywordIdOf, type MediaType } from '../core/feed.ts';
import { customFeedOf, customFeedProblem, notConfigured, queryAt } from '../core/feed-rules.ts';
import { languageOf } from '../core/places/known-places.ts';
import { snapshotTimeMs } from '../core/snapshot.ts';
import type { ExternalId } from '../queues/details/detail-kinds.ts';
import type { FetchJob } from '../queues/fetch-job.ts';
import { mediaOfServices, type ReferenceName } from '../queues/reference.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { appendedMembers } from './normalize-whole-title.ts';
import type { TmdbRequest } from './tmdb-port.ts';

/** Regional trends are titles that were released in this window and are popular now, since TMDB's trending lists have no regions. */
const trendWindowDays = 60;
const anyMonetization = 'flatrate|free|ads|rent|buy';

/**
 * The request for one page of a feed. Its dates come from the snapshot, so a job sends the same request at any time.
 * @throws PermanentError for an own feed that the settings do not have.
 */
export function feedRequest(job: Pick<FetchJob, 'feed' | 'page' | 'snapshot'>, settings: Settings): TmdbRequest {
  const { feed, page, snapshot } = job;
  const { path, query } = listing(feed, snapshotTimeMs(snapshot), settings);
  return { path, query: { language: feed.language, page: String(page), ...query } };
}

function listing(feed: Feed, atMs: number, settings: Settings): TmdbRequest {
  switch (feedKindOf(feed)) {
    case 'popular':
      return popular(feed);
    case 'trending':
      return feed.region === globalRegion
        ? { path: `/trending/${feed.media}/day`, query: {} }
        : regionalTrend(feed, atMs);
    case 'hidden_gems': {
      const { minVoteAverage, minVoteCount, maxVoteCount } = settings.feeds.hidden_gems;
      return discover(feed, 'vote_average.desc', {
        'vote_average.gte': String(minVoteAverage),
        'vote_count.gte': String(minVoteCount),
        'vote_count.lte': String(maxVoteCount),
      });
    }
    case 'award_winning': {
      const { minVoteAverage, minVoteCount } = settings.feeds.award_winning;
      return discover(feed, 'vote_average.desc', {
        'vote_average.gte': String(minVoteAverage),
        'vote_count.gte': String(minVoteCount),
      });
    }
    case 'local_originals':
      return discover(feed, 'popularity.desc', {
        with_origin_country: feed.region,
        'vote_count.gte': String(settings.feeds.local_originals.minVoteCount),
      });
    case 'genre':
      return discover(feed, 'popularity.desc', {
        with_genres: String(genreIdOf(feed.category)),
        'vote_count.gte': String(settings.feeds.genre.minVoteCount),
      });
    case 'keyword':
      return discover(feed, 'popularity.desc', {
        with_keywords: String(keywordIdOf(feed.category)),
        'vote_count.gte': String(settings.feeds.keyword.minVoteCount),
      });
    case 'custom':
      return ownQuery(feed, atMs, settings);
  }
}

function ownQuery(feed: Feed, atMs: number, settings: Settings): TmdbRequest {
  const own = customFeedOf(feed.category, settings);
  const problem = customFeedProblem(feed, settings);
  if (own === undefined || problem !== undefined) {
    throw new PermanentError(notConfigured, problem ?? feed.category);
  }
  return discover(feed, 'popularity.desc', queryAt(own, atMs));
}

function popular(feed: Feed): TmdbRequest {
  if (feed.region === globalRegion) {
    return { path: `/${feed.media}/popular`, query: {} };
  }
  // /tv/popular ignores `region`. The regional list is what can be watched in the country, by popularity.
  return feed.media === 'movie'
    ? { path: '/movie/popular', query: { region: feed.region } }
    : discover(feed, 'popularity.desc', watchableIn(feed.region));
}

function regionalTrend(feed: Feed, atMs: number): TmdbRequest {
  const from = isoDate(atMs - trendWindowDays * dayMs);
  const to = isoDate(atMs);
  return feed.media === 'movie'
    ? discover(feed, 'popularity.desc', {
        region: feed.region,
        'release_date.gte': from,
        'release_date.lte': to,
        with_release_type: '2|3|4',
      })
    : discover(feed, 'popularity.desc', { ...watchableIn(feed.region), 'air_date.gte': from, 'air_date.lte': to });
}

function discover(feed: Feed, sortBy: string, query: Record<string, string>): TmdbRequest {
  return { path: `/discover/${feed.media}`, query: { sort_by: sortBy, include_adult: 'false', ...query } };
}

function watchableIn(region: string): Record<string, string> {
  return { watch_region: region, with_watch_monetization_types: anyMonetization };
}

function isoDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/**
 * The request for a title with everything that is kept of it: its parts are appended, in the default language.
 * @param without - members that are not asked for.
 */
export function wholeTitleRequest(
  mediaType: MediaType,
  id: number,
  settings: Settings,
  without: readonly string[] = [],
): TmdbRequest {
  const language = settings.defaultLanguage;
  const members = appendedMembers(mediaType).filter((member) => !without.includes(member));
  return {
    path: `/${mediaType}/${id}`,
    query: {
      language,
      append_to_response: members.join(','),
      // Without it videos are in `language` only, which most titles have none in but English; `null` is without words.
      include_video_language: [...new Set([languageOf(language), 'en', 'null'])].join(','),
    },
  };
}

/** The request for one title in one language. */
export function titleRequest(mediaType: MediaType, id: number, language: string): TmdbRequest {
  return { path: `/${mediaType}/${id}`, query: { language } };
}

/** The request for the titles that have an id elsewhere, with their cards in `language`. */
export function findRequest({ source, id }: ExternalId, language: string): TmdbRequest {
  return { path: `/find/${id}`, query: { external_source: `${source}_id`, language } };
}

/** The request for reference data. */
export function referenceRequest(what: ReferenceName, { defaultLanguage }: Settings): TmdbRequest {
  const mediaType = mediaOfServices(what);
  return mediaType === undefined
    ? { path: '/configuration', query: {} }
    : { path: `/watch/providers/${mediaType}`, query: { language: defaultLanguage } };
}

/** The request for one page of the titles that changed on a UTC day (`YYYY-MM-DD`). */
export function changesRequest(mediaType: MediaType, day: string, page: number): TmdbRequest {
  return { path: `/${mediaType}/changes`, query: { start_date: day, end_date: day, page: String(page) } };
}

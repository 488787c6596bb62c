import { readSharedJson } from './shared-data.ts';
import type { Json } from './title-comparer.ts';

type Recording = { file: string; endpoint: string };
type Answer = Json & { id: number };

/** An answer about one title, recorded or put together of recorded parts. */
export type RecordedTitle = { name: string; mediaType: 'movie' | 'tv'; answer: Answer };

/** Members of the whole answer by the ends of their endpoints. */
const parts = [
  ...[
    'credits',
    'aggregate_credits',
    'keywords',
    'external_ids',
    'release_dates',
    'content_ratings',
    'watch/providers',
  ],
  ...['videos', 'recommendations', 'translations'],
];

/** The folder of the recordings below the shared data. */
export const detailsFolder = 'tmdb/details';

/** All recordings of details. */
export function detailRecordings(): Recording[] {
  return readSharedJson(`${detailsFolder}/index.json`) as Recording[];
}

export function recordedBody(file: string): Answer {
  return readSharedJson(`${detailsFolder}/${file}`) as Answer;
}

/** Recorded answers with parts appended, as they are. */
export function appendedRecordings(): RecordedTitle[] {
  const whole = detailRecordings().filter(({ endpoint }) => endpoint.includes('append_to_response'));
  const base = detailRecordings().filter(({ endpoint }) => /^(movie|tv)\/details$/.test(endpoint));
  return [...whole, ...base]
    .filter(({ endpoint }) => !endpoint.startsWith('collection'))
    .map(({ file, endpoint }) => ({ name: file, mediaType: mediaOf(endpoint), answer: recordedBody(file) }));
}

/** For each recorded part an answer of which it is the only part. */
export function partRecordings(): RecordedTitle[] {
  return detailRecordings().flatMap(({ file, endpoint }) => {
    const [, media, member = ''] = /^(movie|tv)\/\{id\}\/(.+)$/.exec(endpoint) ?? [];
    if (media === undefined || !parts.includes(member)) {
      return [];
    }
    const mediaType = mediaOf(endpoint);
    return [{ name: file, mediaType, answer: { ...plainTitle(mediaType), [member]: recordedBody(file) } }];
  });
}

/** Whole answers: the details and the recorded parts of one title, from one source each. */
export function wholeRecordings(): RecordedTitle[] {
  const jdrouet = 'jdrouet-tmdb-api/movie-';
  const swift = 'brettohland-swift-tmdb/TVSeries';
  const official = 'openapi-examples/tv-';
  return [
    {
      name: 'movie 550',
      mediaType: 'movie',
      answer: {
        ...(readSharedJson('tmdb/jdrouet-tmdb-api/movie-details.json') as Answer),
        credits: recordedBody(`${jdrouet}credits.json`),
        keywords: recordedBody(`${jdrouet}keywords.json`),
        external_ids: recordedBody(`${jdrouet}external-ids.json`),
        release_dates: recordedBody(`${jdrouet}release-dates.json`),
        'watch/providers': recordedBody(`${jdrouet}watch-providers.json`),
        videos: recordedBody(`${jdrouet}videos.json`),
        translations: recordedBody(`${jdrouet}translations.json`),
        recommendations: recordedBody('18months-themoviedb-api/movie/recommendations.json'),
      },
    },
    {
      name: 'tv 1396',
      mediaType: 'tv',
      answer: {
        ...recordedBody(`${swift}Details.json`),
        aggregate_credits: recordedBody(`${swift}AggregateCredits.json`),
        keywords: recordedBody(`${swift}Keywords.json`),
        external_ids: recordedBody(`${swift}ExternalIDs.json`),
        content_ratings: recordedBody(`${swift}ContentRatings.json`),
        'watch/providers': recordedBody(`${swift}WatchProviders.json`),
        videos: recordedBody(`${swift}Videos.json`),
        translations: recordedBody(`${swift}Translations.json`),
        recommendations: recordedBody(`${swift}Recommendations.json`),
      },
    },
    {
      name: 'tv 1399',
      mediaType: 'tv',
      answer: {
        ...(readSharedJson('tmdb/jdrouet-tmdb-api/tv-details.json') as Answer),
        aggregate_credits: recordedBody(`${official}aggregate_credits.json`),
        keywords: recordedBody(`${official}keywords.json`),
        external_ids: recordedBody(`${official}external_ids.json`),
        content_ratings: recordedBody('jdrouet-tmdb-api/tv-content-ratings.json'),
        'watch/providers': recordedBody(`${official}watch-providers.json`),
        videos: recordedBody(`${official}videos.json`),
        translations: recordedBody(`${official}translations.json`),
        recommendations: recordedBody(`${swift}Recommendations.json`),
      },
    },
  ];
}

function mediaOf(endpoint: string): 'movie' | 'tv' {
  return endpoint.startsWith('movie') ? 'movie' : 'tv';
}

function plainTitle(mediaType: 'movie' | 'tv'): Answer {
  const texts =
    mediaType === 'movie' ? { title: 'A', original_title: 'B' } : { name: 'A', original_name: 'B', created_by: [] };
  return {
    id: 7,
    ...texts,
    overview: '',
    status: '',
    genres: [],
    number_of_seasons: 1,
    number_of_episodes: 1,
    in_production: false,
  };
}

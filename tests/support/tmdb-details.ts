import { movieRow, seriesRow } from './tmdb-rows.ts';

/** A film as TMDB describes it on its own; members given replace its own, `undefined` ones are missing. */
export function movieDetails(over: Record<string, unknown> = {}): Record<string, unknown> {
  const { genre_ids: _ids, ...row } = movieRow();
  return {
    ...row,
    budget: 63_000_000,
    genres: [
      { id: 18, name: 'Drama' },
      { id: 53, name: 'Thriller' },
    ],
    imdb_id: 'tt0137523',
    origin_country: ['US'],
    runtime: 139,
    status: 'Released',
    ...over,
  };
}

/** A series as TMDB describes it on its own; members given replace its own. */
export function seriesDetails(over: Record<string, unknown> = {}): Record<string, unknown> {
  const { genre_ids: _ids, ...row } = seriesRow();
  return { ...row, genres: [{ id: 80, name: 'Crime' }], number_of_seasons: 5, status: 'Ended', ...over };
}

/** The same film with all parts appended; members given replace its own, `undefined` ones are missing. */
export function wholeMovie(over: Record<string, unknown> = {}): Record<string, unknown> {
  const norton = { id: 819, name: 'Edward Norton', character: 'Narrator ', profile_path: '/norton.jpg', order: 0 };
  const release = { type: 3, release_date: '1999-10-15T00:00:00.000Z' };
  return present({
    ...movieDetails(),
    keywords: { keywords: [{ id: 825, name: 'support group' }] },
    credits: {
      cast: [
        { id: 287, name: 'Brad Pitt', character: '', profile_path: null, order: 1 },
        norton,
        { ...norton, order: 2 },
      ],
      crew: [
        { id: 7467, name: 'David Fincher', job: 'Director', department: 'Directing', profile_path: null },
        { id: 7468, name: 'Somebody', job: 'Gaffer', department: 'Lighting', profile_path: null },
      ],
    },
    external_ids: { imdb_id: 'tt0137523', wikidata_id: 'Q190050', facebook_id: 'FightClub', instagram_id: null },
    release_dates: {
      results: [
        { iso_3166_1: 'US', release_dates: [{ ...release, certification: 'R' }] },
        { iso_3166_1: 'DE', release_dates: [{ ...release, certification: '18 ' }] },
        { iso_3166_1: 'FR', release_dates: [{ ...release, certification: '16' }] },
      ],
    },
    'watch/providers': {
      results: {
        US: {
          link: 'https://www.themoviedb.org/movie/550/watch?locale=US',
          flatrate: [service(337, 20), service(9, 10), service(337, 20)],
          buy: [service(2, 5)],
        },
        FR: { link: 'https://www.themoviedb.org/movie/550/watch?locale=FR', flatrate: [service(8, 1)] },
      },
    },
    videos: {
      results: [
        { site: 'Dailymotion', key: 'x', type: 'Trailer', official: true, iso_639_1: 'en' },
        {
          site: 'YouTube',
          key: 'dfeUzm6KF4g',
          type: 'Trailer',
          official: true,
          iso_639_1: 'en',
          published_at: '2015-01-01',
        },
        {
          site: 'YouTube',
          key: 'behind',
          type: 'Featurette',
          official: true,
          iso_639_1: 'en',
          published_at: '2015-01-01',
        },
      ],
    },
    recommendations: {
      results: [
        { id: 807, media_type: 'movie', adult: false },
        { id: 6, media_type: 'person' },
      ],
    },
    translations: {
      translations: [
        { iso_639_1: 'de', iso_3166_1: 'DE', data: { title: 'Der Kampfklub', overview: 'Ein Klub.', tagline: '' } },
      ],
    },
    ...over,
  });
}

/** The same series with all parts appended; members given replace its own, `undefined` ones are missing. */
export function wholeSeries(over: Record<string, unknown> = {}): Record<string, unknown> {
  const writer = { job: 'Writer', episode_count: 13 };
  return present({
    ...seriesDetails(),
    created_by: [{ id: 66_633, name: 'Vince Gilligan', profile_path: null }],
    number_of_episodes: 62,
    in_production: false,
    episode_run_time: [],
    last_episode_to_air: { season_number: 5, episode_number: 16, air_date: '2013-09-29', name: 'Felina', runtime: 47 },
    next_episode_to_air: null,
    keywords: { results: [{ id: 2231, name: 'drug dealer' }] },
    aggregate_credits: {
      cast: [
        {
          id: 1,
          name: 'Somebody Else',
          roles: [{ character: 'Guest', episode_count: 2 }],
          total_episode_count: 2,
          order: 0,
        },
        {
          ...{ id: 17_419, name: 'Bryan Cranston', total_episode_count: 62, order: 7 },
          roles: [
            { character: 'Voice', episode_count: 1 },
            { character: 'Walter White', episode_count: 61 },
          ],
        },
      ],
      crew: [
        {
          id: 66_633,
          name: 'Vince Gilligan',
          jobs: [{ job: 'Producer', episode_count: 62 }, writer],
          total_episode_count: 62,
        },
      ],
    },
    external_ids: { imdb_id: 'tt0903747', tvdb_id: '81189', wikidata_id: '', tvrage_id: '18164' },
    content_ratings: {
      results: [
        { iso_3166_1: 'US', rating: 'TV-MA' },
        { iso_3166_1: 'DE', rating: '16' },
        { iso_3166_1: 'DE', rating: '18' },
      ],
    },
    'watch/providers': { results: {} },
    videos: { results: [] },
    recommendations: { results: [] },
    translations: { translations: [] },
    ...over,
  });
}

function service(id: number, priority: number): Record<string, unknown> {
  return { provider_id: id, provider_name: `Service ${id}`, logo_path: '/logo.jpg', display_priority: priority };
}

function present(answer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
}

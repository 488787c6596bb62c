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

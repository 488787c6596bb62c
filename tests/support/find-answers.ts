import type { TmdbAnswer, TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { healthyTmdb } from './film-pages.ts';
import { jsonAnswer } from './scripted-tmdb.ts';

/** Rows of TMDB's `/find` by its lists. */
export type FoundRows = {
  movie?: readonly unknown[];
  tv?: readonly unknown[];
  person?: readonly unknown[];
  episode?: readonly unknown[];
};

/** TMDB's answer to `/find`. */
export function findBody({ movie = [], tv = [], person = [], episode = [] }: FoundRows = {}): TmdbAnswer {
  return jsonAnswer(200, {
    movie_results: movie,
    person_results: person,
    tv_results: tv,
    tv_episode_results: episode,
    tv_season_results: [],
  });
}

/** TMDB where `/find` answers `found` of the request, and everything else is well. */
export function findingTmdb(found: (request: TmdbRequest) => TmdbAnswer) {
  return (request: TmdbRequest): TmdbAnswer =>
    request.path.startsWith('/find/') ? found(request) : healthyTmdb(request);
}

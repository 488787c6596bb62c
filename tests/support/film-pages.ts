import type { TmdbAnswer, TmdbRequest } from '../../src/shared/tmdb/tmdb-port.ts';
import { jsonAnswer, tmdbError } from './scripted-tmdb.ts';
import { listPage, movieRow } from './tmdb-rows.ts';

/** A page of twenty films, ids from `firstId` on. */
export function filmPage(firstId = 1_001): TmdbAnswer {
  const films = Array.from({ length: 20 }, (_, index) =>
    movieRow({ id: firstId + index, title: `Film ${index + 1}`, original_title: `Film ${index + 1}` }),
  );
  return jsonAnswer(200, listPage(...films));
}

/** A film's details, as `/movie/{id}` gives them. */
export function filmDetails(id: number, over: Record<string, unknown> = {}): TmdbAnswer {
  const { genre_ids: _ids, ...row } = movieRow({ id, title: `Film ${id}`, original_title: `Film ${id}`, ...over });
  return jsonAnswer(200, { ...row, genres: [{ id: 18, name: 'Drama' }], runtime: 139 });
}

/** TMDB where every list is `filmPage()` and every id below a million a film. */
export function healthyTmdb({ path }: TmdbRequest): TmdbAnswer {
  const id = Number(/^\/(?:movie|tv)\/(\d+)$/.exec(path)?.[1]);
  if (Number.isNaN(id)) {
    return filmPage();
  }
  return id < 1_000_000 ? filmDetails(id) : tmdbError(404, 34);
}

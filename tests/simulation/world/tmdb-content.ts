import { hourMs } from '../../../src/shared/core/clock.ts';
import type { TmdbRequest } from '../../../src/shared/tmdb/tmdb-port.ts';
import { listPage, movieRow, seriesRow } from '../../support/tmdb-rows.ts';
import type { Faults } from './faults.ts';
import type { HistoryPlan } from './history-plan.ts';
import { type Draws, textHash } from './random-stream.ts';
import { errorReply, jsonReply, type Reply } from './tmdb-reply.ts';

/** Ids of all films and series: few, so that lists overlap and rows meet. */
export const films = [1, 2, 3, 4, 5, 6, 7, 8, 9];
export const series = [51, 52, 53, 54, 55, 56, 57];

/** Answers requests with content that changes with time: votes grow, lists drift, and move between two pages where `listsMove`. */
export function contentOf({ seed, world }: HistoryPlan, faults: () => Faults, draws: Draws) {
  let moves = 0;
  const idsOf = ({ path, query }: TmdbRequest, nowMs: number): number[] => {
    const drift = Math.floor(nowMs / (6 * hourMs)) + moves;
    const among = path.includes('/all/') ? [...films, ...series] : path.includes('tv') ? series : films;
    const list = `${seed} ${path} ${query.region ?? ''} ${query.with_genres ?? ''}`;
    const place = (id: number) => (textHash(`${list} ${id}`) % 97) + ((drift * id) % 31);
    return [...among].sort((a, b) => place(a) - place(b) || a - b);
  };
  const page = (request: TmdbRequest, nowMs: number): unknown => {
    moves += draws.chance(faults().listsMove) ? 1 : 0;
    const from = (Number(request.query.page) - 1) * world.rowsPerPage;
    const ids = idsOf(request, nowMs).slice(from, from + world.rowsPerPage);
    const twin = draws.chance(faults().twins) ? ids.slice(0, 1) : [];
    const rows = [...ids, ...twin].map((id) => rowOf(id, request.query.language ?? '', nowMs));
    return { ...listPage(...rows), page: Number(request.query.page) };
  };
  return (request: TmdbRequest, nowMs: number): Reply => {
    const afterMs = draws.between(40, 400);
    const other = otherContent(request.path, nowMs);
    if (other !== undefined) {
      return jsonReply(200, other, afterMs);
    }
    const id = Number(/^\/(?:movie|tv)\/(\d+)$/.exec(request.path)?.[1]);
    if (Number.isNaN(id)) {
      return jsonReply(200, page(request, nowMs), afterMs);
    }
    return films.includes(id) || series.includes(id)
      ? jsonReply(
          200,
          { ...detailsOf(id, request.query.language ?? '', nowMs), ...partsOf(id, request, nowMs) },
          afterMs,
        )
      : errorReply(404, 34, afterMs);
  };
}

/** The id at IMDb of a film or series. */
export function imdbIdOf(id = 0): string {
  return `tt${String(1_000_000 + id)}`;
}

/** What is neither a list nor a title: reference data, of which names change every few hours, and what has an id at IMDb. */
function otherContent(path: string, nowMs: number): Record<string, unknown> | undefined {
  const hours = Math.floor(nowMs / (7 * hourMs));
  const found = [...films, ...series].find((id) => path === `/find/${imdbIdOf(id)}`);
  if (path.startsWith('/find/')) {
    const isFilm = films.includes(found ?? 0);
    return { movie_results: isFilm ? [{ id: found }] : [], tv_results: isFilm ? [] : [{ id: found }] };
  }
  if (path === '/configuration') {
    return { images: { secure_base_url: 'https://image.tmdb.org/t/p/', poster_sizes: [`w${1 + (hours % 3)}`] } };
  }
  const services = [8, 9, 10].map((id) => ({ provider_id: id, provider_name: `Service ${id} of ${hours % 3}` }));
  return path.startsWith('/watch/providers/') ? { results: services } : undefined;
}

/** Texts are whole in both languages, so that nothing falls back. */
function rowOf(id: number, language: string, nowMs: number): Record<string, unknown> {
  const isFilm = films.includes(id);
  const original = `${isFilm ? 'Film' : 'Series'} ${id}`;
  const title = language === 'de-DE' ? `${original} auf Deutsch` : original;
  const hours = Math.floor(nowMs / hourMs);
  const common = {
    id,
    media_type: isFilm ? 'movie' : 'tv',
    overview: `${title}, told in a sentence.`,
    poster_path: `/p${id}.jpg`,
    vote_count: 100 * id + ((hours * id) % 400),
    popularity: 10 + ((hours * 7 + id) % 50),
    genre_ids: [id % 3, 18],
  };
  return isFilm
    ? movieRow({ ...common, title, original_title: original })
    : seriesRow({ ...common, name: title, original_name: original });
}

function detailsOf(id: number, language: string, nowMs: number): Record<string, unknown> {
  const { genre_ids: genreIds, ...row } = rowOf(id, language, nowMs);
  return { ...row, genres: (genreIds as number[]).map((genre) => ({ id: genre, name: `Genre ${genre}` })) };
}

/** The parts that were asked for, of which some fail each hour. What they say changes every few hours. */
function partsOf(id: number, { query }: TmdbRequest, nowMs: number): Record<string, unknown> {
  const hour = Math.floor(nowMs / hourMs);
  const names = [{ id: 1 + (Math.floor(hour / 5) % 3), name: 'keyword' }];
  const title = `Title ${id} auf Deutsch`;
  const german = { iso_639_1: 'de', iso_3166_1: 'DE', data: { title, name: title, overview: '' } };
  const known: Record<string, unknown> = {
    keywords: { keywords: names, results: names },
    external_ids: { imdb_id: imdbIdOf(id), tvdb_id: films.includes(id) ? null : id },
    videos: { results: [{ site: 'YouTube', key: `key${hour % 2}`, type: 'Trailer', iso_639_1: 'en', official: true }] },
    translations: { translations: [german] },
  };
  const asked = (query.append_to_response ?? '').split(',').filter((part) => Object.hasOwn(known, part));
  const answered = asked.filter((part) => textHash(`${id} ${part} ${hour}`) % 4 > 0);
  return Object.fromEntries(answered.map((part) => [part, known[part]]));
}

/**
 * MovieLens ml-latest-small kept outside the repository: 100,836 ratings of 610 people, 1996 to 2018. Source: F. M. Harper and
 * J. A. Konstan, The MovieLens Datasets, ACM TiiS 5(4), 2015. Its licence does not allow it to be passed on with this repository.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One rating of a film that has a TMDB id. */
export type Rating = { user: number; tmdbId: number; stars: number; atMs: number };

/** The ratings, oldest first, and the genres of each film as TMDB's ids. */
export type MovieLens = { ratings: readonly Rating[]; genres: ReadonlyMap<number, readonly number[]> };

/** Where the files are looked for, as seen from the repository. */
export const movieLensFolder = '../shared/data/movielens';

/** MovieLens's names as TMDB's movie genres (November 2026); TMDB has none for `Film-Noir` and `IMAX`. */
const tmdbGenres: Readonly<Record<string, number>> = {
  Action: 28,
  Adventure: 12,
  Animation: 16,
  Children: 10751,
  Comedy: 35,
  Crime: 80,
  Documentary: 99,
  Drama: 18,
  Fantasy: 14,
  Horror: 27,
  Musical: 10402,
  Mystery: 9648,
  Romance: 10749,
  'Sci-Fi': 878,
  Thriller: 53,
  War: 10752,
  Western: 37,
};

/** Reads the files; `undefined` where they are not there. */
export function readMovieLens(): MovieLens | undefined {
  const folder = resolve(import.meta.dirname, '../..', movieLensFolder);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd().split(/\r?\n/).slice(1);
  if (!['ratings.csv', 'links.csv', 'movies.csv'].every((name) => existsSync(join(folder, name)))) {
    return undefined;
  }
  const tmdbIds = new Map(read('links.csv').flatMap(tmdbIdOf));
  return {
    ratings: read('ratings.csv')
      .flatMap((line) => ratingOf(line, tmdbIds))
      .sort((a, b) => a.atMs - b.atMs || a.user - b.user || a.tmdbId - b.tmdbId),
    genres: new Map(read('movies.csv').flatMap((line) => genresOf(line, tmdbIds))),
  };
}

function tmdbIdOf(line: string): [movieId: string, tmdbId: number][] {
  const [movieId = '', , tmdbId = ''] = line.split(',');
  return tmdbId === '' ? [] : [[movieId, Number(tmdbId)]];
}

function ratingOf(line: string, tmdbIds: ReadonlyMap<string, number>): Rating[] {
  const [user, movieId = '', stars, atSeconds] = line.split(',');
  const tmdbId = tmdbIds.get(movieId);
  return tmdbId === undefined
    ? []
    : [{ user: Number(user), tmdbId, stars: Number(stars), atMs: Number(atSeconds) * 1_000 }];
}

/** The title in the middle may hold commas; the genres at the end hold none. */
function genresOf(line: string, tmdbIds: ReadonlyMap<string, number>): [tmdbId: number, genres: number[]][] {
  const tmdbId = tmdbIds.get(line.slice(0, line.indexOf(',')));
  const names = line.slice(line.lastIndexOf(',') + 1).split('|');
  return tmdbId === undefined ? [] : [[tmdbId, names.flatMap((name) => tmdbGenres[name] ?? [])]];
}

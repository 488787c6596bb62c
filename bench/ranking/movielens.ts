/**
 * MovieLens ml-latest-small kept outside the repository: 100,836 ratings of 610 people, 1996 to 2018. Source: F. M. Harper and
 * J. A. Konstan, The MovieLens Datasets, ACM TiiS 5(4), 2015. Its licence does not allow it to be passed on with this repository.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One rating of a film that has a TMDB id. */
export type Rating = { user: number; tmdbId: number; stars: number; atMs: number };

/** The ratings, oldest first, and of each film what MovieLens tells: genres as TMDB's ids, year, and keywords where there is a file of them. */
export type MovieLens = { ratings: readonly Rating[]; films: ReadonlyMap<number, Film> };

/** What is known of a film. `keywords`: TMDB's ids, at most 20. */
export type Film = { genres: readonly number[]; year: number | undefined; keywords?: readonly number[] | undefined };

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

/**
 * Reads the files of `folder`; `undefined` where they are not there. `keywords.csv` (tmdbId,keywordIds) may be there or in the usual folder: a
 * dump of 2017 without a licence, so it stays on this machine.
 */
export function readMovieLens(folder = resolve(import.meta.dirname, '../..', movieLensFolder)): MovieLens | undefined {
  const read = (path: string) => readFileSync(path, 'utf8').trimEnd().split(/\r?\n/).slice(1);
  const [ratings = '', links = '', movies = ''] = movieLensFiles.map((name) => join(folder, name));
  if (![ratings, links, movies].every((path) => existsSync(path))) {
    return undefined;
  }
  const tmdbIds = new Map(read(links).flatMap(tmdbIdOf));
  const keywordFile = [folder, resolve(import.meta.dirname, '../..', movieLensFolder)]
    .map((place) => join(place, 'keywords.csv'))
    .find((path) => existsSync(path));
  const keywords = new Map(keywordFile === undefined ? [] : read(keywordFile).map(keywordsOf));
  return {
    ratings: read(ratings)
      .flatMap((line) => ratingOf(line, tmdbIds))
      .sort((a, b) => a.atMs - b.atMs || a.user - b.user || a.tmdbId - b.tmdbId),
    films: new Map(read(movies).flatMap((line) => filmOf(line, tmdbIds, keywords))),
  };
}

/** The files that must be there. */
export const movieLensFiles = ['ratings.csv', 'links.csv', 'movies.csv'];

/** As many as are kept of a title (src/shared/queues/details/title-parts.ts). */
const mostKeywords = 20;

function keywordsOf(line: string): [tmdbId: number, keywords: number[]] {
  const [id = '', ids = ''] = line.split(',');
  return [Number(id), ids.split(' ').filter(Boolean).map(Number).slice(0, mostKeywords)];
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

/** The title in the middle may hold commas and ends in its year; the genres at the end hold none. */
function filmOf(
  line: string,
  tmdbIds: ReadonlyMap<string, number>,
  keywords: ReadonlyMap<number, readonly number[]>,
): [tmdbId: number, film: Film][] {
  const tmdbId = tmdbIds.get(line.slice(0, line.indexOf(',')));
  if (tmdbId === undefined) {
    return [];
  }
  const names = line.slice(line.lastIndexOf(',') + 1).split('|');
  const year = /\((\d{4})\)[^(]*$/.exec(line)?.[1];
  const film = {
    genres: names.flatMap((name) => tmdbGenres[name] ?? []),
    year: year === undefined ? undefined : Number(year),
    keywords: keywords.get(tmdbId),
  };
  return [[tmdbId, film]];
}

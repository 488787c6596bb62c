import { smoothNoise, unitFrom } from '../seeded-random.ts';
import type { WrittenLanguage } from './word-lists.ts';

/** The medium of a title, in TMDB's words. */
export type MediaType = 'movie' | 'tv';

/**
 * One movie or series in the catalogue: the fields that lists filter and sort by. Everything else (titles, overviews, image
 * paths, details) is generated from `seed` on demand. Days are whole days since 1970-01-01, UTC.
 */
export type CatalogueTitle = {
  mediaType: MediaType;
  id: number;
  /** Seed of everything that is generated for this title. */
  seed: number;
  originalLanguage: WrittenLanguage;
  originCountries: readonly string[];
  genreIds: readonly number[];
  /** Release or first air date; `undefined` where TMDB knows none. */
  releaseDay: number | undefined;
  /** The seasons of a series; `undefined` for movies. */
  seasons: Seasons | undefined;
  popularity: number;
  voteAverage: number;
  voteCount: number;
  adult: boolean;
  /** The day the figures above stand for; they drift from there. */
  builtOnDay: number;
};

/** A series as it airs: one episode a week, a new season every 52 weeks. */
export type Seasons = { count: number; episodesEach: number };

/** All titles by medium, in a list and by id. Adult titles are included. */
export type Catalogue = {
  seed: number;
  titles: Readonly<Record<MediaType, readonly CatalogueTitle[]>>;
  byId: Readonly<Record<MediaType, ReadonlyMap<number, CatalogueTitle>>>;
};

/** The figures that move: popularity (3 decimals), average vote (0 to 10) and number of votes. */
export type Figures = { popularity: number; voteAverage: number; voteCount: number };

/** Days between two turning points of a title's popularity: lists change from day to day, but keep their character. */
const popularityKnotDays = 6;
/** New votes a day for each point of popularity. */
const votesADay = 0.05;

/** Popularity and votes on a day, as every list gives them that day. */
export function figuresAt(title: CatalogueTitle, day: number): Figures {
  return {
    popularity: popularityAt(title, day),
    voteAverage: title.voteAverage,
    voteCount: voteCountAt(title, day),
  };
}

/** A title's popularity on a day (whole days since 1970-01-01), 3 decimals: within 25 % of the one it was built with. */
export function popularityAt(title: CatalogueTitle, day: number): number {
  const drift = 0.75 + 0.5 * smoothNoise(title.seed, 'popularity', day / popularityKnotDays);
  return round(title.popularity * drift, 3);
}

/** A title's number of votes on a day: it only grows, and a title without votes stays without. */
export function voteCountAt(title: CatalogueTitle, day: number): number {
  const elapsed = Math.max(0, day - title.builtOnDay);
  return title.voteCount === 0 ? 0 : title.voteCount + Math.floor(elapsed * title.popularity * votesADay);
}

/** Whether TMDB marks a movie as a video: about one in two hundred. */
export function isVideo(title: CatalogueTitle): boolean {
  return unitFrom(title.seed, 'video') < 0.005;
}

/** Rounds to `decimals`, the way the figures are stored. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

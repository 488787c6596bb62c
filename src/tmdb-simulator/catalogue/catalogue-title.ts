import type { MediaType } from '../media-type.ts';
import type { WrittenLanguage } from '../words/word-lists.ts';

/**
 * One movie or series as the catalogue keeps it: what lists filter and sort by. Everything else (titles, overviews, image
 * paths, details) is drawn from `seed` when it is asked for. Days are whole days since 1970-01-01, UTC.
 */
export type CatalogueTitle = {
  mediaType: MediaType;
  id: number;
  /** What this title's own draws start from. */
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

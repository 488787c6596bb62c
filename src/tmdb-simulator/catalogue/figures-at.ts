import { smoothNoise } from '../seeded-random.ts';
import type { CatalogueTitle } from './catalogue-title.ts';
import { type Figures, round } from './draw-figures.ts';

/** Days between two turning points of a title's popularity: lists change from day to day, but keep their character. */
const popularityKnotDays = 6;
/** New votes a day for each point of popularity. */
const votesADay = 0.05;

/** A title's popularity on a day (whole days since 1970-01-01), 3 decimals: within 25 % of the one it was built with. */
export function popularityAt(title: CatalogueTitle, day: number): number {
  const drift = 0.75 + 0.5 * smoothNoise(title.seed, 'popularity', day / popularityKnotDays);
  return round(title.popularity * drift, 3);
}

/** A title's votes on a day: they only grow, and what has none stays without. */
export function voteCountAt(title: CatalogueTitle, day: number): number {
  const elapsed = Math.max(0, day - title.builtOnDay);
  return title.voteCount === 0 ? 0 : title.voteCount + Math.floor(elapsed * title.popularity * votesADay);
}

/** Popularity and votes on a day, as every list gives them that day. */
export function figuresAt(title: CatalogueTitle, day: number): Figures {
  return {
    popularity: popularityAt(title, day),
    voteAverage: title.voteAverage,
    voteCount: voteCountAt(title, day),
  };
}

import { unitFrom } from '../seeded-random.ts';
import { regionalReleaseDay } from './availability.ts';
import type { CatalogueTitle } from './catalogue.ts';

/** Certifications of some countries, mildest first (examples of TMDB's OpenAPI document). */
const ofMovies: Readonly<Record<string, readonly string[]>> = {
  AU: ['G', 'PG', 'M', 'MA 15+', 'R 18+'],
  BR: ['L', '10', '12', '14', '16', '18'],
  CA: ['G', 'PG', '14A', '18A'],
  DE: ['0', '6', '12', '16', '18'],
  ES: ['A', '7', '12', '16', '18'],
  FR: ['TP', '12', '16', '18'],
  GB: ['U', 'PG', '12A', '15', '18'],
  IN: ['U', 'UA', 'A'],
  IT: ['T', '6+', '14+', '18+'],
  // Recorded: a blank behind it.
  JP: ['G', 'PG12 ', 'R15+', 'R18+'],
  KR: ['All', '12', '15', '18'],
  MX: ['A', 'B', 'B-15', 'C'],
  US: ['G', 'PG', 'PG-13', 'R', 'NC-17'],
};

const ofSeries: Readonly<Record<string, readonly string[]>> = {
  ...ofMovies,
  AU: ['G', 'PG', 'M', 'MA 15+'],
  IN: ['U', 'U/A 13+', 'A'],
  JP: [],
  KR: ['ALL', '7', '12', '15', '19'],
  US: ['TV-Y', 'TV-G', 'TV-PG', 'TV-14', 'TV-MA'],
};

/** Countries in which titles are rated (ISO 3166-1). */
export const ratedCountries = Object.keys(ofMovies);

/** A title's certification in a country, within a step of how strict it is anywhere; `''` where it has none. */
export function certificationIn(title: CatalogueTitle, country: string): string {
  const order = (title.mediaType === 'movie' ? ofMovies : ofSeries)[country] ?? [];
  const maturity = unitFrom(title.seed, 'maturity') + 0.15 * (unitFrom(title.seed, 'maturity', country) - 0.5);
  const isRated = unitFrom(title.seed, 'rated', country) < 0.8;
  return isRated ? (order[Math.max(0, Math.min(order.length - 1, Math.floor(maturity * order.length)))] ?? '') : '';
}

/** How strict a certification of movies is in a country, 0 the mildest; -1 for one that the country does not have. */
export function strictnessOf(certification: string, country: string): number {
  return (ofMovies[country] ?? []).findIndex((one) => one.trim() === certification.trim());
}

/** A release of a movie in a country: TMDB's type of release, the day (whole days since 1970-01-01), and its certification. */
export type Release = { type: number; day: number; certification: string };

const theatrical = 3;
const digital = 4;

/** The releases of a movie in a country, earliest first; none where it does not come out. Some certifications only a later one has. */
export function releasesIn(title: CatalogueTitle, country: string): readonly Release[] {
  const day = regionalReleaseDay(title, country);
  if (day === undefined) {
    return [];
  }
  const certification = certificationIn(title, country);
  const hasLater = unitFrom(title.seed, 'release again', country) < 0.2;
  const isLater = unitFrom(title.seed, 'rated later', country) < 0.2;
  const first = { type: theatrical, day, certification: hasLater && isLater ? '' : certification };
  return hasLater ? [first, { type: digital, day: day + 90, certification }] : [first];
}

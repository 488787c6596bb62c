import type { Random } from '../../shared/core/clock.ts';
import type { MediaType } from '../media-type.ts';
import { hash32, pickWeighted, seededRandom, unitFrom, wholeBetween } from '../seeded-random.ts';
import type { CatalogueTitle, Seasons } from './catalogue-title.ts';
import { drawFigures, type VoteScale } from './draw-figures.ts';
import { drawGenreIds } from './draw-genres.ts';
import { drawMovieIds, drawSeriesIds } from './draw-ids.ts';
import { drawReleaseDay, type ReleaseShares } from './draw-release-day.ts';
import { origins } from './origins.ts';

/** Everything the simulator knows, by medium, and by id for details. Titles that are marked adult are included. */
export type Catalogue = {
  seed: number;
  titles: Readonly<Record<MediaType, readonly CatalogueTitle[]>>;
  byId: Readonly<Record<MediaType, ReadonlyMap<number, CatalogueTitle>>>;
};

/** How many titles a catalogue holds, adult ones included. */
export const catalogueSize: Readonly<Record<MediaType, number>> = { movie: 5200, tv: 3200 };

const adultShare = 0.012;
const secondCountryShare = 0.12;

/** What differs between the media when a title is drawn. */
const traits: Readonly<Record<MediaType, { shares: ReleaseShares; votes: VoteScale }>> = {
  movie: {
    shares: { unknown: 0.015, upcoming: 0.08, recent: 0.1, oldestYears: 70 },
    votes: { median: 1.85, deviation: 1.1 },
  },
  tv: {
    shares: { unknown: 0.015, upcoming: 0.04, recent: 0.08, oldestYears: 45 },
    votes: { median: 1.75, deviation: 1.15 },
  },
};

/** Builds the catalogue of a seed around `today` (whole days since 1970-01-01): the same input gives the same catalogue. */
export function buildCatalogue(seed: number, today: number): Catalogue {
  const random = seededRandom(hash32(seed, 'ids'));
  const movieIds = drawMovieIds(random, catalogueSize.movie);
  const ids = { movie: movieIds, tv: drawSeriesIds(random, catalogueSize.tv, movieIds) };
  const titles = {
    movie: ids.movie.map((id) => drawTitle(seed, 'movie', id, today)),
    tv: ids.tv.map((id) => drawTitle(seed, 'tv', id, today)),
  };
  return { seed, titles, byId: { movie: indexById(titles.movie), tv: indexById(titles.tv) } };
}

function drawTitle(seed: number, mediaType: MediaType, id: number, today: number): CatalogueTitle {
  const titleSeed = hash32(seed, mediaType, id);
  const random = seededRandom(titleSeed);
  const origin = pickWeighted(origins, random.next());
  const releaseDay = drawReleaseDay(random, today, traits[mediaType].shares);
  const ageDays = releaseDay === undefined ? -1 : today - releaseDay;
  return {
    mediaType,
    id,
    seed: titleSeed,
    originalLanguage: origin.language,
    originCountries: drawCountries(random, origin.country),
    genreIds: drawGenreIds(random, mediaType),
    releaseDay,
    seasons: mediaType === 'tv' ? drawSeasons(random) : undefined,
    ...drawFigures(random, ageDays, traits[mediaType].votes),
    adult: unitFrom(titleSeed, 'adult') < adultShare,
    builtOnDay: today,
  };
}

function drawCountries(random: Random, first: string): readonly string[] {
  const second = pickWeighted(origins, random.next()).country;
  return random.next() < secondCountryShare && second !== first ? [first, second] : [first];
}

/** Most series end after a season or two; a few run for twelve. */
function drawSeasons(random: Random): Seasons {
  return { count: 1 + Math.floor(random.next() ** 2.5 * 12), episodesEach: wholeBetween(random, 6, 26) };
}

function indexById(titles: readonly CatalogueTitle[]): ReadonlyMap<number, CatalogueTitle> {
  return new Map(titles.map((title) => [title.id, title]));
}

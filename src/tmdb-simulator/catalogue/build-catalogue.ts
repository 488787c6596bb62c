import {
  hash32,
  nearlyNormal,
  pickAt,
  pickWeighted,
  type Random,
  seededRandom,
  unitFrom,
  wholeBetween,
} from '../seeded-random.ts';
import { type Catalogue, type CatalogueTitle, type Figures, type MediaType, round, type Seasons } from './catalogue.ts';
import { genreWeights } from './genres.ts';
import { origins } from './origins.ts';

/** How many titles a catalogue holds, adult ones included. */
const catalogueSize: Readonly<Record<MediaType, number>> = { movie: 5200, tv: 3200 };

/** Shares of the catalogue by release date, and the age of the oldest titles in years. */
type ReleaseShares = { unknown: number; upcoming: number; recent: number; oldestYears: number };

/** Distribution of the votes of a medium: median and standard deviation as exponents of ten. */
type VoteScale = { median: number; deviation: number };

/** The differences between the media. */
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

const adultShare = 0.012;
const secondCountryShare = 0.12;
/** Recorded: 110 of 1,396 list rows carry no genre; fewer here, so that genre lists stay full. */
const withoutGenre = 0.04;
const movieIdStep = 230;
const seriesIdStep = 85;
/** Every third series takes the id of a movie: 605 is a film and a series on TMDB too. */
const collisionStep = 3;
const upcomingDays = 200;
const recentDays = 75;
const daysAYear = 365.25;
/** How many decimals averages carry: mostly three, as in the recorded rows. */
const averageDecimals = [1, 2, 3, 3, 3];
const mostVotes = 38_500;
/** Averages of fewer votes are often whole numbers. */
const fewVotes = 8;

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

function indexById(titles: readonly CatalogueTitle[]): ReadonlyMap<number, CatalogueTitle> {
  return new Map(titles.map((title) => [title.id, title]));
}

/** Different movie ids, spread as TMDB's are: from small numbers to above a million. */
function drawMovieIds(random: Random, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => 2 + index * movieIdStep + wholeBetween(random, 0, 200));
}

/** Different series ids, of which every third is also the id of a movie. */
function drawSeriesIds(random: Random, count: number, movieIds: readonly number[]): readonly number[] {
  const taken = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const collides = index % collisionStep === 0;
    let id = (collides ? movieIds[index] : undefined) ?? 3 + index * seriesIdStep + wholeBetween(random, 0, 80);
    while (taken.has(id)) {
      id += 1;
    }
    taken.add(id);
  }
  return [...taken];
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

/** One to four different official genre ids, or none for a few titles. */
function drawGenreIds(random: Random, mediaType: MediaType): readonly number[] {
  if (random.next() < withoutGenre) {
    return [];
  }
  const ids = new Set<number>();
  const draws = wholeBetween(random, 1, 4);
  for (let draw = 0; draw < draws; draw += 1) {
    ids.add(pickWeighted(genreWeights[mediaType], random.next()).id);
  }
  return [...ids];
}

/**
 * A release day around `today`: a few unknown (`undefined`), some upcoming, some recent, the others fewer the older they are.
 * Days are whole days since 1970-01-01.
 */
function drawReleaseDay(random: Random, today: number, shares: ReleaseShares): number | undefined {
  const kind = random.next();
  if (kind < shares.unknown) {
    return undefined;
  }
  if (kind < shares.unknown + shares.upcoming) {
    return today + wholeBetween(random, 1, upcomingDays);
  }
  if (kind < shares.unknown + shares.upcoming + shares.recent) {
    return today - wholeBetween(random, 0, recentDays);
  }
  const age = random.next() ** 2 * shares.oldestYears * daysAYear;
  return today - recentDays - Math.floor(age);
}

/** Most series end after a season or two; a few run for twelve. */
function drawSeasons(random: Random): Seasons {
  return { count: 1 + Math.floor(random.next() ** 2.5 * 12), episodesEach: wholeBetween(random, 6, 26) };
}

/**
 * Draws figures with heavy tails: most titles have few votes, some have thousands, one in seven has none.
 * `ageDays` is negative before the release.
 */
function drawFigures(random: Random, ageDays: number, scale: VoteScale): Figures {
  const fame = nearlyNormal(random);
  const popularity = 10 ** (0.55 + 0.75 * fame) * newness(ageDays);
  const voteCount = drawVoteCount(random, fame, ageDays, scale);
  return { popularity: round(popularity, 3), voteAverage: drawVoteAverage(random, voteCount), voteCount };
}

function newness(ageDays: number): number {
  if (ageDays < 0) {
    return 1.5;
  }
  return ageDays < 90 ? 4 : 1;
}

function drawVoteCount(random: Random, fame: number, ageDays: number, scale: VoteScale): number {
  const spread = 0.6 * fame + 0.8 * nearlyNormal(random);
  const hasNone = random.next() < (ageDays < 0 ? 0.8 : 0.14);
  const ripeness = Math.min(1, 0.05 + Math.max(0, ageDays) / 400);
  const votes = Math.min(mostVotes, 10 ** (scale.median + scale.deviation * spread));
  return hasNone ? 0 : Math.floor(votes * ripeness);
}

function drawVoteAverage(random: Random, voteCount: number): number {
  const spread = nearlyNormal(random);
  const decimals = pickAt(averageDecimals, random.next());
  if (voteCount === 0) {
    return 0;
  }
  if (voteCount < fewVotes) {
    return Math.max(1, Math.min(10, Math.round(7 + 2.5 * spread)));
  }
  const average = 6 + 0.3 * Math.log10(voteCount) + 0.8 * spread;
  return round(Math.max(1.5, Math.min(9.3, average)), decimals);
}

/** Viewers whose liked titles follow a Zipf law over the simulator's own titles, the most popular first. */
import type { RecommendRequest, TitleRef } from '../src/reader/reader-api.ts';
import type { Clock, Random } from '../src/shared/core/clock.ts';
import { buildCatalogue } from '../src/tmdb-simulator/catalogue/build-catalogue.ts';
import { popularityAt } from '../src/tmdb-simulator/catalogue/catalogue.ts';
import { dayOfMs } from '../src/tmdb-simulator/clock.ts';
import { rankBy } from '../src/tmdb-simulator/lists/listing.ts';
import { pickAt, pickWeighted, seededRandom, wholeBetween } from '../src/tmdb-simulator/seeded-random.ts';

/** Requests by round: each round has its own. */
export type Workload = { name: string; rounds: readonly (readonly RecommendRequest[])[] };

const exponent = 1;
/** The simulator's own default: the catalogue must be the same. */
const catalogueSeed = 1;
const mostLiked = 5;
const askedGenreShare = 0.3;
/** Ids that movies and series share: animation, comedy, crime, documentary, drama, family, mystery, western. */
const genres = [16, 35, 80, 99, 18, 10751, 9648, 37];
const media = [
  { media: 'all', weight: 5 },
  { media: 'movie', weight: 3 },
  { media: 'tv', weight: 2 },
] as const;
/** DE is configured, FR is not. */
const places = [
  { weight: 60 },
  { region: 'DE', language: 'de-DE', weight: 25 },
  { region: 'FR', language: 'fr-FR', weight: 15 },
] as const;

/** `rounds` times `perRound` requests, each of another viewer. The same clock day gives the same requests. */
export function zipfWorkload(rounds: number, perRound: number, clock: Clock): Workload {
  const draw = zipfDraw(titlesByPopularity(clock));
  return {
    name: 'Zipf viewers',
    rounds: Array.from({ length: rounds }, (_, round) => {
      const random = seededRandom(round + 1);
      return Array.from({ length: perRound }, () => viewer(random, draw));
    }),
  };
}

function titlesByPopularity(clock: Clock): TitleRef[] {
  const today = dayOfMs(clock.nowMs());
  const { titles } = buildCatalogue(catalogueSeed, today);
  const shown = [...titles.movie, ...titles.tv].filter(({ adult }) => !adult);
  return rankBy(shown, (title) => popularityAt(title, today)).map(({ mediaType, id }) => ({ mediaType, id }));
}

function zipfDraw(ranked: readonly TitleRef[]): (random: Random) => TitleRef {
  let sum = 0;
  const upTo = ranked.map((_, index) => {
    sum += 1 / (index + 1) ** exponent;
    return sum;
  });
  return (random) => {
    const drawn = random.next() * sum;
    return ranked[upTo.findIndex((bound) => drawn < bound)] as TitleRef;
  };
}

function viewer(random: Random, draw: (random: Random) => TitleRef): RecommendRequest {
  const liked = Array.from({ length: wholeBetween(random, 1, mostLiked) }, () => draw(random));
  const { weight: _weight, ...place } = pickWeighted(places, random.next());
  return {
    liked: [...new Map(liked.map((ref) => [`${ref.mediaType}/${ref.id}`, ref])).values()],
    media: pickWeighted(media, random.next()).media,
    ...place,
    ...(random.next() < askedGenreShare && { genres: [pickAt(genres, random.next())] }),
    hour: wholeBetween(random, 0, 23),
  };
}

/** Ratings that people have given, in their order, as requests for recommendations by TMDB id. */
import type { RecommendRequest, TitleRef } from '../src/reader/reader-api.ts';
import { type Rating, readMovieLens } from './ranking/movielens.ts';
import type { Workload } from './reader-workload.ts';

const likedFromStars = 4;
const mostLiked = 5;
/** As many as may be asked for. */
const mostSeen = 1_000;

/**
 * Every so many events one request, spread over the whole time, other ones in each round: what the user has rated before is seen,
 * the last five with four stars or more are liked. `undefined` where the data are not there.
 */
export function movielensWorkload(rounds: number, perRound: number): Workload | undefined {
  const ratings = readMovieLens()?.ratings;
  if (ratings === undefined) {
    return undefined;
  }
  const step = Math.max(1, Math.floor(ratings.length / perRound));
  const requests = ratings.map(requestMaker());
  return {
    name: 'MovieLens trace',
    rounds: Array.from({ length: rounds }, (_, round) => {
      const offset = Math.floor((round * step) / rounds);
      return requests.filter((_request, index) => index % step === offset).map((request) => request());
    }),
  };
}

/** Takes the ratings in their order. Each request is made from what came before its own rating, and only where it is wanted. */
function requestMaker(): (rating: Rating) => () => RecommendRequest {
  const histories = new Map<number, Rating[]>();
  return (rating) => {
    const history = histories.get(rating.user) ?? [];
    histories.set(rating.user, history);
    const before = history.length;
    history.push(rating);
    return () => {
      const earlier = history.slice(0, before);
      const liked = earlier.filter(({ stars }) => stars >= likedFromStars).slice(-mostLiked);
      return { media: 'movie', liked: liked.map(refOf), seen: earlier.slice(-mostSeen).map(refOf) };
    };
  };
}

function refOf({ tmdbId }: Rating): TitleRef {
  return { mediaType: 'movie', id: tmdbId };
}

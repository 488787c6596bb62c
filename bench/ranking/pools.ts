import { emptyCard } from '../../src/shared/queues/card-fields.ts';
import type { ListRow } from '../../src/shared/tables/read-list.ts';
import type { Film as KnownFilm, MovieLens, Rating } from './movielens.ts';

/** What the lists hold at a moment, as rows with their ranks. */
export type Pool = { popular: readonly ListRow[]; topRated: readonly ListRow[] };

/** How lists are made; the report states it. */
export const poolRules = {
  /** Popularity is the number of ratings among so many before the moment. */
  recentRatings: 10_000,
  mostPopular: 400,
  topRated: 100,
  /** Ratings that a top-rated film has at least. */
  topRatedFloor: 20,
  /**
   * TMDB votes for one MovieLens rating: 79 to 88 for the five films with most ratings, 128 in the median of the 93 with 20 or more, by
   * the recorded answers of November 2026. The constants of the score are made for TMDB's counts.
   */
  votesPerRating: 100,
} as const;

const lifeMs = 86_400_000;

/**
 * Lists at moments that must not go back, each from the ratings before it. `mostPopular`: how many films the list of popular ones has, which is
 * the only one then.
 */
export function poolMaker(
  { ratings, films: known }: MovieLens,
  mostPopular: number | undefined,
): (atMs: number) => Pool {
  const all = new Map<number, Votes>();
  const recent = new Map<number, Votes>();
  let counted = 0;
  return (atMs) => {
    for (let next = ratings[counted]; next !== undefined && next.atMs < atMs; next = ratings[counted]) {
      add(all, next, 1);
      add(recent, next, 1);
      const tooOld = ratings[counted - poolRules.recentRatings];
      if (tooOld !== undefined) {
        add(recent, tooOld, -1);
      }
      counted += 1;
    }
    const films = [...all].map(([id, { count, stars }]) => ({
      id,
      voteAverage: (2 * stars) / count,
      voteCount: count * poolRules.votesPerRating,
      popularity: recent.get(id)?.count ?? 0,
    }));
    const toRow = (film: Film, index: number) => ({
      ...rowOf(film.id, known.get(film.id), atMs),
      ...film,
      rank: index + 1,
    });
    const pool = poolOf(films, all, mostPopular ?? poolRules.mostPopular, toRow);
    return mostPopular === undefined ? pool : { ...pool, topRated: [] };
  };
}

/** A film of which nothing is known but its genres and its year, in the middle of which it counts as released. */
export function rowOf(id: number, film: KnownFilm | undefined, atMs: number): ListRow {
  return {
    mediaType: 'movie',
    id,
    rank: 0,
    snapshot: '',
    ...emptyCard,
    title: `${id}`,
    originalTitle: `${id}`,
    genreIds: [...(film?.genres ?? [])],
    releaseDate: film?.year === undefined ? null : `${film.year}-07-01`,
    fetchedAt: new Date(atMs).toISOString(),
    freshUntilMs: atMs + lifeMs,
    expiresAtMs: atMs + 3 * lifeMs,
  };
}

type Votes = { count: number; stars: number };
type Film = Pick<ListRow, 'id' | 'voteAverage' | 'voteCount' | 'popularity'>;

function add(votes: Map<number, Votes>, { tmdbId, stars }: Rating, sign: 1 | -1): void {
  const known = votes.get(tmdbId) ?? { count: 0, stars: 0 };
  votes.set(tmdbId, { count: known.count + sign, stars: known.stars + sign * stars });
}

function poolOf(
  films: readonly Film[],
  all: ReadonlyMap<number, Votes>,
  mostPopular: number,
  toRow: (film: Film, index: number) => ListRow,
): Pool {
  const { topRatedFloor, votesPerRating } = poolRules;
  const drawn = topRatedFloor * votesPerRating;
  const prior = (2 * sumOf(all, 'stars')) / sumOf(all, 'count');
  const weighted = ({ voteAverage, voteCount }: Film) =>
    (voteCount * voteAverage + drawn * prior) / (voteCount + drawn);
  const voted = films.filter(({ voteCount }) => voteCount >= drawn);
  return {
    popular: greatest(films, ({ popularity }) => popularity, mostPopular).map(toRow),
    topRated: greatest(voted, weighted, poolRules.topRated).map(toRow),
  };
}

function sumOf(votes: ReadonlyMap<number, Votes>, figure: keyof Votes): number {
  return [...votes.values()].reduce((sum, one) => sum + one[figure], 0);
}

/** Of equal ones that with more votes, then the smaller id. */
function greatest(films: readonly Film[], value: (film: Film) => number, count: number): Film[] {
  return [...films].sort((a, b) => value(b) - value(a) || b.voteCount - a.voteCount || a.id - b.id).slice(0, count);
}

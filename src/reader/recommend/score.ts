/**
 * How good a candidate is: the weighted mean of seven parts, each from 0 to 1 (docs/reader.md has them in words). Pure: the same
 * candidates, taste and time give the same scores.
 */
import { hourMs, msFromIso } from '../../shared/core/clock.ts';
import { globalRegion } from '../../shared/core/feed.ts';
import { isInDayPart, type Settings } from '../../shared/settings/settings.ts';
import { freshnessOf } from '../provenance.ts';
import type { ScoreParts } from '../reader-api.ts';
import type { Candidate, Taste } from './candidates.ts';

/** What candidates are scored against. */
export type ScoreContext = {
  taste: Taste;
  /** `global` when none was asked for. */
  region: string;
  /** Hour of the viewer's day, 0 to 23; without it no day-part counts. */
  hour: number | undefined;
  nowMs: number;
  ranking: Settings['reader']['ranking'];
  dayParts: Settings['reader']['dayParts'];
};

/** A candidate with its score. */
export type Scored = { candidate: Candidate; score: number; parts: ScoreParts };

type Ranking = Settings['reader']['ranking'];

/** The mean where no candidate has votes: about TMDB's own mean. Source: the recorded lists, November 2026. */
const usualVoteAverage = 6.5;
/** How much a place in a list counts, by kind of list. */
const placeWeights = { ofRegion: 1, ofWorld: 0.6, ofGenre: 0.4 };

/** Scores all candidates, best first; equal scores by media type and id. */
export function scoreCandidates(candidates: readonly Candidate[], context: ScoreContext): Scored[] {
  const prior = meanVoteAverage(candidates, context.ranking);
  const mostPopular = Math.max(0, ...candidates.map(({ row }) => row.popularity));
  const genresNow = dayPartAt(context.hour, context.dayParts)?.genres ?? [];
  return candidates
    .map((candidate): Scored => {
      const { row } = candidate;
      const parts: ScoreParts = {
        genre: genreAffinity(row.genreIds, context.taste.genres),
        origin: originAffinity(candidate, context),
        votes: bayesianVotes(row, prior, context.ranking),
        popularity: decayedPopularity(row, mostPopular, context),
        freshness: freshnessOf(row, context.nowMs),
        placement: placementScore(candidate, context.region),
        dayPart: shareIn(row.genreIds, new Set(genresNow)),
      };
      return { candidate, parts, score: weightedMean(parts, context.ranking.weights) };
    })
    .sort((a, b) => b.score - a.score || compareKeys(a.candidate, b.candidate));
}

/** The day-part that contains `hour`; a day-part may span midnight. */
export function dayPartAt(
  hour: number | undefined,
  dayParts: ScoreContext['dayParts'],
): ScoreContext['dayParts'][number] | undefined {
  if (hour === undefined) {
    return undefined;
  }
  return dayParts.find((dayPart) => isInDayPart(hour, dayPart));
}

/** Cosine between the genres of a title and the weights of a taste. */
export function genreAffinity(genreIds: readonly number[], weights: ReadonlyMap<number, number>): number {
  if (genreIds.length === 0 || weights.size === 0) {
    return 0;
  }
  const dot = genreIds.reduce((sum, genre) => sum + (weights.get(genre) ?? 0), 0);
  const length = Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight * weight, 0));
  return Math.min(1, dot / (length * Math.sqrt(genreIds.length)));
}

/**
 * The mean vote from 0 to 1, drawn towards `prior` (0 to 10): the fewer votes, the more. Fewer votes than the floor count as none. Source:
 * the weighted rating that IMDb published for its top list.
 */
export function bayesianVotes(
  { voteAverage, voteCount }: { voteAverage: number; voteCount: number },
  prior: number,
  { voteFloor, priorVotes }: Pick<Ranking, 'voteFloor' | 'priorVotes'>,
): number {
  const votes = voteCount < voteFloor ? 0 : voteCount;
  const average = (votes * voteAverage + priorVotes * prior) / (votes + priorVotes);
  return Math.min(1, Math.max(0, average / 10));
}

/** The share of liked titles in the same original language; at least 0.7 for a title from the viewer's region. */
function originAffinity({ row }: Candidate, { taste, region }: ScoreContext): number {
  const liked = taste.languages.get(row.originalLanguage) ?? 0;
  const local = region !== globalRegion && row.originCountries.includes(region) ? 0.7 : 0;
  return Math.min(1, Math.max(liked, local));
}

/** Popularity on a logarithmic scale, relative to the most popular candidate; it halves with each half-life since it was fetched. */
function decayedPopularity(
  { popularity, fetchedAt }: Candidate['row'],
  mostPopular: number,
  { nowMs, ranking }: ScoreContext,
): number {
  if (mostPopular <= 0 || popularity <= 0) {
    return 0;
  }
  const ageHours = Math.max(0, nowMs - msFromIso(fetchedAt)) / hourMs;
  return (Math.log1p(popularity) / Math.log1p(mostPopular)) * 0.5 ** (ageHours / ranking.popularityHalfLifeHours);
}

/** The best of a title's places: 1 / log2(rank + 1), times the weight of the list. */
function placementScore({ places }: Candidate, region: string): number {
  return Math.max(
    0,
    ...places.map(({ feed, rank }) => {
      const weight = feed.category.startsWith('genre_')
        ? placeWeights.ofGenre
        : feed.region !== globalRegion && feed.region === region
          ? placeWeights.ofRegion
          : placeWeights.ofWorld;
      return weight / Math.log2(rank + 1);
    }),
  );
}

function meanVoteAverage(candidates: readonly Candidate[], { voteFloor }: Ranking): number {
  const voted = candidates.filter(({ row }) => row.voteCount >= Math.max(1, voteFloor));
  return voted.length === 0
    ? usualVoteAverage
    : voted.reduce((sum, { row }) => sum + row.voteAverage, 0) / voted.length;
}

function shareIn(genreIds: readonly number[], genres: ReadonlySet<number>): number {
  return genreIds.length === 0 ? 0 : genreIds.filter((genre) => genres.has(genre)).length / genreIds.length;
}

function weightedMean(parts: ScoreParts, weights: Ranking['weights']): number {
  const names = Object.keys(weights) as (keyof ScoreParts)[];
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  return total === 0 ? 0 : names.reduce((sum, name) => sum + weights[name] * parts[name], 0) / total;
}

function compareKeys(a: Candidate, b: Candidate): number {
  const [keyA, keyB] = [a, b].map(({ row }) => `${row.mediaType}/${String(row.id).padStart(12, '0')}`);
  return (keyA ?? '') < (keyB ?? '') ? -1 : 1;
}

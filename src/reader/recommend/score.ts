import { hourMs, msFromIso } from '../../shared/core/clock.ts';
import { globalRegion } from '../../shared/core/feed.ts';
import { isInDayPart } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { freshnessOf } from '../provenance.ts';
import type { ScoreParts } from '../reader-api.ts';
import type { Candidate, Taste } from './candidates.ts';

/**
 * How good a candidate is: the weighted mean of seven parts, each from 0 to 1 (docs/reader.md has them in words). Pure: the same
 * candidates, taste and time give the same scores.
 */

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

/** The most candidates that are compared with each other. */
const mostWeighed = 200;

/**
 * Picks the `limit` best that differ from each other: in each step the one with the greatest
 * `relevance × score − (1 − relevance) × greatest likeness to a picked one`. Source: maximal marginal relevance, Carbonell and Goldstein,
 * 1998.
 */
export function diversify(scored: readonly Scored[], limit: number, relevance: number): Scored[] {
  const open: Open[] = scored.slice(0, Math.max(limit, mostWeighed)).map((one) => ({ one, likeness: 0 }));
  const chosen: Scored[] = [];
  while (chosen.length < limit && open.length > 0) {
    const [next] = open.splice(indexOfBest(open, relevance), 1) as [Open];
    chosen.push(next.one);
    for (const entry of open) {
      entry.likeness = Math.max(entry.likeness, likenessOf(entry.one, next.one));
    }
  }
  return chosen;
}

/** Not picked yet, with its greatest likeness to one that is. */
type Open = { one: Scored; likeness: number };

/** The first one of equal ones. */
function indexOfBest(open: readonly Open[], relevance: number): number {
  const values = open.map(({ one, likeness }) => relevance * one.score - (1 - relevance) * likeness);
  return values.indexOf(Math.max(...values));
}

/** 0 to 1: shared genres most, then original language, then kind. */
export function likenessOf(a: Scored, b: Scored): number {
  const [x, y] = [a.candidate.row, b.candidate.row];
  return (
    0.7 * jaccard(x.genreIds, y.genreIds) +
    0.2 * (x.originalLanguage === y.originalLanguage ? 1 : 0) +
    0.1 * (x.mediaType === y.mediaType ? 1 : 0)
  );
}

/** Jaccard index of two lists without repetitions: shared members divided by all. 0 for two empty lists. */
export function jaccard(a: readonly number[], b: readonly number[]): number {
  const shared = a.filter((member) => b.includes(member)).length;
  return shared === 0 ? 0 : shared / (a.length + b.length - shared);
}

/** The most reasons that are given. */
const mostReasons = 2;
/** Titles whose genres are less alike are not named as alike. */
const alike = 0.5;
const wellRated = 7.5;

/** Why a title was picked, in a few words: what it has to do with the viewer first, then where it stands. */
export function explain({ candidate, parts }: Scored, context: ScoreContext): string {
  const reasons = [
    likedReason(candidate, context),
    askedReason(candidate, context),
    ...placeReasons(candidate, context.region),
    parts.dayPart > 0 ? `for the ${dayPartAt(context.hour, context.dayParts)?.name}` : undefined,
    ratingReason(candidate, context),
  ].filter((reason) => reason !== undefined);
  return reasons.slice(0, mostReasons).join('; ') || 'in the lists now';
}

function likedReason({ row }: Candidate, { taste }: ScoreContext): string | undefined {
  const nearest = taste.liked
    .map((liked) => ({ liked, likeness: jaccard(liked.card.genreIds, row.genreIds) }))
    .sort((a, b) => b.likeness - a.likeness)[0];
  return nearest !== undefined && nearest.likeness >= alike ? `like ${nearest.liked.card.title}` : undefined;
}

function askedReason({ row }: Candidate, { taste }: ScoreContext): string | undefined {
  return row.genreIds.some((genre) => taste.askedGenres.has(genre)) ? 'a genre you asked for' : undefined;
}

/** Texts for places in lists; the most telling list comes first. */
const sayings: readonly [category: string, inWorld: string, inRegion: string][] = [
  ['local_originals', 'made there', 'made in'],
  ['trending', 'trending now', 'trending in'],
  ['award_winning', 'highly rated by many', 'highly rated in'],
  ['hidden_gems', 'a hidden gem', 'a hidden gem in'],
  ['popular', 'popular now', 'popular in'],
];

function placeReasons({ places }: Candidate, region: string): string[] {
  return sayings.flatMap(([category, inWorld, inRegion]) => {
    const there = places.filter(({ feed }) => feed.category === category);
    const ofRegion = there.some(({ feed }) => feed.region !== globalRegion && feed.region === region);
    if (ofRegion) {
      return [`${inRegion} ${region}`];
    }
    return there.length > 0 ? [inWorld] : [];
  });
}

function ratingReason({ row }: Candidate, { ranking }: ScoreContext): string | undefined {
  return row.voteCount >= ranking.voteFloor && row.voteAverage >= wellRated
    ? `rated ${row.voteAverage.toFixed(1)}`
    : undefined;
}

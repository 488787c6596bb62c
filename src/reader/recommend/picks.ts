import { globalRegion } from '../../shared/core/feed.ts';
import type { Candidate } from './candidates.ts';
import { dayPartAt, type ScoreContext, type Scored } from './score.ts';

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

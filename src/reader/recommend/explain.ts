import { globalRegion } from '../../shared/core/feed.ts';
import type { Candidate } from './candidates.ts';
import { jaccard } from './diversify.ts';
import { dayPartAt, type ScoreContext, type Scored } from './score.ts';

/** Reasons that are given at the most. */
const mostReasons = 2;
/** Titles that share less are not named as alike. */
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

/** Said of a place, in the order in which they say something. */
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

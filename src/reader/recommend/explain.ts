import { globalRegion } from '../../shared/core/feed.ts';
import type { ScoreParts } from '../reader-api.ts';
import { type Candidate, jaccard, type LikedTitle, refKey, type Scored, yearOf } from './candidates.ts';
import { dayPartAt, isLocal, isOfSeries, localOrigin, placeScore, type ScoreContext } from './score-parts.ts';

/** The most reasons that are given. */
const mostReasons = 2;
/** What is above the mean by less is not: a sum of equal figures may be off by that. */
const leastLead = 1e-9;
/** A second reason counts at least this share of the first. */
const leastShare = 0.5;
/** Titles whose genres are less alike are not named as alike. */
const alike = 0.5;

/**
 * Why a title was picked, in a few words. First the part that decided: the one by which the score is most above that of the mean candidate,
 * weighted. Then the next one, if it counts half as much at least.
 */
export function explain(scored: Scored, context: ScoreContext): string {
  const reasons = decidingParts(scored, context).map((part) => sayings[part](scored.candidate, context));
  // Two parts may say the same, as of a title made in the viewer's country that is high in the list of such titles.
  return [...new Set(reasons)].join('; ') || fallback(scored, context);
}

/** The parts to name, the one that decided first; none for a title that is above the mean in nothing. */
function decidingParts({ parts, means }: Scored, { ranking: { weights } }: ScoreContext): (keyof ScoreParts)[] {
  const lead = (name: keyof ScoreParts) => weights[name] * (parts[name] - means[name]);
  const names = (Object.keys(weights) as (keyof ScoreParts)[])
    .filter((name) => lead(name) > leastLead)
    .sort((a, b) => lead(b) - lead(a))
    .slice(0, mostReasons);
  const [first] = names;
  return names.filter((name) => first !== undefined && lead(name) >= leastShare * lead(first));
}

/** Why a title is a candidate at all. */
function fallback({ candidate }: Scored, context: ScoreContext): string {
  if (isAsked(candidate, context)) {
    return genreReason(candidate, context);
  }
  return candidate.places.length > 0 ? 'in the lists now' : sayings.recommended(candidate, context);
}

const sayings: Readonly<Record<keyof ScoreParts, (candidate: Candidate, context: ScoreContext) => string>> = {
  genre: genreReason,
  origin: originReason,
  votes: ({ row }, { ranking }) =>
    row.voteCount >= ranking.voteFloor && row.voteCount > 0
      ? `rated ${row.voteAverage.toFixed(1)}`
      : 'hardly rated yet',
  popularity: () => 'popular now',
  year: yearReason,
  newness: ({ row }) => `new: from ${yearOf(row)}`,
  keywords: (candidate, { taste }) => inCommonReason(candidate, taste.liked, 'keywords', ['keyword', 'keywords']),
  people: (candidate, { taste }) => inCommonReason(candidate, taste.liked, 'people', ['person', 'people']),
  recommended: recommendedReason,
  freshness: () => 'fetched lately',
  placement: placeReason,
  dayPart: (_candidate, { hour, dayParts }) => `for the ${dayPartAt(hour, dayParts)?.name}`,
};

function isAsked({ row }: Candidate, { taste }: ScoreContext): boolean {
  return row.genreIds.some((genre) => taste.askedGenres.has(genre));
}

function genreReason(candidate: Candidate, context: ScoreContext): string {
  const { row } = candidate;
  const { taste } = context;
  if (isAsked(candidate, context)) {
    return 'a genre you asked for';
  }
  const nearest = greatest(taste.liked, ({ card }) => jaccard(card.genreIds, row.genreIds));
  return nearest !== undefined && nearest.value >= alike
    ? `like ${nearest.liked.card.title}: ${counted(sharedBy(nearest.liked.card.genreIds, row.genreIds), ['genre', 'genres'])} in common`
    : 'genres you like';
}

function originReason({ row }: Candidate, { taste, region }: ScoreContext): string {
  const liked = taste.liked.filter(({ card }) => card.originalLanguage === row.originalLanguage).length;
  return isLocal(row, region) && (taste.languages.get(row.originalLanguage) ?? 0) < localOrigin
    ? `made in ${region}`
    : `in the language of ${counted(liked, likedTitles)}`;
}

const likedTitles = ['title you liked', 'titles you liked'] as const;

function yearReason({ row }: Candidate, { taste }: ScoreContext): string {
  const decade = Math.floor((yearOf(row) ?? 0) / 10) * 10;
  const liked = [...taste.years].reduce(
    (sum, [year, titles]) => sum + (decade <= year && year < decade + 10 ? titles : 0),
    0,
  );
  return liked > 0
    ? `from the ${decade}s, as ${counted(liked, likedTitles)}`
    : `from ${yearOf(row)}, not far from titles you liked`;
}

function inCommonReason(
  { facts }: Candidate,
  liked: readonly LikedTitle[],
  what: 'keywords' | 'people',
  words: readonly [string, string],
): string {
  const own = facts?.[what] ?? [];
  const nearest = greatest(liked, (one) => sharedBy(one.facts?.[what] ?? [], own));
  return `like ${nearest?.liked.card.title}: ${counted(nearest?.value ?? 0, words)} in common`;
}

function recommendedReason({ row, facts }: Candidate, { taste }: ScoreContext): string {
  const ofSeries = taste.liked.find((one) => isOfSeries(facts, one.facts));
  if (ofSeries !== undefined) {
    return `of the same film series as ${ofSeries.card.title}`;
  }
  const [first, ...others] = taste.liked.filter((one) =>
    one.facts?.recommendations?.some((ref) => refKey(ref) === refKey(row)),
  );
  return `TMDB recommends it with ${first?.card.title}${others.length > 0 ? ` and ${counted(others.length, ['other', 'others'])}` : ''}`;
}

/** Texts for places in lists of the world and of a country. */
const placeSayings: Readonly<Record<string, readonly [inWorld: string, inRegion: string]>> = {
  local_originals: ['made there', 'made in'],
  trending: ['trending now', 'trending in'],
  award_winning: ['highly rated by many', 'highly rated in'],
  hidden_gems: ['a hidden gem', 'a hidden gem in'],
  popular: ['high among what is popular', 'popular in'],
};

/** The place that counts most. */
function placeReason({ places }: Candidate, { region }: ScoreContext): string {
  const best = places.reduce(
    (a, b) => (placeScore(b, region) > placeScore(a, region) ? b : a),
    places[0] as (typeof places)[number],
  );
  const { category, region: country } = best.feed;
  const saying = placeSayings[category];
  if (saying === undefined) {
    return category.startsWith('genre_') ? 'high in the list of its genre' : `high in the list ${category}`;
  }
  return country === globalRegion ? saying[0] : `${saying[1]} ${country}`;
}

function greatest(
  liked: readonly LikedTitle[],
  figureOf: (one: LikedTitle) => number,
): { liked: LikedTitle; value: number } | undefined {
  const valued = liked.map((one) => ({ liked: one, value: figureOf(one) }));
  return valued.reduce<(typeof valued)[number] | undefined>(
    (a, b) => (a === undefined || b.value > a.value ? b : a),
    undefined,
  );
}

function sharedBy(a: readonly number[], b: readonly number[]): number {
  return a.filter((member) => b.includes(member)).length;
}

function counted(count: number, [one, many]: readonly [string, string]): string {
  return `${count} ${count === 1 ? one : many}`;
}

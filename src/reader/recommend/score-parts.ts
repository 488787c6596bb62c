/** The parts of a score, each from 0 to 1 (docs/reader.md has them in words). Pure. `undefined`: nothing is known of it, which is not 0. */
import { dayMs, hourMs, msFromIso } from '../../shared/core/clock.ts';
import { globalRegion } from '../../shared/core/feed.ts';
import { isInDayPart } from '../../shared/settings/settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { TitleFacts } from '../filters/title-filter.ts';
import { freshnessOf } from '../provenance.ts';
import type { ScoreParts } from '../reader-api.ts';
import { type Candidate, refKey, type Taste, yearOf } from './candidates.ts';

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

/** What is known of each part. */
export type KnownParts = { [Name in keyof ScoreParts]: number | undefined };

type Ranking = Settings['reader']['ranking'];
type Place = Candidate['places'][number];

/** The mean where no candidate has votes: about TMDB's own mean. Source: the recorded lists, November 2026. */
const usualVoteAverage = 6.5;
/** How much a place in a list counts, by kind of list. */
const placeWeights = { ofRegion: 1, ofWorld: 0.6, ofGenre: 0.4 };
/** What a title counts at least in origin that was made in the viewer's region. */
export const localOrigin = 0.7;
/** Years between a title and a liked one after which their nearness is 1/e, and the age at which newness is. Source: docs/adr/0039. */
const yearSpan = 6;
const newnessSpanYears = 5;
const yearMs = 365.25 * dayMs;

/** The parts of each candidate, in their order. Votes, popularity, keywords and people count beside those of the others. */
export function knownParts(candidates: readonly Candidate[], context: ScoreContext): KnownParts[] {
  const { taste, region, hour, dayParts, ranking } = context;
  const prior = meanVoteAverage(candidates, ranking);
  const mostPopular = Math.max(0, ...candidates.map(({ row }) => row.popularity));
  const genresNow = new Set(dayPartAt(hour, dayParts)?.genres ?? []);
  const keywords = inCommon(candidates, taste, 'keywords');
  const people = inCommon(candidates, taste, 'people');
  const recommended = recommendedWith(candidates, taste);
  return candidates.map((candidate, index) => {
    const { row } = candidate;
    return {
      genre: taste.genres.size === 0 ? undefined : genreAffinity(row.genreIds, taste.genres),
      origin: originAffinity(candidate, context),
      votes: bayesianVotes(row, prior, ranking),
      popularity: decayedPopularity(row, mostPopular, context),
      year: yearAffinity(yearOf(row), taste.years),
      newness: newness(row, context.nowMs),
      keywords: keywords[index],
      people: people[index],
      recommended: recommended?.[index],
      freshness: freshnessOf(row, context.nowMs),
      placement: placementScore(candidate, region),
      dayPart: hour === undefined ? undefined : shareIn(row.genreIds, genresNow),
    };
  });
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

/** The share of liked titles in the same original language; `localOrigin` at least for a title from the viewer's region. */
function originAffinity({ row }: Candidate, { taste, region }: ScoreContext): number | undefined {
  if (taste.languages.size === 0 && region === globalRegion) {
    return undefined;
  }
  const liked = taste.languages.get(row.originalLanguage) ?? 0;
  return Math.min(1, Math.max(liked, isLocal(row, region) ? localOrigin : 0));
}

/** Whether a title was made in the viewer's region. */
export function isLocal({ originCountries }: Candidate['row'], region: string): boolean {
  return region !== globalRegion && originCountries.includes(region);
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

/** The best of a title's places: 1 / log2(rank + 1), times the weight of the list. A title of no list has none. */
function placementScore({ places }: Candidate, region: string): number {
  return Math.max(0, ...places.map((place) => placeScore(place, region)));
}

/** What one place is worth. */
export function placeScore({ feed, rank }: Place, region: string): number {
  const weight = feed.category.startsWith('genre_')
    ? placeWeights.ofGenre
    : feed.region !== globalRegion && feed.region === region
      ? placeWeights.ofRegion
      : placeWeights.ofWorld;
  return weight / Math.log2(rank + 1);
}

/** The mean nearness of a year to those of the liked titles: exp(-years between / 6). `years`: how many liked titles each has. */
export function yearAffinity(year: number | undefined, years: ReadonlyMap<number, number>): number | undefined {
  if (year === undefined || years.size === 0) {
    return undefined;
  }
  let [sum, count] = [0, 0];
  for (const [liked, titles] of years) {
    sum += titles * Math.exp(-Math.abs(year - liked) / yearSpan);
    count += titles;
  }
  return sum / count;
}

/** exp(-age in years / 5), 1 for what is still to come; without a date it is unknown. */
function newness({ releaseDate }: Candidate['row'], nowMs: number): number | undefined {
  const releasedMs = releaseDate === null ? Number.NaN : Date.parse(releaseDate);
  return Number.isNaN(releasedMs) ? undefined : Math.exp(-Math.max(0, nowMs - releasedMs) / yearMs / newnessSpanYears);
}

/**
 * What each candidate has in common with the liked titles, over the greatest of all candidates: the sum of what it shares, each by its
 * rarity (idf) and by how much the liked titles have of it, over the root of how many it has. A title of which none is known is unknown, and
 * so is every title where none is known of any liked one.
 */
export function inCommon(
  candidates: readonly Candidate[],
  { liked }: Pick<Taste, 'liked'>,
  what: 'keywords' | 'people',
): (number | undefined)[] {
  const likedSets = liked.map(({ facts }) => facts?.[what] ?? []).filter((set) => set.length > 0);
  if (likedSets.length === 0) {
    return candidates.map(() => undefined);
  }
  const sets = candidates.map(({ facts }) => facts?.[what] ?? []);
  const worths = worthsOf(likedSets, sets);
  const sums = sets.map((set) => {
    let sum = 0;
    for (const id of set) {
      sum += worths.get(id) ?? 0;
    }
    return set.length === 0 ? undefined : sum / Math.sqrt(set.length);
  });
  const greatest = Math.max(0, ...sums.map((sum) => sum ?? 0));
  return sums.map((sum) => (sum === undefined || greatest === 0 ? sum : sum / greatest));
}

/** What sharing an id is worth, of those that liked titles have: idf², of a liked title with n ids 1/√n of it. */
function worthsOf(
  likedSets: readonly (readonly number[])[],
  sets: readonly (readonly number[])[],
): ReadonlyMap<number, number> {
  const held = new Map<number, number>();
  const counts = new Map<number, number>();
  for (const set of likedSets) {
    for (const id of set) {
      held.set(id, (held.get(id) ?? 0) + 1 / Math.sqrt(set.length));
    }
  }
  const known = [...sets, ...likedSets].filter((set) => set.length > 0);
  for (const id of known.flatMap((set) => set.filter((one) => held.has(one)))) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Map([...held].map(([id, share]) => [id, share * Math.log1p(known.length / (counts.get(id) ?? 1)) ** 2]));
}

/**
 * With how many of the liked titles TMDB recommends each candidate, over the greatest of all candidates; 1 for a title of the same film series
 * as a liked one. `undefined` where neither is known of any liked title.
 */
function recommendedWith(candidates: readonly Candidate[], { liked }: Taste): number[] | undefined {
  if (!liked.some(({ facts }) => facts?.recommendations !== undefined || facts?.collection)) {
    return undefined;
  }
  const counts = new Map<string, number>();
  for (const ref of liked.flatMap(({ facts }) => facts?.recommendations ?? [])) {
    counts.set(refKey(ref), (counts.get(refKey(ref)) ?? 0) + 1);
  }
  const most = Math.max(1, ...candidates.map(({ row }) => counts.get(refKey(row)) ?? 0));
  return candidates.map(({ row, facts }) =>
    liked.some((one) => isOfSeries(facts, one.facts)) ? 1 : (counts.get(refKey(row)) ?? 0) / most,
  );
}

/** Whether two titles belong to the same series of films. */
export function isOfSeries(a: TitleFacts | undefined, b: TitleFacts | undefined): boolean {
  return typeof a?.collection === 'number' && a.collection === b?.collection;
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

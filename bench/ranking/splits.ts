/** At which moments cases are made: in no design a ranking sees a rating that was made later. */
import { casesOf, type History, type RankingCase } from './cases.ts';
import type { MovieLens, Rating } from './movielens.ts';
import { poolMaker } from './pools.ts';

/** Share of the ratings before which nothing is split: the lists would be made of too little. */
export const firstShare = 0.3;
/** Between two splits of a series. */
export const splitStep = 0.05;
/** Where a single split, or a viewer's own, lies. */
export const lateShare = 0.8;

/** A set of cases that was made in one way. */
export type Design = { name: string; cases: readonly RankingCase[] };

/** One split; a series of splits, each asked for what is liked up to the next; a split within each viewer's own ratings. */
export function allDesigns(data: MovieLens): Design[] {
  const steps = Math.round((1 - firstShare) / splitStep);
  const series = Array.from({ length: steps }, (_, step) => firstShare + step * splitStep);
  const designs = [
    { name: 'one split', cases: casesAt(data, historiesAt(data.ratings, [lateShare])) },
    { name: 'series of splits', cases: casesAt(data, historiesAt(data.ratings, series)) },
    { name: 'own splits', cases: ownCases(data) },
  ];
  // Where nothing of the lists was liked afterwards there is nothing to find.
  return designs.map(({ name, cases }) => ({ name, cases: cases.filter(({ targets }) => targets.size > 0) }));
}

/** A split within each viewer's own ratings. `mostPopular`: how many films the list of popular ones has, then the only one. */
export function ownCases(data: MovieLens, mostPopular?: number): RankingCase[] {
  return casesAt(data, ownHistories(data.ratings), mostPopular);
}

function casesAt(data: MovieLens, histories: readonly History[], mostPopular?: number): RankingCase[] {
  const poolAt = poolMaker(data, mostPopular);
  const byMoment = [...Map.groupBy(histories, ({ atMs }) => atMs)].sort(([a], [b]) => a - b);
  return byMoment.flatMap(([atMs, then]) => {
    const pool = poolAt(atMs);
    return then.flatMap((history) => casesOf(history, pool, data.films));
  });
}

function historiesAt(ratings: readonly Rating[], shares: readonly number[]): History[] {
  return shares.flatMap((share, index) => {
    const next = shares[index + 1];
    const untilMs = next === undefined ? Number.POSITIVE_INFINITY : momentAt(ratings, next);
    return historiesOf(ratings, momentAt(ratings, share), untilMs);
  });
}

function ownHistories(ratings: readonly Rating[]): History[] {
  const firstMs = momentAt(ratings, firstShare);
  return [...byUser(ratings).values()]
    .flatMap((own) => historiesOf(own, momentAt(own, lateShare), Number.POSITIVE_INFINITY))
    .filter(({ atMs }) => atMs >= firstMs);
}

/** What each viewer who has ratings in the time from `atMs` to before `untilMs` did then, and had done before. */
function historiesOf(ratings: readonly Rating[], atMs: number, untilMs: number): History[] {
  const before = byUser(ratings.filter((rating) => rating.atMs < atMs));
  const after = byUser(ratings.filter((rating) => rating.atMs >= atMs && rating.atMs < untilMs));
  return [...after].map(([user, later]) => ({ user, atMs, before: before.get(user) ?? [], after: later }));
}

function momentAt(ratings: readonly Rating[], share: number): number {
  return ratings[Math.floor(ratings.length * share)]?.atMs ?? Number.POSITIVE_INFINITY;
}

function byUser(ratings: readonly Rating[]): Map<number, Rating[]> {
  return Map.groupBy(ratings, ({ user }) => user);
}

/** What a ranking of one case is worth, and the means over many. */
import { jaccard } from '../../src/reader/recommend/candidates.ts';
import type { ListRow } from '../../src/shared/tables/read-list.ts';
import type { RankingCase } from './cases.ts';

/** One measured case. */
export type Measured = { user: number; ids: readonly number[]; recall: number; ndcg: number; diversity: number };

/** What is measured of each case. */
export type Measure = 'recall' | 'ndcg' | 'diversity';

/** How many titles are recommended. */
export const pickCount = 20;

/**
 * Recall: targets among the picks, of as many as there could be. nDCG: the same with 1 / log2(place + 1) for each. Diversity: 1 − the
 * mean jaccard of the genres of each two picks.
 */
export function measure({ user, targets }: RankingCase, picks: readonly ListRow[]): Measured {
  const possible = Math.min(pickCount, targets.size);
  const hits = picks.flatMap(({ id }, index) => (targets.has(id) ? [index + 1] : []));
  const ideal = Array.from({ length: possible }, (_, index) => index + 1);
  const pairs = picks.flatMap((a, index) => picks.slice(index + 1).map((b) => 1 - jaccard(a.genreIds, b.genreIds)));
  return {
    user,
    ids: picks.map(({ id }) => id),
    recall: hits.length / possible,
    ndcg: gain(hits) / gain(ideal),
    diversity: mean(pairs),
  };
}

/** The mean over viewers of the means over each one's cases: who comes often does not count more. */
export function meanOf(measured: readonly Measured[], what: Measure): number {
  return mean([...byUser(measured, what).values()]);
}

/** Share of all that was ever a candidate that was ever picked. */
export function coverage(cases: readonly RankingCase[], measured: readonly Measured[]): number {
  const held = new Set(cases.flatMap(({ candidates }) => candidates.map(({ row }) => row.id)));
  return new Set(measured.flatMap(({ ids }) => ids)).size / held.size;
}

/** 95 % interval of what `ours` has beyond `theirs` on the same cases, over resampled viewers. Source: paired bootstrap. */
export function intervalBeyond(
  ours: readonly Measured[],
  theirs: readonly Measured[],
  what: Measure,
  draw: () => number,
): { low: number; high: number } {
  const other = byUser(theirs, what);
  const beyond = [...byUser(ours, what)].map(([user, value]) => value - (other.get(user) ?? 0));
  const means = Array.from({ length: resamples }, () =>
    mean(beyond.map(() => beyond[Math.floor(draw() * beyond.length)] ?? 0)),
  ).sort((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (resamples - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

const resamples = 2_000;

function byUser(measured: readonly Measured[], what: Measure): Map<number, number> {
  const users = Map.groupBy(measured, ({ user }) => user);
  return new Map([...users].map(([user, own]) => [user, mean(own.map((one) => one[what]))]));
}

function gain(places: readonly number[]): number {
  return places.reduce((sum, place) => sum + 1 / Math.log2(place + 1), 0);
}

/** The mean; 0 of none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Leave-one-out over pools of several sizes: each film that a viewer liked later, alone among the films of the pool that the viewer had not
 * rated. The films of the pool that are liked later too are left out, so that they do not compete with it.
 */

import type { BenchResult } from '../bench-report.ts';
import type { RankingCase } from './cases.ts';
import { mean, pickCount } from './measures.ts';
import type { MovieLens } from './movielens.ts';
import type { Recommender } from './rankings.ts';
import { ownCases } from './splits.ts';

/** A default deployment has about the first of one media; the second is the least that is worth having. */
export const poolSizes = [70, 150, 350] as const;

/** The hit rate of each recommender in each pool, over later likes in the pool and over all; each viewer counts the same. */
export function hitRates(data: MovieLens, recommenders: Readonly<Record<string, Recommender>>): BenchResult[] {
  return poolSizes.flatMap((size) => {
    const cases = ownCases(data, size);
    return Object.entries(recommenders).flatMap(([name, recommend]) => {
      const found = cases.map((one) => ({ ...one, hits: hitsOf(one, recommend) }));
      const inPool = found.filter(({ targets }) => targets.size > 0).map(({ hits, targets }) => hits / targets.size);
      const ofAll = found.map(({ hits, likedLater }) => hits / likedLater);
      const subject = `pool of ${size}: ${name}`;
      return [
        { subject, metric: `hit rate@${pickCount}, later likes in the pool`, value: mean(inPool), unit: '' },
        { subject, metric: `hit rate@${pickCount}, all later likes`, value: mean(ofAll), unit: '' },
      ];
    });
  });
}

function hitsOf(one: RankingCase, recommend: Recommender): number {
  return [...one.targets].filter((target) => {
    const candidates = one.candidates.filter(({ row }) => row.id === target || !one.targets.has(row.id));
    return recommend({ ...one, candidates, targets: new Set([target]) }).some(({ id }) => id === target);
  }).length;
}

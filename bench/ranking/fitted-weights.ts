/**
 * Weights fitted on one half of the viewers, to be told on the other: of the parts that MovieLens can show, by pairwise logistic regression of
 * each target against films of the same lists that were not liked (src/operator/fit-weights.ts). The other parts keep theirs.
 */

import { type Comparison, fitWeights } from '../../src/operator/fit-weights.ts';
import type { ScoreParts } from '../../src/reader/reader-api.ts';
import type { Scored } from '../../src/reader/recommend/candidates.ts';
import { seededRandom } from '../../tests/support/seeded-random.ts';
import type { RankingCase } from './cases.ts';
import { deployed, type Ranking, scoreCase } from './rankings.ts';

/** One of two halves of the viewers. */
export type Half = 0 | 1;

/** The parts that MovieLens can show. It knows neither languages, regions, hours nor people, and its lists are made for this bench. */
const shown = ['popularity', 'votes', 'genre', 'year', 'newness', 'keywords'] as const;
/** Films that each target is compared with. */
export const negatives = 20;

/** Those of one half, which a multiplicative hash of the viewer's number decides. */
export function ofHalf<T extends { user: number }>(half: Half, all: readonly T[]): T[] {
  return all.filter(({ user }) => ((Math.imul(user, 2_654_435_761) >>> 16) & 1) === half);
}

/** The weights that fit the cases best; together the shown parts weigh what they do as deployed. */
export function fittedOn(cases: readonly RankingCase[]): Ranking {
  const draw = seededRandom(3).next;
  const fitted = fitWeights(cases.flatMap((one) => comparisonsOf(one, draw)));
  const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);
  const scale = sum(shown.map((part) => deployed.weights[part])) / sum(fitted);
  const weights = Object.fromEntries(shown.map((part, index) => [part, scale * (fitted[index] ?? 0)]));
  return { ...deployed, weights: { ...deployed.weights, ...weights } };
}

/** In words, for the report. */
export function wordsOf({ weights, relevance }: Ranking): string {
  return `${shown.map((part) => `${part} ${Number(weights[part].toFixed(2))}`).join(', ')}, relevance ${relevance}`;
}

function comparisonsOf(one: RankingCase, draw: () => number): Comparison[] {
  const scored = scoreCase(one, deployed);
  const isTarget = ({ candidate }: Scored) => one.targets.has(candidate.row.id);
  const others = scored.filter((entry) => !isTarget(entry));
  return scored.filter(isTarget).flatMap(({ parts }) =>
    Array.from({ length: others.length === 0 ? 0 : negatives }, () => {
      const other = others[Math.floor(draw() * others.length)] as Scored;
      return { viewer: `${one.user}`, difference: shown.map((part) => difference(parts, other.parts, part)) };
    }),
  );
}

function difference(a: ScoreParts, b: ScoreParts, part: keyof ScoreParts): number {
  return a[part] - b[part];
}

/**
 * A small search for weights. The three that MovieLens can show (genre, votes, popularity) share the 6 that they had at first, in whole
 * numbers; the others keep theirs, and so their part of the whole. Chosen on one half of the viewers, told on the other.
 */
import type { Scored } from '../../src/reader/recommend/score.ts';
import { defaultReaderSettings } from '../../src/shared/settings/settings.ts';
import type { RankingCase } from './cases.ts';
import { type Measure, type Measured, meanOf, measure } from './measures.ts';
import { type Ranking, scoreCase, varied } from './rankings.ts';

/** One of the settings that were tried, with its measures on each set of cases. */
export type Trial = { ranking: Ranking; measured: readonly (readonly Measured[])[] };

/** One of two halves of the viewers. */
export type Half = 0 | 1;

const shared = 6;
const relevances = [0.75, 0.8, 0.85, 0.9, 0.95, 1];
/** Settings whose nDCG is at least this share of the best one's count as equally good; of these the most varied is chosen. */
export const asGood = 0.98;

/** What was deployed before anything was measured. */
export const firstRanking = rankingOf(3, 2, 1, 0.75);

/** Tries all settings. */
export function tryAll(sets: readonly (readonly RankingCase[])[]): Trial[] {
  const scored = sets.map((cases) => cases.map((one) => ({ one, scored: scoreCase(one, firstRanking) })));
  return allRankings().map((ranking) => ({
    ranking,
    measured: scored.map((cases) => cases.map((one) => measureAgain(one, ranking))),
  }));
}

/** The best by the viewers of one half: nDCG and diversity are means over the sets. */
export function bestOn(half: Half, trials: readonly Trial[]): Ranking {
  const judged = trials.map(({ ranking, measured }) => {
    const of = (what: Measure) => measured.reduce((sum, set) => sum + meanOf(ofHalf(half, set), what), 0);
    return { ranking, ndcg: of('ndcg'), diversity: of('diversity') };
  });
  const best = Math.max(...judged.map(({ ndcg }) => ndcg));
  return judged
    .filter(({ ndcg }) => ndcg >= asGood * best)
    .reduce((chosen, other) => (other.diversity > chosen.diversity ? other : chosen)).ranking;
}

/** Those of one half, which a multiplicative hash of the viewer's number decides. */
export function ofHalf<T extends { user: number }>(half: Half, all: readonly T[]): T[] {
  return all.filter(({ user }) => ((Math.imul(user, 2_654_435_761) >>> 16) & 1) === half);
}

/** In words, for the report. */
export function wordsOf({ weights: { genre, votes, popularity }, relevance }: Ranking): string {
  return `genre ${genre}, votes ${votes}, popularity ${popularity}, relevance ${relevance}`;
}

function allRankings(): Ranking[] {
  const whole = Array.from({ length: shared }, (_, index) => index + 1);
  return whole.flatMap((genre) =>
    whole
      .filter((votes) => genre + votes < shared)
      .flatMap((votes) => relevances.map((relevance) => rankingOf(genre, votes, shared - genre - votes, relevance))),
  );
}

function rankingOf(genre: number, votes: number, popularity: number, relevance: number): Ranking {
  const { ranking } = defaultReaderSettings;
  return { ...ranking, weights: { ...ranking.weights, genre, votes, popularity }, relevance };
}

/** The parts of a score do not depend on the weights: they need not be found again for each. */
function measureAgain({ one, scored }: { one: RankingCase; scored: readonly Scored[] }, ranking: Ranking): Measured {
  const names = Object.keys(ranking.weights) as (keyof Ranking['weights'])[];
  const total = names.reduce((sum, name) => sum + ranking.weights[name], 0);
  const again = scored
    .map((entry) => ({
      ...entry,
      score: names.reduce((sum, name) => sum + ranking.weights[name] * entry.parts[name], 0) / total,
    }))
    .sort((a, b) => b.score - a.score);
  return measure(one, varied(again, ranking.relevance));
}

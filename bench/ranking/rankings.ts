import type { Scored } from '../../src/reader/recommend/candidates.ts';
import { diversify, weighed } from '../../src/reader/recommend/score.ts';
import { type KnownParts, knownParts } from '../../src/reader/recommend/score-parts.ts';
import type { ReaderSettings } from '../../src/shared/settings/reader-settings-schema.ts';
import { defaultReaderSettings } from '../../src/shared/settings/settings.ts';
import type { ListRow } from '../../src/shared/tables/read-list.ts';
import { seededRandom } from '../../tests/support/seeded-random.ts';
import type { RankingCase } from './cases.ts';
import { pickCount } from './measures.ts';

/** Weights and variety, as in the settings. */
export type Ranking = ReaderSettings['ranking'];

/** Picks for a case, best first. */
export type Recommender = (one: RankingCase) => readonly ListRow[];

/** The score as it is deployed. */
export const deployed: Ranking = defaultReaderSettings.ranking;

const noWeights = Object.fromEntries(Object.keys(deployed.weights).map((part) => [part, 0])) as Ranking['weights'];

/**
 * The first edition's weights (docs/adr/0012). Its mean had the weight of the day-part also where no hour was given, so its relevance of 0.85
 * is one of 0.842 in a mean without it.
 */
const asBefore: Ranking = {
  ...deployed,
  weights: { ...noWeights, genre: 1, origin: 1, votes: 2, popularity: 3, freshness: 0.3, placement: 1, dayPart: 0.5 },
  relevance: 0.842,
};

/** The names of rankings in the report. */
export const ours = 'this score';
export const before = 'the first edition';
export const withoutVariety = 'this score, without variety';
export const withoutKeywords = 'this score, no keywords known';
export const popularityOnly = 'popularity only';

/** What is compared. */
export function allRecommenders(): Record<string, Recommender> {
  return {
    [ours]: recommendBy(deployed),
    [before]: recommendBy(asBefore),
    [withoutVariety]: recommendBy({ ...deployed, relevance: 1 }),
    [withoutKeywords]: recommendBy({ ...deployed, weights: { ...deployed.weights, keywords: 0 } }),
    [popularityOnly]: byOnePart('popularity'),
    'votes only': byOnePart('votes'),
    'genres only': byOnePart('genre'),
    'keywords only': byOnePart('keywords'),
    random: atRandom(seededRandom(1).next),
  };
}

/** Score, then variety, with the reader's own functions; relevance 1 is no variety. */
export function recommendBy(by: Ranking): Recommender {
  return (one) => varied(scoreCase(one, by), by.relevance);
}

/** The parts of a score do not depend on the weights: they need not be found again for each. */
const known = new WeakMap<RankingCase, readonly KnownParts[]>();

/** All candidates with their scores, best first: no region, no hour, measured now. */
export function scoreCase(one: RankingCase, by: Ranking): Scored[] {
  const { taste, atMs, candidates } = one;
  const context = { taste, region: 'global', hour: undefined, nowMs: atMs, ranking: by, dayParts: [] };
  const parts = known.get(one) ?? knownParts(candidates, context);
  known.set(one, parts);
  return weighed(candidates, parts, by.weights);
}

/** The picks of scored candidates. */
export function varied(scored: readonly Scored[], relevance: number): ListRow[] {
  return diversify(scored, pickCount, relevance).map(({ candidate }) => candidate.row);
}

function byOnePart(part: keyof Ranking['weights']): Recommender {
  return recommendBy({ ...deployed, weights: { ...noWeights, [part]: 1 }, relevance: 1 });
}

function atRandom(draw: () => number): Recommender {
  return ({ candidates }) =>
    candidates
      .map(({ row }) => ({ row, key: draw() }))
      .sort((a, b) => a.key - b.key)
      .slice(0, pickCount)
      .map(({ row }) => row);
}

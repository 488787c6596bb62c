import { diversify, type Scored, scoreCandidates } from '../../src/reader/recommend/score.ts';
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

const { ranking } = defaultReaderSettings;
const noWeights = { genre: 0, origin: 0, votes: 0, popularity: 0, freshness: 0, placement: 0, dayPart: 0 };

/** The score as it is deployed. */
export const ours = 'this score';
export const withoutVariety = 'this score, without variety';
export const popularityOnly = 'popularity only';
export const votesOnly = 'votes only';

/** What is compared. */
export function allRecommenders(): Record<string, Recommender> {
  return {
    [ours]: recommendBy(ranking),
    [withoutVariety]: recommendBy({ ...ranking, relevance: 1 }),
    [popularityOnly]: byOnePart('popularity'),
    [votesOnly]: byOnePart('votes'),
    'genres only': byOnePart('genre'),
    random: atRandom(seededRandom(1).next),
  };
}

/** Score, then variety, with the reader's own functions; relevance 1 is no variety. */
export function recommendBy(by: Ranking): Recommender {
  return (one) => varied(scoreCase(one, by), by.relevance);
}

/** All candidates with their scores, best first: no region, no hour, measured now. */
export function scoreCase({ taste, atMs, candidates }: RankingCase, by: Ranking): Scored[] {
  const context = { taste, region: 'global', hour: undefined, nowMs: atMs, ranking: by, dayParts: [] };
  return scoreCandidates(candidates, context);
}

/** The picks of scored candidates. */
export function varied(scored: readonly Scored[], relevance: number): ListRow[] {
  return diversify(scored, pickCount, relevance).map(({ candidate }) => candidate.row);
}

function byOnePart(part: keyof Ranking['weights']): Recommender {
  return recommendBy({ ...ranking, weights: { ...noWeights, [part]: 1 }, relevance: 1 });
}

function atRandom(draw: () => number): Recommender {
  return ({ candidates }) =>
    candidates
      .map(({ row }) => ({ row, key: draw() }))
      .sort((a, b) => a.key - b.key)
      .slice(0, pickCount)
      .map(({ row }) => row);
}

/**
 * Cases for a ranking: one viewer at one moment.
 *
 *   ratings before the moment → films with their figures → lists as the table would hold them, the viewer's taste, what was seen
 *   ratings after it          → films that the viewer went on to like: the targets
 */
import { type Candidate, gatherCandidates, type Taste, tasteOf } from '../../src/reader/recommend/candidates.ts';
import type { Feed } from '../../src/shared/core/feed.ts';
import type { MovieLens, Rating } from './movielens.ts';
import { type Pool, rowOf } from './pools.ts';

/** A viewer at a moment. */
export type RankingCase = {
  user: number;
  atMs: number;
  taste: Taste;
  /** What the lists hold, without what the viewer has rated. */
  candidates: readonly Candidate[];
  /** TMDB ids among the candidates that were liked afterwards. */
  targets: ReadonlySet<number>;
  /** How many films were liked afterwards, those that no list holds included. */
  likedLater: number;
};

/** What a viewer did before and after a moment, oldest first. */
export type History = { user: number; atMs: number; before: readonly Rating[]; after: readonly Rating[] };

/** Who makes a case; the report states it. */
export const caseRules = { likedStars: 4, fewestLiked: 5, mostLiked: 20 } as const;

/** The case of a viewer; none with too little liked before, or nothing afterwards. */
export function casesOf({ user, atMs, before, after }: History, pool: Pool, films: MovieLens['films']): RankingCase[] {
  const liked = before.filter(isLiked).slice(-caseRules.mostLiked);
  if (liked.length < caseRules.fewestLiked) {
    return [];
  }
  const lists = [
    { feed: listFeed('popular'), rows: pool.popular },
    { feed: listFeed('award_winning'), rows: pool.topRated },
  ];
  const factsOf = (id: number) => ({ keywords: films.get(id)?.keywords ?? [] });
  const candidates = gatherCandidates(lists, before.map(titleOf)).map((candidate) => ({
    ...candidate,
    facts: factsOf(candidate.row.id),
  }));
  const held = new Set(candidates.map(({ row }) => row.id));
  const later = new Set(after.filter(isLiked).map(({ tmdbId }) => tmdbId));
  const targets = new Set([...later].filter((id) => held.has(id)));
  const cards = liked.map((rating) => ({
    ...titleOf(rating),
    card: rowOf(rating.tmdbId, films.get(rating.tmdbId), atMs),
    facts: factsOf(rating.tmdbId),
  }));
  return later.size === 0
    ? []
    : [{ user, atMs, taste: tasteOf(cards, []), candidates, targets, likedLater: later.size }];
}

function isLiked({ stars }: Rating): boolean {
  return stars >= caseRules.likedStars;
}

function titleOf({ tmdbId }: Rating) {
  return { mediaType: 'movie' as const, id: tmdbId };
}

function listFeed(category: string): Feed {
  return { category, media: 'movie', region: 'global', language: 'en-US' };
}

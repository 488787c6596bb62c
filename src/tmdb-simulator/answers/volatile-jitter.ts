import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { type Figures, round } from '../catalogue/draw-figures.ts';
import { unitFrom } from '../seeded-random.ts';

/** How far a list may be from the others: a share of the popularity, of the votes, and points of the average. */
const popularityShare = 0.06;
const votesShare = 0.01;
const averagePoints = 0.02;

/** The figures as one list knows them: TMDB's lists are cached apart, so the same title differs slightly between them. */
export function jitterFigures(title: CatalogueTitle, figures: Figures, listKey: string): Figures {
  const sway = (what: string): number => unitFrom(title.seed, 'jitter', listKey, what) * 2 - 1;
  if (figures.voteCount === 0) {
    return { ...figures, popularity: swayed(figures.popularity, sway('popularity')) };
  }
  const average = figures.voteAverage + averagePoints * sway('average');
  return {
    popularity: swayed(figures.popularity, sway('popularity')),
    voteAverage: round(Math.max(0, Math.min(10, average)), 3),
    voteCount: Math.max(1, figures.voteCount + Math.round((2 + figures.voteCount * votesShare) * sway('votes'))),
  };
}

function swayed(popularity: number, sway: number): number {
  return round(popularity * (1 + popularityShare * sway), 3);
}

import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';

/** The titles from the highest score to the lowest; the smaller id first where scores are equal. Scores are read once. */
export function rankBy(
  titles: readonly CatalogueTitle[],
  score: (title: CatalogueTitle) => number,
): readonly CatalogueTitle[] {
  return titles
    .map((title) => ({ title, score: score(title) }))
    .sort((one, other) => other.score - one.score || one.title.id - other.title.id)
    .map(({ title }) => title);
}

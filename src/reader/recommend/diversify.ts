import type { Scored } from './score.ts';

/** More candidates than this are not weighed against each other. */
const mostWeighed = 200;

/**
 * The `limit` best, of which none is too much like those before it: each time the one with the greatest
 * `relevance × score − (1 − relevance) × greatest likeness to a chosen one`. Source: maximal marginal relevance, Carbonell and
 * Goldstein, 1998.
 */
export function diversify(scored: readonly Scored[], limit: number, relevance: number): Scored[] {
  const open: Open[] = scored.slice(0, Math.max(limit, mostWeighed)).map((one) => ({ one, likeness: 0 }));
  const chosen: Scored[] = [];
  while (chosen.length < limit && open.length > 0) {
    const [next] = open.splice(indexOfBest(open, relevance), 1) as [Open];
    chosen.push(next.one);
    for (const entry of open) {
      entry.likeness = Math.max(entry.likeness, likenessOf(entry.one, next.one));
    }
  }
  return chosen;
}

/** Not chosen yet, with its greatest likeness to one that is. */
type Open = { one: Scored; likeness: number };

/** Of equal ones the first. */
function indexOfBest(open: readonly Open[], relevance: number): number {
  const values = open.map(({ one, likeness }) => relevance * one.score - (1 - relevance) * likeness);
  return values.indexOf(Math.max(...values));
}

/** 0 to 1: shared genres most, then original language, then kind. */
export function likenessOf(a: Scored, b: Scored): number {
  const [x, y] = [a.candidate.row, b.candidate.row];
  return (
    0.7 * jaccard(x.genreIds, y.genreIds) +
    0.2 * (x.originalLanguage === y.originalLanguage ? 1 : 0) +
    0.1 * (x.mediaType === y.mediaType ? 1 : 0)
  );
}

/** Shared members among all, of lists without repetitions; two empty ones share nothing. */
export function jaccard(a: readonly number[], b: readonly number[]): number {
  const shared = a.filter((member) => b.includes(member)).length;
  return shared === 0 ? 0 : shared / (a.length + b.length - shared);
}

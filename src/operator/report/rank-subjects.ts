import { otherSubject } from '../../shared/tables/usage-store.ts';
import { noReads, type ReadCounts, type ReadFigures, withShares } from './read-figures.ts';

/** One subject of a ranking. */
export type Ranked = { subject: string } & ReadFigures;

/** Both ends of a ranking, and what was not counted by name. */
export type Ranking = { most: Ranked[]; least: Ranked[]; notByName: number };

/**
 * The `top` most and least read subjects; equal ones by name. Subjects in `known` that were not read are among the least read.
 */
export function rankSubjects(
  reads: ReadonlyMap<string, ReadCounts>,
  top: number,
  known: readonly string[] = [],
): Ranking {
  const all = new Map([...known.map((subject) => [subject, noReads] as const), ...reads]);
  const other = all.get(otherSubject)?.reads ?? 0;
  all.delete(otherSubject);
  const named = [...all].map(([subject, counts]) => ({ subject, ...withShares(counts) }));
  const byName = (a: Ranked, b: Ranked) => (a.subject < b.subject ? -1 : 1);
  return {
    most: named
      .filter(({ reads: count }) => count > 0)
      .sort((a, b) => b.reads - a.reads || byName(a, b))
      .slice(0, top),
    least: named.sort((a, b) => a.reads - b.reads || byName(a, b)).slice(0, top),
    notByName: other,
  };
}

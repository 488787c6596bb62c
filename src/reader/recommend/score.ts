import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { ScoreParts } from '../reader-api.ts';
import { type Candidate, jaccard, type Scored } from './candidates.ts';
import { type KnownParts, knownParts, type ScoreContext } from './score-parts.ts';

/**
 * How good a candidate is: the weighted mean of its parts. What is unknown of a title counts as the mean of those of which it is known; a part
 * that is unknown of all takes no weight. Pure: the same candidates, taste and time give the same scores.
 */

type Weights = Settings['reader']['ranking']['weights'];
type PartNames = readonly (keyof ScoreParts)[];

/** Scores all candidates, best first; equal scores by media type and id. */
export function scoreCandidates(candidates: readonly Candidate[], context: ScoreContext): Scored[] {
  return weighed(candidates, knownParts(candidates, context), context.ranking.weights);
}

/** The same from the parts of each candidate, in their order. */
export function weighed(candidates: readonly Candidate[], known: readonly KnownParts[], weights: Weights): Scored[] {
  const names = Object.keys(weights) as PartNames;
  const averages = names.map((name) => [name, meanOf(known, name)] as const);
  const telling = averages.flatMap(([name, average]) => (average === undefined ? [] : [name]));
  const means = Object.fromEntries(averages.map(([name, average]) => [name, average ?? 0])) as ScoreParts;
  return candidates
    .map((candidate, index): Scored => {
      const parts: ScoreParts = { ...means };
      for (const name of names) {
        parts[name] = known[index]?.[name] ?? means[name];
      }
      return { candidate, parts, means, score: weightedMean(parts, weights, telling) };
    })
    .sort((a, b) => b.score - a.score || compareKeys(a.candidate, b.candidate));
}

/** The mean of what is known; `undefined` where nothing is. */
function meanOf(known: readonly KnownParts[], name: keyof ScoreParts): number | undefined {
  let [sum, count] = [0, 0];
  for (const { [name]: value } of known) {
    sum += value ?? 0;
    count += value === undefined ? 0 : 1;
  }
  return count === 0 ? undefined : sum / count;
}

function weightedMean(parts: ScoreParts, weights: Weights, names: PartNames): number {
  let [sum, total] = [0, 0];
  for (const name of names) {
    sum += weights[name] * parts[name];
    total += weights[name];
  }
  return total === 0 ? 0 : sum / total;
}

function compareKeys(a: Candidate, b: Candidate): number {
  const [keyA, keyB] = [a, b].map(({ row }) => `${row.mediaType}/${String(row.id).padStart(12, '0')}`);
  return (keyA ?? '') < (keyB ?? '') ? -1 : 1;
}

/** The most candidates that are compared with each other at a time. */
const mostWeighed = 200;

/**
 * Picks the `limit` best that differ from each other: in each step the one with the greatest
 * `relevance × score − (1 − relevance) × greatest likeness to a picked one`, of the best 200 that are not picked yet. With a smaller limit
 * the picks are the beginning of the same. Source: maximal marginal relevance, Carbonell and Goldstein, 1998.
 * @param first - some of `scored`, which are picked already: they come first, and count as picks.
 */
export function diversify(
  scored: readonly Scored[],
  limit: number,
  relevance: number,
  first: readonly Scored[] = [],
): Scored[] {
  const picked = new Set(first);
  const waiting = scored.filter((one) => !picked.has(one)).values();
  const open: Open[] = [];
  const chosen: Scored[] = [...first];
  const admit = (one: Scored) =>
    open.push({ one, likeness: Math.max(0, ...chosen.map((other) => likenessOf(one, other))) });
  while (chosen.length < limit) {
    while (open.length < mostWeighed) {
      const next = waiting.next();
      if (next.done) {
        break;
      }
      admit(next.value);
    }
    const [best] = open.splice(indexOfBest(open, relevance), 1);
    if (best === undefined) {
      break;
    }
    chosen.push(best.one);
    for (const entry of open) {
      entry.likeness = Math.max(entry.likeness, likenessOf(entry.one, best.one));
    }
  }
  return chosen;
}

/** Not picked yet, with its greatest likeness to one that is. */
type Open = { one: Scored; likeness: number };

/** The first one of equal ones. */
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

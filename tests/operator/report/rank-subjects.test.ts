import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankSubjects } from '../../../src/operator/report/rankings.ts';

const readsOf = (counts: Record<string, number>) =>
  new Map(Object.entries(counts).map(([name, reads]) => [name, { reads, hits: reads, misses: 0, stale: 0 }]));
const names = (ranked: readonly { subject: string; reads: number }[]) =>
  ranked.map(({ subject, reads }) => `${subject} ${reads}`);

describe('a ranking', () => {
  it('has the most and the least read subjects, equal ones by name', () => {
    const { most, least, notByName } = rankSubjects(readsOf({ b: 5, d: 9, a: 5, c: 1, '~other': 7 }), 3);
    expect(names(most)).toEqual(['d 9', 'a 5', 'b 5']);
    expect(names(least)).toEqual(['c 1', 'a 5', 'b 5']);
    expect(notByName).toBe(7);
  });

  it('counts what is known and was not read among the least read', () => {
    const { most, least } = rankSubjects(readsOf({ a: 5 }), 10, ['z', 'a', 'y']);
    expect(names(most)).toEqual(['a 5']);
    expect(names(least)).toEqual(['y 0', 'z 0', 'a 5']);
    expect(least[0]).toEqual({
      subject: 'y',
      ...{ reads: 0, hits: 0, misses: 0, stale: 0, hitRatio: null, staleShare: null },
    });
  });

  it('is empty where nothing was read', () => {
    expect(rankSubjects(new Map(), 10)).toEqual({ most: [], least: [], notByName: 0 });
  });

  it('puts nobody ahead of who was read more, and names each once', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 3 }), fc.nat(5)),
        fc.integer({ min: 1, max: 8 }),
        (counts, top) => {
          const { most, least } = rankSubjects(readsOf(counts), top, ['known']);
          const reads = (ranked: typeof most) => ranked.map((one) => one.reads);
          expect(reads(most)).toEqual(reads(most).toSorted((a, b) => b - a));
          expect(reads(least)).toEqual(reads(least).toSorted((a, b) => a - b));
          for (const ranked of [most, least]) {
            expect(new Set(ranked.map(({ subject }) => subject)).size).toBe(ranked.length);
            expect(ranked.length).toBeLessThanOrEqual(top);
          }
          const left = Object.entries(counts).filter(([name]) => !most.some(({ subject }) => subject === name));
          expect(
            left.every(([, count]) => most.length < top || count <= (most.at(-1)?.reads ?? 0) || count === 0),
          ).toBe(true);
        },
      ),
    );
  });
});

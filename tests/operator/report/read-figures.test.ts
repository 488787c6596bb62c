import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addReads, noReads, readsBySubject, withShares } from '../../../src/operator/report/hour-usage.ts';

const counts = fc.oneof(
  fc.nat(1_000),
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, -3, '7', null, undefined),
);
/** An item as the table may hold it, also a damaged one. */
const items = fc.dictionary(
  fc
    .tuple(fc.constantFrom('r:', 'm:', 's:', 'x:', ''), fc.constantFrom('a', 'b', 'movie/550', '~other', ''))
    .map((parts) => parts.join('')),
  counts,
);

describe('the reads of an item', () => {
  it('are told by subject, by hand', () => {
    const item = { 'r:a': 10, 'm:a': 3, 's:a': 1, 'r:b': 2, 'p:calls': 9, expiration: 1 };
    expect(readsBySubject(item)).toEqual(
      new Map([
        ['a', { reads: 10, hits: 7, misses: 3, stale: 1 }],
        ['b', { reads: 2, hits: 2, misses: 0, stale: 0 }],
      ]),
    );
  });

  it('are at least its misses and its stale answers, where the item is damaged', () => {
    expect(readsBySubject({ 'm:a': 4, 'r:b': 1, 's:b': 5 })).toEqual(
      new Map([
        ['a', { reads: 4, hits: 0, misses: 4, stale: 0 }],
        ['b', { reads: 5, hits: 5, misses: 0, stale: 5 }],
      ]),
    );
  });

  it('are hits and misses, whatever the item holds', () => {
    fc.assert(
      fc.property(items, (item) => {
        for (const { reads, hits, misses, stale } of readsBySubject(item as never).values()) {
          expect(hits + misses).toBe(reads);
          expect([reads, hits, misses, stale].every((count) => Number.isFinite(count) && count >= 0)).toBe(true);
          expect(stale).toBeLessThanOrEqual(reads);
        }
      }),
    );
  });
});

describe('shares', () => {
  it('are to four digits, and none where nothing was read', () => {
    expect(withShares({ reads: 3, hits: 2, misses: 1, stale: 3 })).toMatchObject({ hitRatio: 0.6667, staleShare: 1 });
    expect(withShares(noReads)).toEqual({ ...noReads, hitRatio: null, staleShare: null });
  });
});

describe('sums', () => {
  it('are member by member', () => {
    const sum = addReads({ reads: 10, hits: 7, misses: 3, stale: 1 }, { reads: 5, hits: 1, misses: 4, stale: 2 });
    expect(sum).toEqual({ reads: 15, hits: 8, misses: 7, stale: 3 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topGenres } from '../../src/planner/collect.ts';
import type { ListEntry } from '../../src/shared/tables/read-list.ts';
import { sampleTitle } from '../support/sample-messages.ts';

const entry = (rank: number, genreIds: number[], mediaType: 'movie' | 'tv' = 'movie'): ListEntry => ({
  ...sampleTitle({ rank, genreIds, id: rank }),
  mediaType,
  snapshot: '2026-11-23T08:00:00Z.0badcafe',
  fetchedAt: '2026-11-23T08:00:07.250Z',
  stale: false,
});

describe('the heaviest genres', () => {
  it('weigh by rank: 1, 0.63, 0.5, 0.43, …', () => {
    expect(topGenres([entry(1, [18]), entry(2, [35])], 'movie', 5)).toEqual([18, 35]);
    // 0.63 + 0.5 outweigh 1; 0.5 + 0.43 do not.
    expect(topGenres([entry(1, [18]), entry(2, [35]), entry(3, [35])], 'movie', 5)).toEqual([35, 18]);
    expect(topGenres([entry(1, [18]), entry(3, [35]), entry(4, [35])], 'movie', 5)).toEqual([18, 35]);
  });

  it('gather weight in all genres of a title and over several lists', () => {
    const lists = [entry(1, [28, 12]), entry(2, [18, 12]), entry(1, [18]), entry(2, [53])];
    expect(topGenres(lists, 'movie', 5)).toEqual([12, 18, 28, 53]);
  });

  it('of equal weight come with the smaller id first', () => {
    expect(topGenres([entry(1, [878, 35, 53, 18])], 'movie', 3)).toEqual([18, 35, 53]);
    expect(topGenres([entry(2, [9]), entry(2, [100]), entry(2, [80])], 'movie', 5)).toEqual([9, 80, 100]);
  });

  it('count once for a title that names a genre twice', () => {
    expect(topGenres([entry(2, [35, 35]), entry(1, [18])], 'movie', 5)).toEqual([18, 35]);
  });

  it('are those of one media', () => {
    const mixed = [entry(1, [18], 'tv'), entry(2, [35]), entry(3, [80], 'tv')];
    expect(topGenres(mixed, 'movie', 5)).toEqual([35]);
    expect(topGenres(mixed, 'tv', 5)).toEqual([18, 80]);
  });

  it('are genres that a feed can be asked for: rows name others, such as 0', () => {
    expect(topGenres([entry(1, [0, -1, 12_345_678, 1.5, 18])], 'movie', 5)).toEqual([18]);
  });

  it('are none where nothing is listed', () => {
    expect(topGenres([], 'movie', 5)).toEqual([]);
    expect(topGenres([entry(1, [])], 'movie', 5)).toEqual([]);
  });

  const anyEntry = fc
    .tuple(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.constantFrom(12, 16, 18, 28, 35, 53, 80, 878, 10_751), { maxLength: 4 }),
      fc.constantFrom('movie' as const, 'tv' as const),
    )
    .map((parts) => entry(...parts));

  it('are never more than asked for, each once, and all from the lists', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 30 }), fc.nat(12), (entries, count) => {
        const genres = topGenres(entries, 'movie', count);
        const present = new Set(entries.filter((one) => one.mediaType === 'movie').flatMap((one) => one.genreIds));
        expect(genres).toHaveLength(Math.min(count, present.size));
        expect(new Set(genres).size).toBe(genres.length);
        expect(genres.every((genre) => present.has(genre))).toBe(true);
      }),
    );
  });

  it('are the beginning of any longer answer', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 30 }), fc.nat(8), (entries, count) => {
        expect(topGenres(entries, 'movie', 99).slice(0, count)).toEqual(topGenres(entries, 'movie', count));
      }),
    );
  });

  it('keep their place when another title names them too', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 60 }),
        (entries, rank) => {
          const before = topGenres(entries, 'movie', 99);
          for (const [place, genre] of before.entries()) {
            const after = topGenres([...entries, entry(rank, [genre])], 'movie', 99);
            expect(after.indexOf(genre)).toBeLessThanOrEqual(place);
          }
        },
      ),
    );
  });

  it('do not depend on the order of the entries', () => {
    // Weights 1, 1/2 and 1/4: sums of these are exact in any order.
    const exact = anyEntry.chain((one) => fc.constantFrom(1, 3, 15).map((rank) => ({ ...one, rank })));
    fc.assert(
      fc.property(fc.array(exact, { maxLength: 30 }), (entries) => {
        expect(topGenres([...entries].reverse(), 'movie', 99)).toEqual(topGenres(entries, 'movie', 99));
      }),
    );
  });

  it('of equal weight come with the smaller id first whatever the ranks', () => {
    const entries = [entry(5, [53]), entry(16, [53, 10_751]), entry(27, [53, 10_751]), entry(5, [10_751])];
    expect(topGenres(entries, 'movie', 5)).toEqual([53, 10_751]);
  });
});

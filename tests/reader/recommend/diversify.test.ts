import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jaccard } from '../../../src/reader/recommend/candidates.ts';
import { diversify, likenessOf } from '../../../src/reader/recommend/score.ts';
import { arbitraryGenres, scoredAs } from '../../support/recommend-world.ts';

/** A film of genre 18 in English, another that is just like it, and a series that has nothing in common with either. */
const drama = scoredAs(0.9, { id: 1, genreIds: [18] });
const copy = scoredAs(0.85, { id: 2, genreIds: [18] });
const other = scoredAs(0.5, { id: 3, genreIds: [35], originalLanguage: 'ja', mediaType: 'tv' });

const idsOf = (picked: ReturnType<typeof diversify>) => picked.map(({ candidate }) => candidate.row.id);

describe('likeness', () => {
  it.each([
    ['the same in all', drama, copy, 1],
    ['nothing in common', drama, other, 0],
    ['half of the genres', drama, scoredAs(0, { genreIds: [18, 53] }), 0.65],
    ['the language and the kind', drama, scoredAs(0, { genreIds: [27] }), 0.3],
    ['the kind alone', drama, scoredAs(0, { genreIds: [], originalLanguage: 'ja' }), 0.1],
    ['no genres on either side', scoredAs(0, { genreIds: [] }), scoredAs(0, { genreIds: [] }), 0.3],
  ])('of %s', (_name, a, b, likeness) => {
    expect(likenessOf(a, b)).toBeCloseTo(likeness, 9);
    expect(likenessOf(b, a)).toBeCloseTo(likeness, 9);
  });

  it.each([
    [[1, 2, 3], [2, 3, 4], 0.5],
    [[1, 2], [2, 1], 1],
    [[1], [2], 0],
    [[], [1], 0],
    [[], [], 0],
  ])('of the lists %j and %j', (a, b, share) => {
    expect(jaccard(a, b)).toBe(share);
  });
});

describe('what is picked', () => {
  it('is the best first, and then not its copy but something else', () => {
    // At one half: the copy counts 0.425 − 0.5, the other 0.25.
    expect(idsOf(diversify([drama, copy, other], 3, 0.5))).toEqual([1, 3, 2]);
    expect(idsOf(diversify([drama, copy, other], 2, 0.5))).toEqual([1, 3]);
  });

  it('is the copy all the same where scores count for more', () => {
    // At nine tenths: the copy counts 0.765 − 0.1, the other 0.45.
    expect(idsOf(diversify([drama, copy, other], 3, 0.9))).toEqual([1, 2, 3]);
  });

  it('is unlike all before it, not only the last one', () => {
    const second = scoredAs(0.6, { id: 4, genreIds: [35], originalLanguage: 'ja', mediaType: 'tv' });
    const third = scoredAs(0.4, { id: 5, genreIds: [27], originalLanguage: 'de', mediaType: 'tv' });
    // After 1 and 4: the copy of 1 counts 0.425 − 0.5, the copy of 4 0.25 − 0.5, the third 0.2 − 0.05.
    expect(idsOf(diversify([drama, copy, second, other, third], 5, 0.5))).toEqual([1, 4, 5, 2, 3]);
  });

  it('is in the order of the scores where they alone count', () => {
    expect(idsOf(diversify([drama, copy, other], 3, 1))).toEqual([1, 2, 3]);
  });

  it('is never more than there are, nor more than asked for', () => {
    expect(diversify([], 5, 0.5)).toEqual([]);
    expect(diversify([drama, copy], 0, 0.5)).toEqual([]);
    expect(diversify([drama, copy], 9, 0.5)).toHaveLength(2);
  });

  it('is as many as asked for, also of very many', () => {
    const many = Array.from({ length: 600 }, (_, n) => scoredAs(1 - n / 1_000, { id: n + 1, genreIds: [n % 7] }));
    expect(diversify(many, 100, 0.75)).toHaveLength(100);
    expect(new Set(idsOf(diversify(many, 300, 0.75))).size).toBe(300);
  });

  const anyScored = fc
    .array(
      fc.record({
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        genreIds: arbitraryGenres,
        originalLanguage: fc.constantFrom('en', 'ja'),
        mediaType: fc.constantFrom('movie' as const, 'tv' as const),
      }),
      { maxLength: 15 },
    )
    .map((all) =>
      all.sort((a, b) => b.score - a.score).map(({ score, ...row }, n) => scoredAs(score, { id: n + 1, ...row })),
    );
  const anyRelevance = fc.double({ min: 0, max: 1, noNaN: true });

  it('is each once, the best first, and with a smaller limit the beginning of the same', () => {
    fc.assert(
      fc.property(anyScored, anyRelevance, fc.nat(20), (scored, relevance, limit) => {
        const all = diversify(scored, scored.length, relevance);
        expect([...idsOf(all)].sort((a, b) => a - b)).toEqual(idsOf(scored));
        expect(all[0]).toBe(scored[0]);
        expect(diversify(scored, limit, relevance)).toEqual(all.slice(0, limit));
      }),
    );
  });

  it('keeps the order of the scores where they alone count, whatever they are', () => {
    fc.assert(
      fc.property(anyScored, (scored) => {
        expect(diversify(scored, scored.length, 1)).toEqual(scored);
      }),
    );
  });
});

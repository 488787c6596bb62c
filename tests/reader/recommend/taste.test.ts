import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heaviestGenres, tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { arbitraryGenres, likedTitle } from '../../support/recommend-world.ts';

const weightsOf = (liked: number[][], asked: number[] = []) =>
  tasteOf(
    liked.map((genreIds, n) => likedTitle({ genreIds }, n + 1)),
    asked,
  ).genres;

describe('the genres of a taste', () => {
  it('are those of what was liked; a title with few genres says more of each', () => {
    const weights = weightsOf([[18], [18, 35]]);
    expect(weights.get(18)).toBe(1);
    // 1/√2 beside 1 + 1/√2.
    expect(weights.get(35)).toBeCloseTo(0.41421, 5);
    expect(weights.size).toBe(2);
  });

  it('weigh more when more titles have them', () => {
    const weights = weightsOf([[18], [18], [18], [35]]);
    expect([weights.get(18), weights.get(35)]).toEqual([1, 1 / 3]);
  });

  it('are those that were asked for, with the weight of two liked titles', () => {
    expect([...weightsOf([[18]], [27])]).toEqual([
      [18, 0.5],
      [27, 1],
    ]);
    expect(weightsOf([[18]], [18])).toEqual(new Map([[18, 1]]));
    expect(weightsOf([], [27, 35])).toEqual(
      new Map([
        [27, 1],
        [35, 1],
      ]),
    );
  });

  it('are none when nothing was liked or asked for, or nothing is known of it', () => {
    expect(weightsOf([]).size).toBe(0);
    expect(weightsOf([[], []]).size).toBe(0);
  });

  it('weigh between 0 and 1, the heaviest 1, whatever was liked and in whatever order', () => {
    const likes = fc.array(arbitraryGenres, { maxLength: 8 });
    fc.assert(
      fc.property(likes, arbitraryGenres, (liked, asked) => {
        const weights = weightsOf(liked, asked);
        expect(new Set(weights.keys())).toEqual(new Set([...liked.flat(), ...asked]));
        for (const weight of weights.values()) {
          expect(weight).toBeGreaterThan(0);
          expect(weight).toBeLessThanOrEqual(1);
        }
        expect(weights.size === 0 || Math.max(...weights.values()) === 1).toBe(true);
        for (const [genre, weight] of weightsOf([...liked].reverse(), asked)) {
          expect(weight).toBeCloseTo(weights.get(genre) ?? -1, 9);
        }
      }),
    );
  });
});

describe('the languages of a taste', () => {
  it('have each their share of what was liked', () => {
    const liked = ['en', 'ja', 'en', 'en'].map((originalLanguage, n) => likedTitle({ originalLanguage }, n + 1));
    expect(tasteOf(liked, []).languages).toEqual(
      new Map([
        ['en', 0.75],
        ['ja', 0.25],
      ]),
    );
  });
});

describe('a taste', () => {
  it('knows what it was made of', () => {
    const liked = [likedTitle()];
    const taste = tasteOf(liked, [27]);
    expect(taste.liked).toEqual(liked);
    expect(taste.askedGenres).toEqual(new Set([27]));
  });
});

describe('the heaviest genres', () => {
  it('come first; of equal ones the smaller id; no more than asked for', () => {
    const taste = tasteOf(
      [likedTitle({ genreIds: [53] }), likedTitle({ genreIds: [35] }), likedTitle({ genreIds: [18] })],
      [27],
    );
    expect(heaviestGenres(taste, 3)).toEqual([27, 18, 35]);
    expect(heaviestGenres(taste, 9)).toEqual([27, 18, 35, 53]);
    expect(heaviestGenres(tasteOf([], []), 3)).toEqual([]);
  });
});

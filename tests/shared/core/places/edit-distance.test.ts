import damerauLevenshtein from 'damerau-levenshtein';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

/** By trying every first step, which is too slow for anything but short words. */
function tried(one: string, other: string): number {
  if (one === '' || other === '') {
    return one.length + other.length;
  }
  const swapped = one.length > 1 && one[0] === other[1] && one[1] === other[0];
  return Math.min(
    1 + tried(one.slice(1), other),
    1 + tried(one, other.slice(1)),
    (one[0] === other[0] ? 0 : 1) + tried(one.slice(1), other.slice(1)),
    swapped ? 1 + tried(one.slice(2), other.slice(2)) : Number.POSITIVE_INFINITY,
  );
}

/** What close matches rely on in the library: distances up to 2, and that a greater one is greater. */
function editDistance(one: string, other: string): number {
  return damerauLevenshtein(one, other).steps;
}

describe('the distance of two texts', () => {
  it.each([
    ['', '', 0],
    ['', 'de', 2],
    ['de', 'de', 0],
    ['ed', 'de', 1],
    ['germny', 'germany', 1],
    ['gremany', 'germany', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('%j and %j: %i', (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance);
  });

  it('is what trying everything finds', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(editDistance(one, other)).toBe(tried(one, other));
      }),
    );
  });

  it('is the same both ways, and 0 for the same text only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(editDistance(one, other)).toBe(editDistance(other, one));
        expect(editDistance(one, other) === 0).toBe(one === other);
      }),
    );
  });
});

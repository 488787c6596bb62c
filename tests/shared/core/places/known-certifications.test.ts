import { describe, expect, it } from 'vitest';
import { strictness } from '../../../../src/shared/core/places/known-certifications.ts';
import { itWithSharedData, readSharedJson } from '../../../support/shared-data.ts';

type Rating = { certification: string; order: number };
const file = 'tmdb/details/openapi-examples/certification-tv-list.json';

describe('how strict a certification of a series is', () => {
  it('does not depend on blanks and capitals', () => {
    expect(strictness('AU', 'R18+')).toEqual(strictness('AU', 'r 18+'));
    expect(strictness('US', 'tv-ma').rank).toBeGreaterThan(strictness('US', 'TV-14').rank);
  });

  it('is the age that it names where nothing else is known', () => {
    expect(strictness('DE', '16')).toEqual({ rank: -1, ageYears: 16 });
    expect(strictness('XX', 'anything')).toEqual({ rank: -1, ageYears: 0 });
    expect(strictness('toString', 'x').rank).toBe(-1);
  });

  itWithSharedData('is in the order of TMDB’s document, in all its countries', file, () => {
    const { certifications } = readSharedJson(file) as { certifications: Record<string, Rating[]> };
    expect(Object.keys(certifications)).toHaveLength(40);
    const pairs = Object.entries(certifications).flatMap(([country, ratings]) =>
      ratings.flatMap((mild) =>
        ratings.filter(({ order }) => order > mild.order).map((strict) => ({ country, mild, strict })),
      ),
    );
    const wrong = pairs.filter(({ country, mild, strict }) => !isStricter(country, strict, mild));
    expect(wrong).toEqual([]);
  });
});

function isStricter(country: string, strict: Rating, mild: Rating): boolean {
  const [a, b] = [strictness(country, strict.certification), strictness(country, mild.certification)];
  return a.rank > b.rank || (a.rank === b.rank && a.ageYears >= b.ageYears);
}

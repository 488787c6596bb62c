import { describe, expect, it } from 'vitest';
import type { MediaType } from '../../../../src/shared/core/feed.ts';
import { certificationsOf, isAtMost, strictness } from '../../../../src/shared/core/places/known-certifications.ts';
import { itWithSharedData, readSharedJson } from '../../../support/shared-data.ts';

type Rating = { certification: string; order: number };
const file = 'tmdb/details/openapi-examples/certification-tv-list.json';
const files = { movie: 'tmdb/details/openapi-examples/certification-movie-list.json', tv: file };
/** TMDB's own list of a media type, without Quebec, which is no country. */
const listOf = (mediaType: MediaType) => {
  const { certifications } = readSharedJson(files[mediaType]) as { certifications: Record<string, Rating[]> };
  return Object.entries(certifications).filter(([country]) => country !== 'CA-QC');
};

describe('how strict a certification of a series is', () => {
  it('does not depend on blanks and capitals', () => {
    expect(strictness('AU', 'R18+')).toEqual(strictness('AU', 'r 18+'));
    expect(strictness('US', 'tv-ma').rank).toBeGreaterThan(strictness('US', 'TV-14').rank);
  });

  it('is the age that it names where nothing else is known', () => {
    expect(strictness('AT', '16')).toEqual({ rank: -1, ageYears: 16 });
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

describe('whether a certification is at most as strict as another', () => {
  it.each<[MediaType, string, string, string, boolean]>([
    ['movie', 'US', 'PG', 'PG-13', true],
    ['movie', 'US', 'R', 'PG-13', false],
    ['movie', 'US', ' pg-13 ', 'Pg - 13', true],
    ['tv', 'US', 'TV-Y7', 'TV-G', true],
    ['movie', 'TR', 'Genel İzleyici Kitlesi', 'GENEL İZLEYİCİ KİTLESİ', true],
    // Of two systems the ages decide.
    ['tv', 'US', 'TV-PG', 'PG-13', true],
    ['tv', 'US', 'TV-14', 'PG-13', false],
    ['tv', 'US', 'TV-MA', 'R', true],
    ['movie', 'US', 'PG-13', 'TV-14', true],
    ['movie', 'US', 'R', 'TV-14', false],
    // A film may have a certification of the other system.
    ['movie', 'US', 'TV-14', 'TV-PG', false],
    ['movie', 'US', 'TV-14', 'R', true],
    // The same word in both: each system has its own order.
    ['movie', 'AU', 'PG', 'M', true],
    ['tv', 'AU', 'M', 'PG', false],
    // Without an age the title's counts as the next stricter one, and the limit as the next milder one.
    ['tv', 'CA', 'PG', '14A', true],
    ['tv', 'AU', 'C', 'RC', true],
    ['movie', 'IT', '14+', 'BA', false],
    ['movie', 'IT', 'T', 'BA', true],
    // Ages that no list of the country has.
    ['movie', 'DE', '14', '16', true],
    ['movie', 'DE', '17', '16', false],
    ['movie', 'AT', '10', '12', true],
  ])('%s in %s: %s under %s: %s', (mediaType, country, certification, most, expected) => {
    expect(isAtMost(mediaType, country, certification, most)).toBe(expected);
  });

  it.each(['NR', 'nr ', '', 'Unheard of', 'Not rated'])('is never so for %j, which is no certification', (text) => {
    for (const country of ['US', 'DE', 'GB', 'AT', 'toString']) {
      for (const most of [...certificationsOf(country), text]) {
        expect(isAtMost('movie', country, text, most)).toBe(false);
        expect(isAtMost('tv', country, text, most)).toBe(false);
      }
    }
  });

  it.each(['movie', 'tv'] as const)('leaves no two of these countries incomparable, of %s', (mediaType) => {
    for (const country of ['US', 'GB', 'DE', 'IE', 'MX']) {
      const all = certificationsOf(country);
      for (const [a, b] of all.flatMap((one) => all.map((other) => [one, other] as const))) {
        expect(isAtMost(mediaType, country, a, a)).toBe(true);
        expect(isAtMost(mediaType, country, a, b) || isAtMost(mediaType, country, b, a), `${country} ${a} ${b}`).toBe(
          true,
        );
      }
    }
  });

  for (const mediaType of ['movie', 'tv'] as const) {
    itWithSharedData(
      `is in the order of TMDB’s document of ${mediaType}, in all its countries`,
      files[mediaType],
      () => {
        const all = listOf(mediaType).flatMap(([country, ratings]) => {
          const rated = ratings.filter(({ certification }) => certification !== 'NR');
          return rated.flatMap((own) => rated.map((most) => ({ country, own, most })));
        });
        expect(all.length).toBeGreaterThan(800);
        const wrong = all.filter(({ country, own, most }) => {
          // The document gives one place to 12 and 16 in Spain, and to 15+ and 18+ in Taiwan.
          const isMistaken = own.order === most.order && ['ES', 'TW'].includes(country) && own !== most;
          return (
            !isMistaken &&
            isAtMost(mediaType, country, own.certification, most.certification) !== own.order <= most.order
          );
        });
        expect(wrong).toEqual([]);
      },
    );
  }
});

describe('the certifications of a country', () => {
  it('are those of films and series, mildest first, each once', () => {
    expect(certificationsOf('DE')).toEqual(['0', '6', '12', '16', '18']);
    expect(certificationsOf('US').join()).toBe('G,PG,PG-13,R,NC-17,TV-Y,TV-Y7,TV-G,TV-PG,TV-14,TV-MA');
    expect(certificationsOf('KR')).toEqual(['All', '12', '15', '18', 'Restricted Screening', 'Exempt', '7', '19']);
    expect(certificationsOf('GB')).toContain('12A');
  });

  it('are none where TMDB lists none', () => {
    expect(['AT', 'xx', 'toString', '__proto__'].map(certificationsOf)).toEqual([[], [], [], []]);
  });

  for (const mediaType of ['movie', 'tv'] as const) {
    itWithSharedData(`are all that TMDB’s document of ${mediaType} has`, files[mediaType], () => {
      const missing = listOf(mediaType).flatMap(([country, ratings]) => {
        const known = certificationsOf(country).map((text) => text.toLowerCase());
        return ratings.filter(
          ({ certification }) => certification !== 'NR' && !known.includes(certification.toLowerCase()),
        );
      });
      expect(missing).toEqual([]);
    });
  }
});

function isStricter(country: string, strict: Rating, mild: Rating): boolean {
  const [a, b] = [strictness(country, strict.certification), strictness(country, mild.certification)];
  return a.rank > b.rank || (a.rank === b.rank && a.ageYears >= b.ageYears);
}

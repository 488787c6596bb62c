import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { scoreCandidates } from '../../../src/reader/recommend/score.ts';
import { dayPartAt, genreAffinity, inCommon, yearAffinity } from '../../../src/reader/recommend/score-parts.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  arbitraryFacts,
  arbitraryGenres,
  likedTitle,
  partsOf,
  scoreContext,
  scoredAtMs,
} from '../../support/recommend-world.ts';
import { sampleCandidate } from '../../support/sample-cards.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

const film = (id: number) => ({ mediaType: 'movie' as const, id });

describe('the genre part', () => {
  it.each([
    ['the same single genre', [18], [[18, 1]], 1],
    [
      'the same two',
      [18, 53],
      [
        [18, 1],
        [53, 1],
      ],
      1,
    ],
    ['one of two', [18, 35], [[18, 1]], Math.SQRT1_2],
    [
      'a lighter one',
      [18],
      [
        [18, 0.6],
        [35, 0.8],
      ],
      0.6,
    ],
    [
      'both, of unequal weight',
      [18, 35],
      [
        [18, 0.6],
        [35, 0.8],
      ],
      0.98995,
    ],
    ['none in common', [27], [[18, 1]], 0],
    ['no genre', [], [[18, 1]], 0],
    ['no taste', [18], [], 0],
  ] as const)('of %s', (_name, genres, taste, cosine) => {
    expect(genreAffinity(genres, new Map(taste.map(([genre, weight]) => [genre, weight])))).toBeCloseTo(cosine, 5);
  });

  it('is that of the taste', () => {
    const taste = tasteOf([likedTitle({ genreIds: [18] })], []);
    expect(partsOf({ genreIds: [18, 35] }, { taste }).genre).toBeCloseTo(Math.SQRT1_2, 5);
  });

  it('is between 0 and 1, and grows with no genre that the taste does not have', () => {
    const taste = fc.array(fc.tuple(fc.constantFrom(18, 35, 27), fc.double({ min: 0.01, max: 1, noNaN: true })));
    fc.assert(
      fc.property(arbitraryGenres, taste, (genres, weights) => {
        const map = new Map(weights);
        const affinity = genreAffinity(genres, map);
        expect(affinity).toBeGreaterThanOrEqual(0);
        expect(affinity).toBeLessThanOrEqual(1);
        expect(genreAffinity([...genres, 99], map)).toBeLessThanOrEqual(affinity);
      }),
    );
  });
});

describe('the year part', () => {
  it.each<[string, number | undefined, [number, number][], number | undefined]>([
    ['the same year', 1995, [[1995, 3]], 1],
    ['six years before', 1989, [[1995, 1]], Math.exp(-1)],
    [
      'the mean over titles',
      1995,
      [
        [1995, 1],
        [2007, 3],
      ],
      (1 + 3 * Math.exp(-2)) / 4,
    ],
    ['no year', undefined, [[1995, 1]], undefined],
    ['no liked year', 1995, [], undefined],
  ])('of %s', (_name, year, years, part) => {
    const affinity = yearAffinity(year, new Map(years));
    expect(affinity === undefined ? undefined : Math.round(1e9 * affinity)).toBe(
      part === undefined ? undefined : Math.round(1e9 * part),
    );
  });

  it('is between 0 and 1, and never greater further from all liked years', () => {
    const years = fc.array(fc.tuple(fc.integer({ min: 1950, max: 1990 }), fc.integer({ min: 1, max: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(years, fc.nat(60), fc.nat(60), (liked, a, b) => {
        const [near, far] = [1990 + Math.min(a, b), 1990 + Math.max(a, b)];
        const of = (year: number) => yearAffinity(year, new Map(liked)) ?? -1;
        expect([of(near) >= of(far), of(near) <= 1, of(far) >= 0]).toEqual([true, true, true]);
      }),
    );
  });

  it('is that of the release date', () => {
    const taste = tasteOf([likedTitle({ releaseDate: '1995-01-01' }), likedTitle({ releaseDate: null })], []);
    expect(partsOf({ releaseDate: '2001-12-31' }, { taste }).year).toBeCloseTo(Math.exp(-1), 9);
  });
});

describe('the newness part', () => {
  it.each([
    ['today', '2026-11-23', 1],
    ['in the future', '2027-06-01', 1],
    ['five years ago', '2021-11-23', Math.exp(-1)],
    ['ten years ago', '2016-11-23', Math.exp(-2)],
  ])('of a title of %s', (_name, releaseDate, part) => {
    expect(partsOf({ releaseDate }).newness).toBeCloseTo(part, 3);
  });

  it('of a title without a date is the mean of the others', () => {
    const beside = [{ releaseDate: '2026-11-23' }, { releaseDate: '2021-11-23' }];
    expect(partsOf({ releaseDate: null }, {}, { beside }).newness).toBeCloseTo((1 + Math.exp(-1)) / 2, 3);
  });
});

describe.each(['keywords', 'people'] as const)('the part of %s in common', (what) => {
  const candidate = (...ids: number[]) => ({ ...sampleCandidate({ id: 1 }), facts: { [what]: ids } });
  const liked = (...sets: number[][]) => ({ liked: sets.map((ids, n) => likedTitle({}, 100 + n, { [what]: ids })) });

  it('is 1 for the one that has most, and less for one that has less of it or more besides', () => {
    const parts = inCommon([candidate(1, 2), candidate(1), candidate(1, 2, 8, 9), candidate(7)], liked([1, 2]), what);
    const [both = 0, one = 0, besides = 0, none] = parts;
    expect([both, none]).toEqual([1, 0]);
    expect(one).toBeLessThan(both);
    expect(besides).toBeLessThan(both);
    expect(Math.min(one, besides)).toBeGreaterThan(0);
  });

  it('is greater for what is rare among the candidates', () => {
    const [common = 0, rare = 0] = inCommon(
      [candidate(1), candidate(2), candidate(1, 5), candidate(1, 6)],
      liked([1, 2]),
      what,
    );
    expect(rare).toBeGreaterThan(common);
  });

  it('is greater for what more liked titles have', () => {
    const [twice = 0, once = 0] = inCommon([candidate(1), candidate(2)], liked([1, 3], [1, 4], [2, 3]), what);
    expect(twice).toBeGreaterThan(once);
  });

  it('is unknown where nothing is known of the title, or of all liked ones', () => {
    expect(inCommon([candidate(), candidate(1)], liked([1]), what)).toEqual([undefined, 1]);
    expect(inCommon([candidate(1)], liked([]), what)).toEqual([undefined]);
    expect(inCommon([candidate(1)], liked(), what)).toEqual([undefined]);
  });

  it('is between 0 and 1, and nothing exactly where nothing is in common', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryFacts, { maxLength: 8 }),
        fc.array(arbitraryFacts, { maxLength: 4 }),
        (all, likes) => {
          const candidates = all.map((facts, n) => ({ ...sampleCandidate({ id: n + 1 }), facts }));
          const titles = likes.map((facts, n) => likedTitle({}, 100 + n, facts));
          const held = new Set(likes.flatMap((facts) => facts[what] ?? []));
          for (const [index, part] of inCommon(candidates, { liked: titles }, what).entries()) {
            const own = all[index]?.[what] ?? [];
            expect(part === undefined).toBe(own.length === 0 || held.size === 0);
            expect(part ?? 0).toBeGreaterThanOrEqual(0);
            expect(part ?? 0).toBeLessThanOrEqual(1);
            expect((part ?? 0) > 0).toBe(own.some((id) => held.has(id)));
          }
        },
      ),
    );
  });
});

describe('the recommended part', () => {
  const likes = [
    likedTitle({}, 1, { recommendations: [film(10), film(11)], collection: 5 }),
    likedTitle({}, 2, { recommendations: [film(10)] }),
  ];
  const taste = tasteOf(likes, []);

  it('is the number of liked titles that TMDB recommends it with, beside the greatest', () => {
    const beside = [{ id: 1_010 }];
    const of = (id: number) => partsOf({ id }, { taste }, { beside }).recommended;
    expect([of(10), of(11), of(12)]).toEqual([1, 1, 0]);
    const both = scoreCandidates(
      [10, 11, 12].map((id) => sampleCandidate({ id })),
      scoreContext({ taste }),
    );
    const parts = new Map(both.map((one) => [one.candidate.row.id, one.parts.recommended]));
    expect([10, 11, 12].map((id) => parts.get(id))).toEqual([1, 0.5, 0]);
  });

  it('is not that of a series of the same id', () => {
    expect(partsOf({ id: 10, mediaType: 'tv' }, { taste }).recommended).toBe(0);
  });

  it('is 1 for a title of the same film series', () => {
    const candidate = { ...sampleCandidate({ id: 12 }), facts: { collection: 5 } };
    const others = { ...sampleCandidate({ id: 13 }), facts: { collection: null } };
    const scored = scoreCandidates([candidate, others], scoreContext({ taste }));
    expect(scored.map(({ candidate: { row }, parts }) => [row.id, parts.recommended])).toEqual([
      [12, 1],
      [13, 0],
    ]);
  });
});

describe('the origin part', () => {
  const taste = tasteOf(
    ['en', 'en', 'en', 'ja'].map((originalLanguage, n) => likedTitle({ originalLanguage }, n)),
    [],
  );
  it.each([
    ['the share of the language in what was liked', 'ja', [], 'global', 0.25],
    ['nothing for another language', 'de', [], 'global', 0],
    ['not quite foreign when it was made in the region', 'de', ['DE'], 'DE', 0.7],
    ['the better of the two', 'en', ['DE'], 'DE', 0.75],
    ['nothing for another country', 'de', ['FR'], 'DE', 0],
    ['nothing for the world as a country', 'de', ['global'], 'global', 0],
  ])('is %s', (_name, originalLanguage, originCountries, region, part) => {
    expect(partsOf({ originalLanguage, originCountries }, { taste, region }).origin).toBeCloseTo(part, 9);
  });
});

describe('the placement part', () => {
  const place = (rank: number, over: Parameters<typeof sampleFeed>[0] = {}) => ({ feed: sampleFeed(over), rank });
  const inRegion = { region: 'DE', language: 'de-DE' };
  it.each([
    ['the top of the world’s list', [place(1)], 0.6],
    ['its third place', [place(3)], 0.3],
    ['the top of the region’s list', [place(1, inRegion)], 1],
    ['its seventh place', [place(7, inRegion)], 1 / 3],
    ['the top of another region’s list', [place(1, { region: 'FR', language: 'fr-FR' })], 0.6],
    ['the top of a genre', [place(1, { category: 'genre_18' })], 0.4],
    ['the best of several', [place(1, { category: 'genre_18' }), place(3, inRegion), place(3)], 0.5],
    ['the best of several, elsewhere', [place(3, inRegion), place(1)], 0.6],
  ])('of %s', (_name, places, part) => {
    expect(partsOf({}, { region: 'DE' }, { places }).placement).toBeCloseTo(part, 9);
  });

  it('of a region’s list counts as the world’s for who asked for no region', () => {
    expect(partsOf({}, { region: 'global' }, { places: [place(1, inRegion)] }).placement).toBeCloseTo(0.6, 9);
  });
});

describe('the freshness part', () => {
  it('falls from 1 to 0 over the life of the row', () => {
    const quarter = { fetchedAt: '2026-11-23T08:00:00.000Z', expiresAtMs: scoredAtMs + 40 * hourMs };
    expect(partsOf(quarter, { nowMs: scoredAtMs + 10 * hourMs }).freshness).toBe(0.75);
    expect(partsOf(quarter, { nowMs: scoredAtMs + 40 * hourMs }).freshness).toBe(0);
  });
});

describe('the day-part', () => {
  const { dayParts } = scoreContext();
  it.each([
    [6, 'day'],
    [21, 'day'],
    [22, 'night'],
    [23, 'night'],
    [0, 'night'],
    [5, 'night'],
  ])('at %i is the %s', (hour, name) => {
    expect(dayPartAt(hour, dayParts)?.name).toBe(name);
  });

  it('is none without an hour, and where none is set', () => {
    expect(dayPartAt(undefined, dayParts)).toBeUndefined();
    expect(dayPartAt(12, [])).toBeUndefined();
    expect(dayPartAt(12, [{ name: 'morning', fromHour: 6, toHour: 12, genres: [] }])).toBeUndefined();
  });

  it('is known at every hour with the default settings', () => {
    const names = Array.from({ length: 24 }, (_, hour) => dayPartAt(hour, defaultSettings.reader.dayParts)?.name);
    expect(names).not.toContain(undefined);
    expect(names[23]).toBe('night');
    expect(names[4]).toBe('night');
    expect(names[5]).toBe('morning');
  });

  it.each([
    ['all its genres are of the day', [35, 16], 12, 1],
    ['half of them', [35, 18], 12, 0.5],
    ['one of four, at night', [27, 18, 53, 35], 2, 0.25],
    ['it has none', [], 12, 0],
    ['no hour was given', [35], undefined, 0],
  ])('counts as its share of the genres: %s', (_name, genreIds, hour, part) => {
    expect(partsOf({ genreIds }, { hour }).dayPart).toBe(part);
  });
});

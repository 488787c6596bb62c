import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasteOf } from '../../../src/reader/recommend/candidates.ts';
import { dayPartAt, genreAffinity } from '../../../src/reader/recommend/score-parts.ts';
import { hourMs } from '../../../src/shared/core/clock.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { arbitraryGenres, likedTitle, partsOf, scoreContext, scoredAtMs } from '../../support/recommend-world.ts';
import { sampleFeed } from '../../support/sample-messages.ts';

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

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { rowBytes } from '../../../src/shared/tables/row.ts';
import { type TitleRow, titleKey, titleRowFor, titleRowSchema } from '../../../src/shared/tables/title-row.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { arbitraryCloseSighting, arbitraryEpochMs, arbitraryTitle } from '../../support/arbitrary-page.ts';
import { sampleFeed, samplePage, sampleTitle } from '../../support/sample-messages.ts';
import { englishOverview } from '../../support/sample-overviews.ts';

const rowOf = (page = samplePage(), listed = sampleTitle()) =>
  titleRowFor({ language: page.feed.language, fetchedAt: page.fetchedAt }, listed, defaultSettings);

const contentOf = ({ version: _version, ...content }: TitleRow) => content;

describe('title key', () => {
  it.each([
    ['movie', 550, 'en-US', { mediaId: '550', mediaType: 'movie' }],
    ['tv', 605, 'en-US', { mediaId: '605', mediaType: 'tv' }],
    ['movie', 550, 'de-DE', { mediaId: '550', mediaType: 'movie@de-DE' }],
  ] as const)('of %s %i in %s', (mediaType, id, language, key) => {
    expect(titleKey(mediaType, id, language, defaultSettings)).toEqual(key);
  });

  it('follows the default language', () => {
    const german = { ...defaultSettings, defaultLanguage: 'de-DE' };
    expect(titleKey('tv', 7, 'de-DE', german).mediaType).toBe('tv');
    expect(titleKey('tv', 7, 'en-US', german).mediaType).toBe('tv@en-US');
  });

  it('keeps a film and a series of the same id apart', () => {
    const film = rowOf(samplePage(), sampleTitle({ id: 605, mediaType: 'movie' }));
    const series = rowOf(samplePage(), sampleTitle({ id: 605, mediaType: 'tv' }));
    expect([film.mediaId, film.mediaType, series.mediaId, series.mediaType]).toEqual(['605', 'movie', '605', 'tv']);
  });
});

describe('title row', () => {
  it('is what a reader needs, and knows its age by the half day', () => {
    const row = rowOf();
    expect(row).toMatchObject({
      mediaId: '550',
      mediaType: 'movie',
      schemaVersion: 1,
      source: 'tmdb',
      title: 'Fight Club',
      fetchedAt: '2026-11-23T00:00:00.000Z',
      voteAverage: 8.4,
      voteCount: 26_900,
      popularity: 72.9,
      genreIds: [18, 53, 35],
    });
    const freshMs = Date.parse(row.freshUntil) - Date.parse('2026-11-23T00:00:00Z');
    expect(freshMs).toBeGreaterThanOrEqual(0.9 * 7 * 86_400_000);
    expect(freshMs).toBeLessThanOrEqual(1.1 * 7 * 86_400_000);
    expect(row.expiresAt).toBeGreaterThanOrEqual(Date.parse('2026-12-14T00:00:00Z') / 1000);
  });

  it('has the row’s own shape, whatever the title and the feed', () => {
    fc.assert(
      fc.property(arbitraryFeed, arbitraryTitle, arbitraryEpochMs, (feed, listed, fetchedAtMs) => {
        const page = samplePage({ feed, fetchedAt: new Date(fetchedAtMs).toISOString() });
        const row = rowOf(page, listed);
        expect(titleRowSchema.parse(row)).toEqual(row);
      }),
    );
  });

  it('does not depend on the list it was seen in, its rank or its snapshot', () => {
    const elsewhere = samplePage({
      feed: sampleFeed({ category: 'genre_18' }),
      snapshot: '2026-11-22T09:00:00Z.5eed5eed',
      fetchedAt: '2026-11-23T03:00:00.000Z',
      page: 2,
    });
    expect(rowOf(elsewhere, sampleTitle({ rank: 31 }))).toEqual(rowOf());
  });

  it('fits into one write unit with an overview of 600 characters', () => {
    expect(englishOverview).toHaveLength(600);
    const listed = sampleTitle({
      overview: englishOverview,
      originalTitle: 'El Club de la Pelea',
      originCountries: ['US'],
    });
    expect(rowBytes(rowOf(samplePage(), listed))).toBeLessThanOrEqual(1024);
    const german = samplePage({ feed: sampleFeed({ region: 'DE', language: 'de-DE' }) });
    expect(rowBytes(rowOf(german, listed))).toBeLessThanOrEqual(1024);
  });
});

describe('figures that hardly move', () => {
  it.each([
    ['votes', { voteCount: 27_044 }, { voteCount: 28_100 }],
    ['votes, down', { voteCount: 27_044 }, { voteCount: 25_700 }],
    ['popularity', { popularity: 73.433 }, { popularity: 76.4 }],
    ['the average', { voteAverage: 8.438 }, { voteAverage: 8.36 }],
  ])('make no other row: %s', (_name, before, after) => {
    expect(rowOf(samplePage(), sampleTitle(after))).toEqual(rowOf(samplePage(), sampleTitle(before)));
  });

  it.each([
    ['votes', { voteCount: 27_044 }, { voteCount: 29_800 }],
    ['popularity', { popularity: 73.433 }, { popularity: 81 }],
    ['the average', { voteAverage: 8.438 }, { voteAverage: 8.51 }],
    ['a text', {}, { overview: 'Another one.' }],
  ])('but make one when they have moved: %s', (_name, before, after) => {
    expect(rowOf(samplePage(), sampleTitle(after)).version).not.toBe(rowOf(samplePage(), sampleTitle(before)).version);
  });

  const rowWith = (popularity: number, voteCount: number, titleFigureStep: number) =>
    titleRowFor({ language: 'en-US', fetchedAt: samplePage().fetchedAt }, sampleTitle({ popularity, voteCount }), {
      ...defaultSettings,
      titleFigureStep,
    });
  const anyStep = fc.double({ min: 0.02, max: 1, noNaN: true });
  const anyFigure = fc.double({ min: 1, max: 1e8, noNaN: true });

  it('stay within half a step of what TMDB said', () => {
    fc.assert(
      fc.property(anyFigure, anyStep, (figure, step) => {
        const row = rowWith(figure, Math.round(figure), step);
        const factor = Math.sqrt(1 + step) * 1.005;
        expect(row.popularity).toBeGreaterThanOrEqual(figure / factor);
        expect(row.popularity).toBeLessThanOrEqual(figure * factor);
        expect(row.voteCount).toBeGreaterThanOrEqual(Math.floor(Math.round(figure) / factor));
        expect(row.voteCount).toBeLessThanOrEqual(Math.ceil(Math.round(figure) * factor));
      }),
    );
  });

  it('move up when TMDB’s do by more than a step, and never against them', () => {
    fc.assert(
      fc.property(anyFigure, anyStep, fc.double({ min: 1, max: 5, noNaN: true }), (figure, step, growth) => {
        const before = rowWith(figure, 1, step).popularity;
        expect(rowWith(figure * growth, 1, step).popularity).toBeGreaterThanOrEqual(before);
        expect(rowWith(figure * (1 + step) * 1.001, 1, step).popularity).toBeGreaterThan(before);
      }),
    );
  });

  it('are nothing when they are nothing', () => {
    expect(rowWith(0, 0, 0.1)).toMatchObject({ voteCount: 0, popularity: 0 });
    expect(Object.is(rowWith(-1, -1, 0.1).popularity, 0)).toBe(true);
  });
});

describe('version', () => {
  it('is the same for the same content only', () => {
    fc.assert(
      fc.property(arbitraryCloseSighting(), arbitraryCloseSighting(), (a, b) => {
        const [rowA, rowB] = [rowOf(a.page, a.listed), rowOf(b.page, b.listed)];
        expect(rowA.version === rowB.version).toBe(isDeepStrictEqual(contentOf(rowA), contentOf(rowB)));
      }),
      { numRuns: 300 },
    );
  });

  it('is greater in a later period, whatever else changed', () => {
    fc.assert(
      fc.property(arbitraryTitle, arbitraryTitle, fc.integer({ min: 1, max: 1_000 }), (a, b, halfDays) => {
        const earlier = samplePage({ fetchedAt: '2026-11-23T11:59:59.999Z' });
        const laterMs = Date.UTC(2026, 10, 23) + halfDays * 12 * 3_600_000;
        const later = samplePage({ fetchedAt: new Date(laterMs).toISOString() });
        expect(rowOf(later, b).version > rowOf(earlier, a).version).toBe(true);
      }),
    );
  });

  it('is greater for more votes within a period', () => {
    fc.assert(
      fc.property(arbitraryTitle, arbitraryTitle, (a, b) => {
        const [rowA, rowB] = [rowOf(samplePage(), a), rowOf(samplePage(), b)];
        fc.pre(rowA.voteCount < rowB.voteCount);
        expect(rowA.version < rowB.version).toBe(true);
      }),
    );
  });
});

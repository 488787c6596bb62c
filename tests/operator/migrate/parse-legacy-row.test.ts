import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRow } from '../../../src/operator/migrate/judge-row.ts';
import { parseLegacyRow } from '../../../src/operator/migrate/parse-legacy-row.ts';
import { emptyCard } from '../../../src/shared/queues/card-fields.ts';
import { describedTitleSchema } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { titleRowSchema } from '../../../src/shared/tables/title-row.ts';
import { drawLegacySample, expectMigrated } from '../../support/legacy-rows.ts';
import { sampleListPage, sampleTitleRow } from '../../support/sample-rows.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const nowMs = Date.UTC(2026, 10, 25, 8);
const fetchedAt = Date.UTC(2026, 10, 20, 9, 30);

const tmdbContent = {
  title: 'Fight Club',
  original_title: 'El Club de la Pelea',
  overview: 'A club.',
  poster_path: '/p.jpg',
  backdrop_path: '/b.jpg',
  release_date: '1999-10-15',
  vote_average: 8.438,
  vote_count: 27_044,
  popularity: 73.433,
  genre_ids: [18, 53],
  original_language: 'en',
  origin_country: ['US'],
  adult: false,
};

const camelContent = {
  title: 'Fight Club',
  originalTitle: 'El Club de la Pelea',
  overview: 'A club.',
  posterPath: '/p.jpg',
  backdropPath: '/b.jpg',
  releaseDate: '1999-10-15',
  voteAverage: '8.438',
  voteCount: '27044',
  popularity: 73.433,
  genres: [
    { id: 18, name: 'Drama' },
    { id: '53', name: 'Thriller' },
  ],
  originalLanguage: 'en',
  originCountry: 'US',
  adult: false,
};

const fightClub = {
  mediaType: 'movie',
  id: 550,
  ...emptyCard,
  title: 'Fight Club',
  originalTitle: 'El Club de la Pelea',
  overview: 'A club.',
  posterPath: '/p.jpg',
  backdropPath: '/b.jpg',
  releaseDate: '1999-10-15',
  voteAverage: 8.438,
  voteCount: 27_044,
  popularity: 73.433,
  genreIds: [18, 53],
  originalLanguage: 'en',
  originCountries: ['US'],
  adult: false,
};

const keys = { mediaId: '550', mediaType: 'movie', fetchedAt };
const unused = { cacheKey: 'movie_550', contentId: '550', contentType: 'movie', category: 'popular', expiresAt: 1 };

const titleOf = (row: Record<string, unknown>) => {
  const parsed = parseLegacyRow(row, nowMs);
  return parsed.kind === 'title' ? parsed.title : parsed.reason;
};

describe('content of a row of the predecessor', () => {
  it.each<[string, Record<string, unknown>]>([
    ['beside the keys, under TMDB’s names', tmdbContent],
    ['beside the keys, in camel case', camelContent],
    ['in a map data', { data: tmdbContent }],
    ['in a map item', { item: camelContent }],
    ['in a map metadata', { metadata: tmdbContent }],
    ['as JSON in data', { data: JSON.stringify(tmdbContent) }],
    ['as JSON in item', { item: JSON.stringify(tmdbContent) }],
    ['as JSON in metadata', { metadata: JSON.stringify(camelContent) }],
    ['with its own id and type', { data: { ...tmdbContent, id: 550, media_type: 'movie' } }],
    ['with a title beside the keys and the rest in data', { title: 'Fight Club', data: { ...tmdbContent, title: '' } }],
    ['with an empty title beside the keys', { title: '', overview: null, data: tmdbContent }],
    ['in data, with a text in item that is none', { data: tmdbContent, item: 'see data' }],
    ['beside the keys, with an id that is another thing', { ...tmdbContent, id: 'a-b-c', media_type: 'cached' }],
  ])('%s', (_where, content) => {
    expect(parseLegacyRow({ ...keys, ...unused, ...content }, nowMs)).toEqual({
      kind: 'title',
      title: fightClub,
      fetchedAtMs: fetchedAt,
    });
  });

  it('of a series', () => {
    const content = { name: 'Dark', original_name: 'Dunkel', first_air_date: '2017-12-01T00:00:00.000Z' };
    expect(titleOf({ ...keys, mediaId: 70_523, mediaType: 'tv', data: content })).toMatchObject({
      ...{ mediaType: 'tv', id: 70_523, title: 'Dark', originalTitle: 'Dunkel', releaseDate: '2017-12-01' },
      ...{ overview: '', posterPath: null, voteCount: 0, genreIds: [], originCountries: [], adult: false },
    });
  });

  it.each([
    ['movie', 'movie'],
    ['MOVIE', 'movie'],
    ['tv', 'tv'],
    ['TV', 'tv'],
    ['series', 'tv'],
    ['Show', 'tv'],
  ])('media type %s is %s', (mediaType, expected) => {
    expect(titleOf({ ...keys, mediaType, title: 'T' })).toMatchObject({ mediaType: expected });
  });

  it('prefers ids of genres to objects that have them', () => {
    expect(titleOf({ ...keys, title: 'T', genre_ids: [18], genres: ['Drama'] })).toMatchObject({ genreIds: [18] });
    expect(titleOf({ ...keys, title: 'T', genre_ids: [], genres: [{ id: 35 }, 'x'] })).toMatchObject({
      genreIds: [35],
    });
  });
});

describe('not understood', () => {
  const row = { ...keys, title: 'Fight Club' };
  it.each<[Record<string, unknown>, string]>([
    [{ ...row, mediaId: 'tt0137523' }, "mediaId 'tt0137523' is no TMDB id"],
    [{ ...row, mediaId: '0550' }, "mediaId '0550' is no TMDB id"],
    [{ ...row, mediaId: '9007199254740992' }, "mediaId '9007199254740992' is no TMDB id"],
    [{ ...row, mediaId: '-5' }, "mediaId '-5' is no TMDB id"],
    [{ ...row, mediaId: undefined }, "mediaId 'undefined' is no TMDB id"],
    [{ ...row, mediaType: 'person' }, "mediaType 'person' is neither movie nor tv"],
    [{ ...row, mediaType: 'constructor' }, "mediaType 'constructor' is neither movie nor tv"],
    [{ ...row, mediaType: 'movie@de-DE' }, "mediaType 'movie@de-DE' is one of this schema, but there is no version"],
    [{ ...row, mediaType: 'movie#x' }, "mediaType 'movie#x' is one of this schema, but there is no version"],
    [{ ...row, fetchedAt: undefined }, 'there is no fetchedAt'],
    [{ ...row, fetchedAt: 'soon' }, "fetchedAt 'soon' is no time between 2010 and tomorrow"],
    [{ ...row, title: undefined }, 'there is no title'],
    [{ ...row, title: ' ' }, 'there is no title'],
    [{ ...row, title: 1917 }, 'there is no title'],
    [{ ...row, title: '', data: '{"title":' }, 'there is no title, and data is no content'],
    [{ ...row, title: '', data: '"Fight Club"', item: [] }, 'there is no title, and data, item is no content'],
    [{ ...row, data: { id: 551 } }, 'the content is that of another title (id 551)'],
    [{ ...row, data: { media_type: 'tv' } }, 'the content is that of another media type (tv)'],
  ])('%j', (broken, reason) => {
    expect(titleOf(broken)).toBe(reason);
  });

  it('is whatever the parser does not know, but never an error', () => {
    const value = fc.oneof(fc.anything(), fc.string(), fc.integer());
    const anyRow = fc.dictionary(
      fc.constantFrom(
        'mediaId',
        'mediaType',
        'fetchedAt',
        'title',
        'data',
        'item',
        'genres',
        'genre_ids',
        'vote_count',
      ),
      value,
    );
    fc.assert(
      fc.property(anyRow, fc.boolean(), (drawn, withKeys) => {
        const parsed = parseLegacyRow(withKeys ? { ...drawn, ...keys } : drawn, nowMs);
        if (parsed.kind === 'title') {
          expect(describedTitleSchema.parse(parsed.title)).toEqual(parsed.title);
          expect(parsed.title.title.trim()).not.toBe('');
        } else {
          expect(parsed.reason).toMatch(/^[^\n]{5,250}$/);
        }
      }),
    );
  });
});

describe('a row of any shape', () => {
  it('becomes the row that its facts ask for, or is not understood for the right reason', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 - 2 }), (seed, id) => {
        const { item, facts, problem } = drawLegacySample(seededRandom(seed), id, nowMs);
        const judged = judgeRow(item, defaultSettings, nowMs);
        if (problem !== undefined) {
          expect(judged).toMatchObject({ kind: 'not-understood', reason: expect.stringContaining(problem) });
          return;
        }
        expect(judged.kind).toBe('legacy');
        if (judged.kind === 'legacy') {
          expect(titleRowSchema.parse(judged.row)).toEqual(judged.row);
          expectMigrated(judged.row, facts);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that is old gets the hard TTL it would have had, in seconds', () => {
    const judged = judgeRow({ ...keys, fetchedAt: '2020-01-01', title: 'T', expiresAt: 4e12 }, defaultSettings, nowMs);
    expect(judged.kind).toBe('legacy');
    if (judged.kind === 'legacy') {
      expect(judged.row.expiresAt).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 22) / 1_000);
      expect(judged.row.expiresAt).toBeLessThanOrEqual(Date.UTC(2020, 0, 22, 17) / 1_000);
    }
  });
});

describe('a row with a version', () => {
  it.each([
    ['a title', sampleTitleRow()],
    ['a title in another language', sampleTitleRow({ mediaType: 'movie@de-DE' })],
    ['a page of a list', sampleListPage()],
  ])('is current: %s', (_what, row) => {
    expect(judgeRow(row, defaultSettings, nowMs)).toEqual({ kind: 'current' });
  });

  it.each([
    ['of another layout', { ...sampleTitleRow(), schemaVersion: 2 }],
    ['of the predecessor', { ...keys, ...tmdbContent, version: 1 }],
  ])('is not understood: %s', (_what, row) => {
    expect(judgeRow(row, defaultSettings, nowMs)).toEqual({
      kind: 'not-understood',
      reason: 'there is a version, but it is no row of this schema',
    });
  });
});

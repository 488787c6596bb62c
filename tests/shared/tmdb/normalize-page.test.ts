import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardFields } from '../../../src/shared/queues/card-fields.ts';
import type { ListedTitle } from '../../../src/shared/queues/item-page.ts';
import { normalizePage } from '../../../src/shared/tmdb/normalize-page.ts';
import { sampleFeed } from '../../support/sample-messages.ts';
import { listPage, movieRow, personRow, seriesRow } from '../../support/tmdb-rows.ts';

const movies = sampleFeed();
const series = sampleFeed({ media: 'tv' });
const mixed = sampleFeed({ category: 'trending', media: 'all' });

/** The one title of a page that holds `row` alone. */
function titleOf(row: unknown, feed = movies): ListedTitle {
  const page = normalizePage(listPage(row), feed, 1);
  expect(page).toMatchObject({ rejected: 0, persons: 0 });
  return page?.titles[0] as ListedTitle;
}

describe('a usual row', () => {
  it('of films', () => {
    const title = titleOf(movieRow());
    expect(title).toMatchObject({
      rank: 1,
      mediaType: 'movie',
      id: 550,
      title: 'Fight Club',
      originalTitle: 'Fight Club',
      overview: 'A ticking-time-bomb insomniac.',
      posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
      backdropPath: '/hZkgoQYus5vegHoetLkCJzb17zJ.jpg',
      releaseDate: '1999-10-15',
      voteAverage: 8.438,
      voteCount: 27_044,
      popularity: 73.433,
      genreIds: [18, 53, 35],
      originalLanguage: 'en',
      originCountries: [],
      adult: false,
    });
    expect(Object.keys({ ...title })).toEqual(['rank', 'mediaType', 'id', ...Object.keys(cardFields)]);
  });

  it('of series, which have a name and a first air date', () => {
    expect(titleOf(seriesRow(), series)).toMatchObject({
      mediaType: 'tv',
      id: 1396,
      title: 'Breaking Bad',
      originalTitle: 'Breaking Bad',
      releaseDate: '2008-01-20',
      originCountries: ['US'],
    });
  });
});

describe('ranks', () => {
  it('go on from page to page, twenty a page', () => {
    const rows = Array.from({ length: 20 }, (_, n) => movieRow({ id: n + 1 }));
    const ranksOf = (page: number) => normalizePage(listPage(...rows), movies, page)?.titles.map(({ rank }) => rank);
    expect(ranksOf(1)?.[0]).toBe(1);
    expect(ranksOf(1)?.[19]).toBe(20);
    expect(ranksOf(2)?.[0]).toBe(21);
    expect(ranksOf(500)?.[19]).toBe(10_000);
  });

  it('are the places on TMDB’s list, also behind persons and rejected rows', () => {
    const page = normalizePage(
      listPage(personRow(), {}, movieRow({ media_type: 'movie' }), personRow(), seriesRow({ media_type: 'tv' })),
      mixed,
      1,
    );
    expect(page?.titles.map(({ rank, id }) => [rank, id])).toEqual([
      [3, 550],
      [5, 1396],
    ]);
    expect(page).toMatchObject({ persons: 2, rejected: 1 });
  });

  it('are both kept when a title stands twice: the table decides', () => {
    expect(normalizePage(listPage(movieRow(), movieRow()), movies, 1)?.titles.map(({ rank }) => rank)).toEqual([1, 2]);
  });
});

describe('mixed lists', () => {
  it('tell films, series and persons by their media type, also with one id', () => {
    const page = normalizePage(
      listPage(movieRow({ id: 605, media_type: 'movie' }), seriesRow({ id: 605, media_type: 'tv' }), personRow()),
      mixed,
      1,
    );
    expect(page?.titles.map(({ mediaType, id }) => [mediaType, id])).toEqual([
      ['movie', 605],
      ['tv', 605],
    ]);
    expect(page).toMatchObject({ persons: 1, rejected: 0 });
  });

  it('reject what is neither, or does not say', () => {
    const rows = [{ id: 10, name: 'A Collection', media_type: 'collection' }, movieRow(), movieRow({ media_type: 7 })];
    expect(normalizePage(listPage(...rows), mixed, 1)).toEqual({ titles: [], rejected: 3, persons: 0 });
  });

  it('are not needed for a row to say that it is of another kind than its list', () => {
    expect(titleOf(seriesRow({ media_type: 'tv' }), movies).mediaType).toBe('tv');
    expect(normalizePage(listPage(personRow()), movies, 1)).toMatchObject({ titles: [], persons: 1 });
  });
});

describe('oddities', () => {
  it.each([
    ['a null poster', { poster_path: null }, { posterPath: null }],
    ['an empty poster', { poster_path: '' }, { posterPath: null }],
    ['a null backdrop', { backdrop_path: null }, { backdropPath: null }],
    ['an empty overview', { overview: '' }, { overview: '' }],
    ['a null overview', { overview: null }, { overview: '' }],
    ['no genres', { genre_ids: [] }, { genreIds: [] }],
    ['null genres', { genre_ids: null }, { genreIds: [] }],
    ['genres as details give them', { genre_ids: undefined, genres: [{ id: 18 }] }, { genreIds: [] }],
    ['an empty date', { release_date: '' }, { releaseDate: null }],
    ['a date that is none', { release_date: '1999' }, { releaseDate: null }],
    ['a null adult', { adult: null }, { adult: false }],
    ['an adult', { adult: true }, { adult: true }],
    ['a new member', { another: false, somethingNew: { a: 1 } }, {}],
    ['a whole average', { vote_average: 8 }, { voteAverage: 8 }],
    ['an average with three decimals', { vote_average: 8.438 }, { voteAverage: 8.438 }],
    ['a 10.0 with one vote', { vote_average: 10, vote_count: 1 }, { voteAverage: 10, voteCount: 1 }],
    ['null figures', { vote_average: null, vote_count: null, popularity: null }, { voteAverage: 0, voteCount: 0 }],
    ['figures below zero', { popularity: -1 }, { popularity: 0 }],
    ['texts as numbers', { title: 300, original_title: 300 }, { title: '', originalTitle: '' }],
    ['origin countries', { origin_country: ['US', 'DE'] }, { originCountries: ['US', 'DE'] }],
    ['no language', { original_language: undefined }, { originalLanguage: '' }],
  ])('%s', (_name, over, wanted) => {
    expect(titleOf(movieRow(over))).toMatchObject({ ...wanted, id: 550, mediaType: 'movie' });
  });

  it('missing translations fall back one by one', () => {
    const untranslated = { title: '', original_title: 'パプリカ', overview: '' };
    expect(titleOf(movieRow(untranslated))).toMatchObject({
      title: 'パプリカ',
      originalTitle: 'パプリカ',
      overview: '',
    });
    expect(titleOf(movieRow({ title: 'Paprika', original_title: '' }))).toMatchObject({
      title: 'Paprika',
      originalTitle: 'Paprika',
    });
    expect(titleOf(seriesRow({ name: null, original_name: 'ダーク' }), series)).toMatchObject({ title: 'ダーク' });
  });

  it('a bare id is a row', () => {
    expect(titleOf({ id: 7 })).toMatchObject({ id: 7, title: '', posterPath: null, voteAverage: 0 });
  });

  it.each([null, 7, 'x', [], {}, { id: 0 }, { id: -1 }, { id: 1.5 }, { id: 'tt0137523' }, { id: null }, { id: 1e300 }])(
    'no usable id, no row: %j',
    (row) => {
      expect(normalizePage(listPage(row), movies, 1)).toEqual({ titles: [], rejected: 1, persons: 0 });
    },
  );
});

describe('an answer', () => {
  it.each([null, 7, 'x', [], {}, { results: null }, { results: {} }, { success: false, status_code: 34 }])(
    'that is no list gives nothing: %j',
    (json) => {
      expect(normalizePage(json, movies, 1)).toBeUndefined();
    },
  );

  it('may be an empty list, far beyond the last page', () => {
    expect(normalizePage(listPage(), movies, 500)).toEqual({ titles: [], rejected: 0, persons: 0 });
  });

  const member = fc.oneof(fc.jsonValue(), fc.constantFrom('movie', 'tv', 'person', '', null, 550, [18], '1999-10-15'));
  const oddRow = fc.oneof(
    fc.jsonValue(),
    fc.record(
      Object.fromEntries(
        [...Object.keys({ ...movieRow(), ...seriesRow(), media_type: 0 })].map((name) => [name, member]),
      ),
      {
        requiredKeys: [],
      },
    ),
    fc
      .tuple(fc.integer({ min: 1, max: 1e6 }), fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([id, rest]) => ({ ...rest, id })),
  );
  const anyFeed = fc.constantFrom(movies, series, mixed);

  it('of any kind never throws, and no row goes missing', () => {
    const anyJson = fc.oneof(
      fc.jsonValue(),
      fc.array(oddRow, { maxLength: 25 }).map((results) => ({ results })),
    );
    fc.assert(
      fc.property(anyJson, anyFeed, fc.integer({ min: 1, max: 500 }), (json, feed, page) => {
        const normalized = normalizePage(json, feed, page);
        const results: unknown = (json as { results?: unknown } | null)?.results;
        const rows = normalized && normalized.titles.length + normalized.rejected + normalized.persons;
        expect(rows).toBe(Array.isArray(results) ? results.length : undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every row of a film list that has an id and does not call itself something else', () => {
    fc.assert(
      fc.property(fc.array(oddRow, { maxLength: 25 }), (rows) => {
        const kept = rows.map((row, n) => {
          const { media_type: _mediaType, ...rest } = Object(row) as Record<string, unknown>;
          return { ...rest, id: n + 1 };
        });
        const normalized = normalizePage({ results: kept }, movies, 1);
        expect(normalized?.titles.map(({ id, rank }) => [id, rank])).toEqual(kept.map(({ id }) => [id, id]));
      }),
    );
  });

  it('that is far too long does not throw either', () => {
    const json = { results: new Array(50_001).fill({ id: 1 }) };
    expect(() => normalizePage(json, movies, 1)).not.toThrow();
  });
});

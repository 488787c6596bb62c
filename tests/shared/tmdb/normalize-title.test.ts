import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardFields } from '../../../src/shared/queues/card-fields.ts';
import { describedTitleSchema } from '../../../src/shared/queues/item-page.ts';
import { normalizeTitle } from '../../../src/shared/tmdb/normalize-page.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';
import { movieDetails, seriesDetails } from '../../support/tmdb-details.ts';

const titleOf = (over: Record<string, unknown>) => normalizeTitle(movieDetails(over), 'movie', 550);

describe('a usual answer', () => {
  it('about a film', () => {
    const title = titleOf({});
    expect(title).toMatchObject({
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
      genreIds: [18, 53],
      originalLanguage: 'en',
      originCountries: ['US'],
      adult: false,
    });
    expect(Object.keys({ ...title })).toEqual(['mediaType', 'id', ...Object.keys(cardFields)]);
  });

  it('about a series, which has a name and a first air date', () => {
    expect(normalizeTitle(seriesDetails(), 'tv', 1396)).toMatchObject({
      mediaType: 'tv',
      id: 1396,
      title: 'Breaking Bad',
      originalTitle: 'Breaking Bad',
      releaseDate: '2008-01-20',
      genreIds: [80],
      originCountries: ['US'],
    });
  });

  it('has the genres that it names, not a list row’s', () => {
    expect(titleOf({ genre_ids: [99] })?.genreIds).toEqual([18, 53]);
  });

  it('is about what was asked for, whatever it says of its own kind', () => {
    expect(titleOf({ media_type: 'person' })?.mediaType).toBe('movie');
  });
});

describe('what is missing or of a wrong type', () => {
  it.each([
    ['overview', null, 'overview', ''],
    ['overview', 7, 'overview', ''],
    ['poster_path', '', 'posterPath', null],
    ['backdrop_path', undefined, 'backdropPath', null],
    ['release_date', '', 'releaseDate', null],
    ['release_date', '15.10.1999', 'releaseDate', null],
    ['genres', undefined, 'genreIds', []],
    ['genres', null, 'genreIds', []],
    ['genres', [18], 'genreIds', []],
    ['genres', [], 'genreIds', []],
    ['origin_country', undefined, 'originCountries', []],
    ['vote_average', null, 'voteAverage', 0],
    ['vote_count', -3, 'voteCount', 0],
    ['popularity', 'high', 'popularity', 0],
    ['original_language', null, 'originalLanguage', ''],
    ['adult', 'no', 'adult', false],
    ['title', null, 'title', 'Fight Club'],
    ['original_title', '', 'originalTitle', 'Fight Club'],
  ] as const)('becomes empty: %s = %j', (member, value, name, expected) => {
    const title = titleOf({ [member]: value });
    expect(title?.[name]).toEqual(expected);
    expect(describedTitleSchema.parse(title)).toEqual(title);
  });

  it('has no half characters', () => {
    expect(titleOf({ overview: 'broken \ud83c' })?.overview).toBe('broken \ufffd');
  });
});

describe('an answer about something else', () => {
  it.each([
    ['another id', movieDetails({ id: 551 })],
    ['another id as text', movieDetails({ id: '551' })],
    ['no id', movieDetails({ id: undefined })],
    ['a list', { page: 1, results: [movieDetails()] }],
    ['an array', [movieDetails()]],
    ['TMDB’s error envelope', { success: false, status_code: 34 }],
    ['nothing', null],
    ['a text', '550'],
    ['a number', 550],
  ])('is no title: %s', (_name, json) => {
    expect(normalizeTitle(json, 'movie', 550)).toBeUndefined();
  });

  it('is no title, or one that the message takes, whatever it is', () => {
    const members = [...Object.keys(movieDetails()), 'name', 'media_type', 'genre_ids'];
    const anyAnswer = fc.dictionary(fc.constantFrom(...members), fc.jsonValue()).map((over) => movieDetails(over));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyAnswer), (json) => {
        const title = normalizeTitle(json, 'movie', 550);
        expect(title === undefined || describedTitleSchema.parse(title)).toEqual(title ?? true);
      }),
    );
  });
});

describe('recorded answers of TMDB', () => {
  itWithSharedData('about a film', 'tmdb/jdrouet-tmdb-api/movie-details.json', () => {
    const title = normalizeTitle(readSharedJson('tmdb/jdrouet-tmdb-api/movie-details.json'), 'movie', 550);
    expect(title).toMatchObject({
      title: 'Fight Club',
      originalTitle: 'Fight Club',
      overview: expect.stringMatching(/^A ticking-time-bomb insomniac .* oblivion\.$/),
      posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
      releaseDate: '1999-10-15',
      voteAverage: 8.44,
      voteCount: 27_917,
      popularity: 93.958,
      genreIds: [18],
      originalLanguage: 'en',
      adult: false,
    });
  });

  itWithSharedData('about a series', 'tmdb/jdrouet-tmdb-api/tv-details.json', () => {
    const title = normalizeTitle(readSharedJson('tmdb/jdrouet-tmdb-api/tv-details.json'), 'tv', 1399);
    expect(title).toMatchObject({
      mediaType: 'tv',
      title: 'Game of Thrones',
      releaseDate: '2011-04-17',
      voteCount: 22_526,
      genreIds: [10_765, 18, 10_759],
      originCountries: ['US'],
    });
  });

  itWithSharedData('all give a title that the message takes, with its name and its genres', 'tmdb/index.json', () => {
    type Recording = { file: string; kind: string };
    const details = (readSharedJson('tmdb/index.json') as Recording[]).filter(
      ({ file, kind }) => kind === 'detail' && !file.includes('episode'),
    );
    expect(details.length).toBeGreaterThanOrEqual(10);
    for (const { file } of details) {
      const json = readSharedJson(`tmdb/${file}`) as Record<string, unknown> & { id: number; genres: unknown[] };
      const title = normalizeTitle(json, 'name' in json ? 'tv' : 'movie', json.id);
      expect([file, title?.title, title?.genreIds.length]).toEqual([file, json.title ?? json.name, json.genres.length]);
      expect(describedTitleSchema.parse(title)).toEqual(title);
    }
  });
});

/** Rows that are odd in one member: it costs that member, or the part of it that is wrong, and never the row or the page. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxRank } from '../../../src/shared/core/feed.ts';
import { type Item, itemSchema, type ListedTitle } from '../../../src/shared/queues/item-page.ts';
import { messageBody, parseMessage } from '../../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { listPageDraft } from '../../../src/shared/tables/list-page-row.ts';
import { decodeList } from '../../../src/shared/tables/read-list.ts';
import { type Losses, normalizePage, normalizeTitle } from '../../../src/shared/tmdb/normalize-page.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { sampleFeed, samplePage } from '../../support/sample-messages.ts';
import { listPage, movieRow, seriesRow } from '../../support/tmdb-rows.ts';

const movies = sampleFeed();
const largestId = 9_007_199_254_740_991;

/** A row as a list shows it, and the same as details do. */
function readBoth(over: Record<string, unknown>): Omit<ListedTitle, 'rank'>[] {
  const row = movieRow(over);
  const { genre_ids: genreIds, ...details } = row;
  const genres = Array.isArray(genreIds)
    ? genreIds.map((id) => (Array.isArray(id) || Object(id) === id ? id : { id, name: 'x' }))
    : [];
  const listed = normalizePage(listPage(row), movies, 1)?.titles[0];
  const described = normalizeTitle({ ...details, genres }, 'movie', Number(row.id));
  const { rank: _rank, ...title } = listed ?? { rank: 0 };
  return [title as Omit<ListedTitle, 'rank'>, described as Omit<ListedTitle, 'rank'>];
}

describe('an odd member, in a list and in details', () => {
  it.each<[name: string, over: Record<string, unknown>, wanted: Partial<ListedTitle>]>([
    ['a null among genres', { genre_ids: [18, null, 35] }, { genreIds: [18, 35] }],
    ['genres as text', { genre_ids: ['18', 35, '0'] }, { genreIds: [18, 35, 0] }],
    [
      'texts as genres that are no whole numbers',
      { genre_ids: ['', ' 18', '018', '1.5', '1e2', '0x10', '9007199254740993', 'drama', '-', 35] },
      { genreIds: [35] },
    ],
    ['an id as text', { id: '550' }, { id: 550 }],
    ['the largest id as text', { id: '9007199254740991' }, { id: largestId }],
    ['genres of all kinds', { genre_ids: [18, 1.5, 'x', [27], {}, true, 0, 35] }, { genreIds: [18, 0, 35] }],
    ['a null among countries', { origin_country: ['US', null, 7, 'JP'] }, { originCountries: ['US', 'JP'] }],
    ['half a surrogate pair as a country', { origin_country: ['\ud83d'] }, { originCountries: ['\ufffd'] }],
    ['countries that are a text', { origin_country: 'US' }, { originCountries: [] }],
    ['figures as text', { vote_average: '7.4', vote_count: '812', popularity: '93.49' }, figures(7.4, 812, 93.49)],
    [
      'figures as JSON writes them',
      { vote_average: '1e1', vote_count: '12E2', popularity: '0.5' },
      figures(10, 1200, 0.5),
    ],
    ['words as figures', { vote_average: 'abc', vote_count: '', popularity: 'NaN' }, figures(0, 0, 0)],
    ['no numbers of JSON', { vote_average: ' 7 ', vote_count: '0x10', popularity: '1,234' }, figures(0, 0, 0)],
    ['figures beyond all', { vote_average: 'Infinity', vote_count: '1e999', popularity: 1e300 }, figures(0, 0, 0)],
    ['figures below zero', { vote_average: '-1', vote_count: -0, popularity: '-0' }, figures(0, 0, 0)],
    ['figures in a list', { vote_average: [7], vote_count: { n: 1 }, popularity: true }, figures(0, 0, 0)],
    ['an adult in a text', { adult: 'true' }, { adult: true }],
    ['an adult in a text of capitals', { adult: 'TRUE' }, { adult: true }],
    ['an adult in a word', { adult: 'True' }, { adult: true }],
    ['an adult in a figure as text', { adult: '1' }, { adult: true }],
    ['no adult in a figure as text', { adult: '0' }, { adult: false }],
    ['an adult in an object that is no text', { adult: { toString: 1 } }, { adult: false }],
    ['an adult in a list', { adult: ['true'] }, { adult: false }],
    ['an adult in a figure', { adult: 1 }, { adult: true }],
    ['an adult that is no word of it', { adult: 'false' }, { adult: false }],
    [
      'members of every object',
      { constructor: 1, toString: 2, ['__proto__']: { title: 'x' } },
      { title: 'Fight Club' },
    ],
    ['control characters', { title: 'A\u0000\u001b[31m\u202eB' }, { title: 'A\u0000\u001b[31m\u202eB' }],
    ['half a surrogate pair', { title: 'A\ud83d', overview: '\udc00' }, { title: 'A\ufffd', overview: '\ufffd' }],
    ['the largest id', { id: largestId }, { id: largestId }],
    ['an id beyond 32 bits', { id: 3_000_000_000 }, { id: 3_000_000_000 }],
  ])('%s', (_name, over, wanted) => {
    for (const title of readBoth(over)) {
      expect(title).toMatchObject(wanted);
    }
  });

  it.each([
    '0000-00-00',
    '0000-01-01',
    '2024-02-30',
    '2024-13-45',
    '2023-02-29',
    '1900-02-29',
    '2024-1-1',
    '20240101',
    7,
  ])('the day %s, which is none', (day) => {
    for (const title of readBoth({ release_date: day })) {
      expect(title.releaseDate).toBeNull();
    }
    expect(normalizeTitle(seriesRow({ first_air_date: day }), 'tv', 1396)?.releaseDate).toBeNull();
  });

  it.each(['2024-02-29', '1895-12-28', '2000-02-29', '2030-12-31'])('the day %s, which is one', (day) => {
    for (const title of readBoth({ release_date: day })) {
      expect(title.releaseDate).toBe(day);
    }
  });

  it('the day of its first showing, where the other is none', () => {
    const [listed] = readBoth({ release_date: '0000-00-00', first_air_date: '2008-01-20' });
    expect(listed?.releaseDate).toBe('2008-01-20');
  });

  const noIds = [
    0,
    -1,
    1.5,
    largestId + 1,
    1e300,
    null,
    '',
    '0',
    '-1',
    '0550',
    '5.5e2',
    ' 550',
    '0x226',
    '9007199254740992',
  ];
  it.each(noIds)('an id that is none: %s', (id) => {
    expect(normalizePage(listPage(movieRow({ id }), movieRow()), movies, 1)).toMatchObject({
      titles: [{ id: 550, rank: 2 }],
      rejected: 1,
    });
    expect(normalizeTitle(movieRow({ id }), 'movie', Number(id))).toBeUndefined();
  });
});

describe('what is beyond the bounds', () => {
  it('costs itself, is counted by its reason, and the page goes on', () => {
    const losses: Losses = {};
    const page = normalizePage(
      listPage(
        movieRow({ overview: 'x'.repeat(600_000) }),
        movieRow({ id: 2, title: 't'.repeat(1_000_000), original_language: 'e'.repeat(500) }),
        movieRow({ id: 3, genre_ids: Array.from({ length: 10_000 }, (_, n) => n), poster_path: 'p'.repeat(9_999) }),
        movieRow({ id: 4 }),
        movieRow({ id: 5, overview: 'x'.repeat(5_000), origin_country: ['U'.repeat(500)] }),
      ),
      movies,
      1,
      losses,
    );
    expect(page).toMatchObject({ rejected: 0, persons: 0 });
    expect(page?.titles.map(({ id }) => id)).toEqual([550, 2, 3, 4, 5]);
    expect(page?.titles[3]).toMatchObject({ title: 'Fight Club', overview: 'A ticking-time-bomb insomniac.' });
    expect(losses).toEqual({
      'overview-too-long': 2,
      'title-too-long': 1,
      'originalLanguage-too-long': 1,
      'genreIds-too-long': 1,
      'posterPath-too-long': 1,
      'originCountries-too-long': 1,
    });
  });

  it('is nothing of a usual page', () => {
    const losses: Losses = {};
    normalizePage(listPage(movieRow(), seriesRow({ media_type: 'tv' })), movies, 1, losses);
    normalizeTitle(movieRow(), 'movie', 550, losses);
    expect(losses).toEqual({});
  });

  it('is said of details too', () => {
    const losses: Losses = {};
    expect(normalizeTitle(movieRow({ overview: 'x'.repeat(600_000) }), 'movie', 550, losses)?.overview).toHaveLength(
      4_000,
    );
    expect(losses).toEqual({ 'overview-too-long': 1 });
  });

  it('are rows beyond the hundredth', () => {
    const losses: Losses = {};
    const rows = Array.from({ length: 130 }, (_, n) => movieRow({ id: n + 1 }));
    const page = normalizePage(listPage(...rows), movies, 1, losses);
    expect(page?.titles.map(({ rank }) => rank)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect([page?.rejected, losses]).toEqual([30, { 'page-too-long': 30 }]);
  });

  it('are ranks behind the last page', () => {
    const rows = Array.from({ length: 21 }, (_, n) => movieRow({ id: n + 1 }));
    const page = normalizePage(listPage(...rows), movies, 500);
    expect([page?.titles.at(-1)?.rank, page?.rejected]).toEqual([maxRank, 1]);
  });
});

describe('what TMDB sent', () => {
  const text = (most: number) => arbitraryText(most, 1);
  const figure = fc.oneof(
    fc.constant(0),
    fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
    fc.integer({ min: 1, max: 1_000_000 }),
  );
  const row = fc.record({
    id: fc.integer({ min: 1, max: largestId }),
    title: text(200),
    original_title: text(200),
    overview: fc.oneof(arbitraryText(300), arbitraryText(1_900, 1_500)),
    poster_path: text(50),
    backdrop_path: fc.option(text(50)),
    release_date: fc
      .date({ min: new Date('1800-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
    vote_average: figure,
    vote_count: figure,
    popularity: figure,
    genre_ids: fc.array(fc.integer(), { maxLength: 30 }),
    original_language: arbitraryText(10),
    origin_country: fc.array(fc.constantFrom('US', 'JP', 'XK', ''), { maxLength: 20 }),
    adult: fc.boolean(),
  });

  it('is what is read again after queue and table, in every member', () => {
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }), (rows) => {
        const page = normalizePage(JSON.parse(JSON.stringify({ results: rows })), movies, 1);
        const sent = messageBody(samplePage({ titles: page?.titles ?? [] }));
        const draft = listPageDraft(
          parseMessage(itemSchema, sent) as Extract<Item, { kind: 'item-page' }>,
          defaultSettings,
        );
        const read = decodeList(draft === undefined ? [] : [draft.build()]);
        expect(
          read.map((title) => ({
            id: title.id,
            title: title.title,
            original_title: title.originalTitle,
            overview: title.overview,
            poster_path: title.posterPath,
            backdrop_path: title.backdropPath,
            release_date: title.releaseDate,
            vote_average: title.voteAverage,
            vote_count: title.voteCount,
            popularity: title.popularity,
            genre_ids: title.genreIds,
            original_language: title.originalLanguage,
            origin_country: title.originCountries,
            adult: title.adult,
          })),
        ).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });
});

function figures(voteAverage: number, voteCount: number, popularity: number): Partial<ListedTitle> {
  return { voteAverage, voteCount, popularity };
}

import { NumberValue } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRow } from '../../../src/operator/migrate/legacy-row.ts';
import type { StoredRow } from '../../../src/operator/migrate/migration-table.ts';
import { emptyCard } from '../../../src/shared/queues/card-fields.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { titleRowFor, titleRowSchema } from '../../../src/shared/tables/title-row.ts';
import { drawLegacySample, expectMigrated } from '../../support/legacy-rows.ts';
import type { Item } from '../../support/memory-migration.ts';
import { sampleListPage, sampleTitleRow } from '../../support/sample-rows.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const nowMs = Date.UTC(2026, 10, 25, 8);
const fetchedAt = Date.UTC(2026, 10, 20, 9, 30);
const keys = { mediaId: '550', mediaType: 'movie', fetchedAt };
const unused = { cacheKey: 'movie_550', contentId: '550', contentType: 'movie', category: 'popular', expiresAt: 1 };

const judge = (item: Item) => judgeRow({ ...keys, ...item }, defaultSettings, nowMs);
/** The row that `item` becomes, or the reason why it becomes none. */
const rowOf = (item: Item, judged = judge(item)) => {
  return judged.kind === 'legacy' ? judged.row : judged.kind === 'current' ? judged.kind : judged.reason;
};

const content = {
  title: 'Fight Club',
  original_title: 'El Club de la Pelea',
  overview: 'A club.',
  poster_path: '/p.jpg',
  backdrop_path: '/b.jpg',
  release_date: '1999-10-15T00:00:00.000Z',
  vote_average: '8.438',
  vote_count: '27044',
  popularity: 73.433,
  genres: [{ id: 18, name: 'Drama' }, { id: '53' }, 'Thriller'],
  original_language: 'en',
  origin_country: 'US',
  adult: false,
};

const fightClub = titleRowFor(
  { language: 'en-US', fetchedAt: new Date(fetchedAt).toISOString() },
  {
    ...emptyCard,
    ...{ mediaType: 'movie', id: 550, title: 'Fight Club', originalTitle: 'El Club de la Pelea', overview: 'A club.' },
    ...{ posterPath: '/p.jpg', backdropPath: '/b.jpg', releaseDate: '1999-10-15', voteAverage: 8.438 },
    ...{ voteCount: 27_044, popularity: 73.433, genreIds: [18, 53], originalLanguage: 'en' },
    ...{ originCountries: ['US'], adult: false },
  },
  defaultSettings,
);

describe('a row of the predecessor', () => {
  it('of any shape becomes the row that its facts ask for, or is not understood for the right reason', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 - 2 }), (seed, id) => {
        const { item, facts, problem } = drawLegacySample(seededRandom(seed), id, nowMs);
        const row = rowOf(item, judgeRow(item as StoredRow, defaultSettings, nowMs));
        if (problem !== undefined) {
          expect(row).toContain(problem);
          return;
        }
        expect(titleRowSchema.parse(row)).toEqual(row);
        expectMigrated(row as Item, facts);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Item]>([
    ['beside the keys', content],
    ['in a map data', { data: content }],
    ['in a map item', { item: content }],
    ['as JSON in metadata', { metadata: JSON.stringify(content) }],
    ['with its own id and type', { data: { ...content, id: 550, media_type: 'movie' } }],
    ['with a title beside the keys and the rest in data', { title: 'Fight Club', data: { ...content, title: '' } }],
    ['with an empty title beside the keys', { title: '', overview: null, data: content }],
    ['in data, with a text in item that is none', { data: content, item: 'see data' }],
    ['beside the keys, with an id that is another thing', { ...content, id: 'a-b-c', media_type: 'cached' }],
    ['in camel case, beside the same under its own name', { ...content, voteCount: 7, posterPath: '' }],
    ['with genres as a set of numbers', { ...content, genre_ids: new Set([18, 53]) }],
    ['with ids of genres, which count before objects', { ...content, genre_ids: [18, 53], genres: [{ id: 35 }] }],
    ['with an empty list of ids of genres', { ...content, genre_ids: [] }],
  ])('%s', (_where, item) => {
    expect(rowOf({ ...unused, ...item })).toEqual(fightClub);
  });

  it('of a series has what is there, and nothing for what is not', () => {
    const series = { name: 'Dark', original_name: 'Dunkel', first_air_date: '2017-12-01' };
    const row = rowOf({ mediaId: '70523', mediaType: 'tv', data: series });
    expect(row).toMatchObject({ mediaId: '70523', title: 'Dark', originalTitle: 'Dunkel', releaseDate: '2017-12-01' });
    expect(row).not.toHaveProperty('posterPath');
  });

  it.each([
    ['MOVIE', 'movie'],
    ['tv', 'tv'],
    ['TV', 'tv'],
    ['series', 'tv'],
    ['Show', 'tv'],
  ])('of media type %s is one of %s', (mediaType, expected) => {
    expect(rowOf({ mediaType, title: 'T' })).toMatchObject({ mediaId: '550', mediaType: expected });
  });

  it('that is old gets the hard TTL it would have had, in seconds', () => {
    const { expiresAt } = rowOf({ fetchedAt: '2020-01-01', title: 'T', expiresAt: 4e12 }) as { expiresAt: number };
    expect(expiresAt).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 22) / 1_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.UTC(2020, 0, 22, 17) / 1_000);
  });
});

describe('not understood', () => {
  it.each<[Item, string]>([
    [{ mediaId: 'tt0137523' }, "mediaId 'tt0137523' is no TMDB id"],
    [{ mediaId: '0550' }, "mediaId '0550' is no TMDB id"],
    [{ mediaId: '9007199254740992' }, "mediaId '9007199254740992' is no TMDB id"],
    [{ mediaId: '-5' }, "mediaId '-5' is no TMDB id"],
    [{ mediaType: 'person' }, "mediaType 'person' is neither movie nor tv"],
    [{ mediaType: 'constructor' }, "mediaType 'constructor' is neither movie nor tv"],
    [{ mediaType: 'movie@de-DE' }, "mediaType 'movie@de-DE' is one of this schema, but there is no version"],
    [{ mediaType: 'movie#x' }, "mediaType 'movie#x' is one of this schema, but there is no version"],
    [{ fetchedAt: undefined }, 'there is no fetchedAt'],
    [{ fetchedAt: 'soon' }, "fetchedAt 'soon' is no time between 2010 and tomorrow"],
    [{ title: undefined }, 'there is no title'],
    [{ title: ' ' }, 'there is no title'],
    [{ title: 1917 }, 'there is no title'],
    [{ title: '', data: '{"title":' }, 'there is no title, and data is no content'],
    [{ title: '', data: '"Fight Club"', item: [] }, 'there is no title, and data, item is no content'],
    [{ data: { id: 551 } }, 'the content is that of another title (id 551)'],
    [{ data: { media_type: 'tv' } }, 'the content is that of another media type (tv)'],
    [{ ...sampleTitleRow(), schemaVersion: 2 }, 'there is a version, but it is no row of this schema'],
    [{ version: 1 }, 'there is a version, but it is no row of this schema'],
  ])('%j', (over, reason) => {
    expect(rowOf({ title: 'Fight Club', ...over })).toBe(reason);
  });

  it('is whatever the parser does not know, but never an error', () => {
    const names = fc.constantFrom('fetchedAt', 'title', 'data', 'item', 'genres', 'genre_ids', 'vote_count', 'name');
    const anyItem = fc.dictionary(names, fc.oneof(fc.anything(), fc.string(), fc.integer()));
    fc.assert(
      fc.property(anyItem, fc.boolean(), (drawn, isFetched) => {
        const row = rowOf(isFetched ? { ...drawn, fetchedAt } : drawn);
        if (typeof row === 'string') {
          expect(row).toMatch(/^[^\n]{5,250}$/);
        } else {
          expect(titleRowSchema.parse(row)).toEqual(row);
          expect(row.title.trim()).not.toBe('');
        }
      }),
    );
  });
});

describe('a row with a version', () => {
  it.each([
    ['a title', sampleTitleRow()],
    ['a title in another language', sampleTitleRow({ mediaType: 'movie@de-DE' })],
    ['a page of a list', sampleListPage()],
  ])('is current: %s', (_what, row) => {
    expect(judge(row)).toEqual({ kind: 'current' });
  });
});

describe('fetch time of the predecessor', () => {
  const elevenMs = Date.UTC(2024, 4, 1, 11);
  const rowAt = (value: unknown) => rowOf({ title: 'T', fetchedAt: value });
  const refused = /^there is no fetchedAt$|^fetchedAt '.*' is no time between 2010 and tomorrow$/;

  it.each<[string, unknown, number]>([
    ['milliseconds', 1_714_561_200_000, elevenMs],
    ['milliseconds as digits', '1714561200000', elevenMs],
    ['seconds', 1_714_561_200, elevenMs],
    ['seconds as digits', '1714561200', elevenMs],
    ['milliseconds with a fraction', 1_714_561_200_000.75, elevenMs],
    ['more digits than JavaScript holds', NumberValue.from('1714561200000.12345678901'), elevenMs],
    ['ISO 8601', '2024-05-01T11:00:00.000Z', elevenMs],
    ['ISO 8601 in another zone', '2024-05-01T13:00:00+02:00', elevenMs],
    ['ISO 8601 in another zone, of another day', '2024-05-02T13:00:00+14:00', elevenMs + 12 * 3_600_000],
    ['ISO 8601 without a zone, which is UTC', '2024-05-01T11:00:00', elevenMs],
    ['ISO 8601 with a blank', ' 2024-05-01 11:00 ', elevenMs],
    ['a day', '2024-05-01', elevenMs - 11 * 3_600_000],
    ['the first moment', Date.UTC(2010, 0, 1), Date.UTC(2010, 0, 1)],
    ['tomorrow', nowMs + 86_400_000, nowMs + 86_400_000],
  ])('%s', (_what, value, ms) => {
    expect(rowAt(value)).toEqual(rowAt(ms));
    expect(rowAt(value)).toMatchObject({ fetchedAt: expect.stringContaining(new Date(ms).toISOString().slice(0, 10)) });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'yesterday'],
    ['an empty text', ''],
    ['true', true],
    ['a list', [elevenMs]],
    ['a negative number', -elevenMs],
    ['zero', 0],
    ['no number', Number.NaN],
    ['a time before 2010', Date.UTC(2009, 11, 31, 23)],
    ['a time after tomorrow', nowMs + 86_400_001],
    ['microseconds', elevenMs * 1_000],
    ['a month that does not exist', '2024-13-01T00:00:00Z'],
    ['a time before 2010 as ISO 8601', '1999-10-15T00:00:00Z'],
    ['a time of 1970 as ISO 8601, whose milliseconds would be seconds of today', '1970-01-20T16:00:00Z'],
    ['more digits than any time has', '9'.repeat(30)],
    ['another notation', '1.7e12'],
  ])('is not understood: %s', (_what, value) => {
    expect(rowAt(value)).toMatch(refused);
  });

  it('is the same moment in each notation', () => {
    const seconds = fc.integer({ min: Date.UTC(2010, 0, 1) / 1_000, max: nowMs / 1_000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const ms = second * 1_000;
        const iso = new Date(ms).toISOString();
        const notations = [String(ms), second, String(second), iso, iso.slice(0, 19), iso.replace('T', ' ')];
        expect(notations.map(rowAt)).toEqual(notations.map(() => rowAt(ms)));
      }),
    );
  });

  it('is between 2010 and tomorrow or nothing, whatever is there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.double(), fc.string()), (value) => {
        const row = rowAt(value);
        if (typeof row === 'string') {
          expect(row).toMatch(refused);
        } else {
          expect(Date.parse(row.fetchedAt)).toBeGreaterThanOrEqual(Date.UTC(2010, 0, 1));
          expect(Date.parse(row.fetchedAt)).toBeLessThanOrEqual(nowMs + 86_400_000);
        }
      }),
    );
  });
});

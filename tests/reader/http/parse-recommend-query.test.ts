import { describe, expect, it } from 'vitest';
import { parseRecommendRequest } from '../../../src/reader/http/parse-query.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  allowedLanguages,
  allowedRegions,
  noFilters,
  noNumbers,
  refusedField,
  tooLargeNumbers,
} from '../../support/refused-request.ts';

const recommendOf = (query: string) => parseRecommendRequest(new URLSearchParams(query), defaultSettings);

describe('a request for a recommendation', () => {
  const nothing = { ...noFilters, media: 'all', liked: [], seen: [], region: 'global', limit: 20, offset: 0 };

  it('has defaults', () => {
    expect(recommendOf('')).toEqual(nothing);
    expect(recommendOf('liked=&seen=&genres=')).toEqual(nothing);
  });

  it('is taken as it is written', () => {
    const query = 'media=tv&liked=movie:550,tv:1399&seen=tv:1&genres=18,35&region=DE&language=de-DE&hour=0&limit=100';
    expect(recommendOf(`${query}&adult=true`)).toEqual({
      ...noFilters,
      media: 'tv',
      liked: [
        { mediaType: 'movie', id: 550 },
        { mediaType: 'tv', id: 1399 },
      ],
      seen: [{ mediaType: 'tv', id: 1 }],
      genres: [18, 35],
      region: 'DE',
      language: 'de-DE',
      hour: 0,
      limit: 100,
      offset: 0,
      includeAdult: true,
    });
  });

  const titles = (count: number) => Array.from({ length: count }, (_, index) => `movie:${index + 1}`).join(',');
  const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1).join(',');

  it('takes as many titles and genres as are allowed, and not one more', async () => {
    expect(recommendOf(`liked=${titles(100)}&seen=${titles(1_000)}&genres=${ids(20)}`)).toMatchObject({
      liked: { length: 100 },
      seen: { length: 1_000 },
      genres: { length: 20 },
    });
    const refusals = [`liked=${titles(101)}`, `seen=${titles(1_001)}`, `genres=${ids(21)}`];
    expect(await Promise.all(refusals.map((query) => refusedField(() => recommendOf(query))))).toEqual([
      ['liked', 'more than 100 titles: at most 100 are allowed'],
      ['seen', 'more than 1000 titles: at most 1000 are allowed'],
      ['genres', 'more than 20 genres: at most 20 are allowed'],
    ]);
  });

  it.each([
    'movie',
    'movie:',
    ':550',
    'book:1',
    'Movie:1',
    'movie:-1',
    'movie:1e3',
    'movie:0x1',
    'movie;1',
    ' movie:1',
  ])('liked %j, and seen', async (text) => {
    for (const name of ['liked', 'seen']) {
      const query = new URLSearchParams({ [name]: `tv:1,${text}` }).toString();
      expect(await refusedField(() => recommendOf(query))).toEqual([
        `${name}.1`,
        `'${text}' is not allowed: allowed are titles such as movie:550, separated by commas`,
      ]);
    }
  });

  it.each(['movie:1,', ',movie:1', 'movie:1,,tv:1'])('liked with a gap: %j', async (text) => {
    const [field, detail] = await refusedField(() => recommendOf(`liked=${text}`));
    expect(field).toMatch(/^liked\.[01]$/);
    expect(detail).toContain("'' is not allowed: allowed are titles");
  });

  it.each(['movie:0', 'tv:9007199254740992', 'tv:9999999999999998'])('liked %j, which no title has', async (text) => {
    const id = text.split(':')[1];
    expect(await refusedField(() => recommendOf(`liked=${text}`))).toEqual([
      'liked.0.id',
      `'${id}' is not allowed: allowed are whole numbers from 1 to 9007199254740991`,
    ]);
  });

  it.each(['drama', '0', '-18', '1e1', '10000000', '18.5'])('genres %j', async (text) => {
    expect(await refusedField(() => recommendOf(`genres=18,${text}`))).toEqual([
      'genres.1',
      `'${text}' is not allowed: allowed are whole numbers from 1 to 9999999`,
    ]);
  });

  it.each([...noNumbers, ...tooLargeNumbers, '24'])('hour %j', async (hour) => {
    expect(await refusedField(() => recommendOf(new URLSearchParams({ hour }).toString()))).toEqual([
      'hour',
      `'${hour}' is not allowed: allowed are whole numbers from 0 to 23`,
    ]);
  });

  it.each([
    ['limit=0', 'limit', "'0' is not allowed: allowed are whole numbers from 1 to 100"],
    ['limit=101', 'limit', "'101' is not allowed: allowed are whole numbers from 1 to 100"],
    ['media=book', 'media', "unknown media 'book': allowed are movie, tv, all"],
    ['region=uk', 'region', `unknown region 'uk': allowed are ${allowedRegions(['GB', 'UA'])}`],
    [
      'language=english',
      'language',
      `unknown language 'english': allowed are ${allowedLanguages(['en-US', 'en-AU', 'en-CA'])}`,
    ],
    ['adult=yes', 'adult', "'yes' is not allowed: allowed are true and false"],
    ['includeAdult=yes', 'includeAdult', "'yes' is not allowed: allowed are true and false"],
    ['adult=', 'adult', "'' is not allowed: allowed are true and false"],
    ['adultToo=true', 'adultToo', expect.stringMatching(/^unknown parameter: allowed are media, liked, .*adult$/)],
  ])('%s', async (query, field, detail) => {
    expect(await refusedField(() => recommendOf(query))).toEqual([field, detail]);
  });
});

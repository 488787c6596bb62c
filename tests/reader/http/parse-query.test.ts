import { describe, expect, it } from 'vitest';
import { parseListRequest, parseTitleRequest } from '../../../src/reader/http/parse-query.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { sampleOwnFeeds } from '../../support/arbitrary-feed.ts';
import {
  allowedLanguages,
  allowedRegions,
  noFilters,
  noNumbers,
  refusedField,
  tooLargeNumbers,
} from '../../support/refused-request.ts';

const listOf = (query: string, params: Record<string, string> = {}) =>
  parseListRequest({ category: 'popular', media: 'movie', ...params }, new URLSearchParams(query), defaultSettings);
const titleOf = (query: string, params: Record<string, string> = {}) =>
  parseTitleRequest({ media: 'movie', id: '550', ...params }, new URLSearchParams(query));

const categories =
  'popular, trending, hidden_gems, award_winning, local_originals, genre_<TMDB genre id>, keyword_<TMDB keyword id> and custom_<name of an own feed>';

describe('a request for a list', () => {
  it('has defaults', () => {
    expect(listOf('')).toEqual({
      feed: { category: 'popular', media: 'movie', region: 'global', language: 'en-US' },
      ...noFilters,
      limit: 20,
      offset: 0,
    });
  });

  it('is taken as it is written', () => {
    expect(listOf('limit=500&language=de-DE&region=DE', { category: 'local_originals', media: 'tv' })).toEqual({
      feed: { category: 'local_originals', media: 'tv', region: 'DE', language: 'de-DE' },
      ...noFilters,
      limit: 500,
      offset: 0,
    });
    expect(listOf('includeAdult=true').includeAdult).toBe(true);
    expect(listOf('limit=1', { category: 'genre_10765' }).feed.category).toBe('genre_10765');
    expect(listOf('', { category: 'trending', media: 'all' }).feed.media).toBe('all');
  });

  it('has its region’s language, and tags in any case', () => {
    const settings = { ...defaultSettings, regions: [{ region: 'DE', language: 'de-DE' }] };
    const feedOf = (query: string) =>
      parseListRequest({ category: 'popular', media: 'movie' }, new URLSearchParams(query), settings).feed;
    expect(feedOf('region=DE')).toMatchObject({ region: 'DE', language: 'de-DE' });
    expect(feedOf('region=de')).toMatchObject({ region: 'DE', language: 'de-DE' });
    expect(feedOf('region=DE&language=EN-us')).toMatchObject({ region: 'DE', language: 'en-US' });
    expect(feedOf('region=BR')).toMatchObject({ region: 'BR', language: 'en-US' });
    expect(feedOf('language=ja')).toMatchObject({ region: 'global', language: 'ja-JP' });
    expect(titleOf('region=de&language=DE').options).toEqual({ region: 'DE', language: 'de-DE' });
  });

  it('is an own feed of the settings in its language, and no other', async () => {
    const custom = sampleOwnFeeds.map((one) => ({ ...one, language: 'fr-FR' }));
    const settings = { ...defaultSettings, feeds: { ...defaultSettings.feeds, custom } };
    const own = (category: string, media: string, query = '') =>
      parseListRequest({ category, media }, new URLSearchParams(query), settings).feed;
    expect(own('custom_series', 'tv')).toMatchObject({ category: 'custom_series', language: 'fr-FR' });
    expect(own('custom_series', 'tv', 'language=ja')).toMatchObject({ language: 'ja-JP' });
    expect(await refusedField(() => own('custom_none', 'tv'))).toEqual([
      'category',
      "the settings have no own feed 'custom_none': allowed are custom_films, custom_series",
    ]);
    expect(await refusedField(() => own('custom_series', 'movie'))).toEqual([
      'category',
      "the own feed 'custom_series' lists tv titles: allowed is media 'tv', not 'movie'",
    ]);
  });

  it.each(['nonsense', '', 'Popular', 'popular ', 'genre_', 'genre_0', 'genre_018', 'genre_12345678', 'genre_1e2'])(
    'category %j',
    async (category) => {
      expect(await refusedField(() => listOf('', { category }))).toEqual([
        'category',
        `unknown category '${category}': allowed are ${categories}`,
      ]);
    },
  );

  it.each(['book', '', 'MOVIE', 'tv,movie', 'constructor'])('media %j', async (media) => {
    expect(await refusedField(() => listOf('', { media }))).toEqual([
      'media',
      `unknown media '${media}': allowed are movie, tv, all`,
    ]);
  });

  it.each([
    ['XX', ['XK', 'CX', 'MX']],
    ['D3', ['DE', 'DJ', 'DK']],
    ['UK', ['GB', 'UA']],
    ['EU', ['EC', 'EE', 'EG']],
    ['DEU', ['DE']],
    ['', []],
    ['__proto__', []],
  ])('region %j', async (region, close) => {
    expect(await refusedField(() => listOf(`region=${region}`))).toEqual([
      'region',
      `unknown region '${region}': allowed are ${allowedRegions(close)}`,
    ]);
  });

  const german = ['de-DE', 'de-AT', 'de-CH'];
  it.each([
    ['german', german],
    ['de-XX', german],
    ['de_DE', ['de-DE']],
    ['xx-DE', ['de-DE']],
    ['en-US,de-DE', ['en-US']],
    ['', []],
  ])('language %j', async (language, close) => {
    expect(await refusedField(() => listOf(`language=${language}`))).toEqual([
      'language',
      `unknown language '${language}': allowed are ${allowedLanguages(close)}`,
    ]);
  });

  it.each([...noNumbers, ...tooLargeNumbers, '0', '501', '1000000000'])('limit %j', async (limit) => {
    const query = new URLSearchParams({ limit }).toString();
    expect(await refusedField(() => listOf(query))).toEqual([
      'limit',
      `'${limit}' is not allowed: allowed are whole numbers from 1 to 500`,
    ]);
  });

  it.each([
    [{ category: 'popular', media: 'all' }, '', "media 'all' exists only for category 'trending' in region 'global'"],
    [{ category: 'local_originals' }, '', "category 'local_originals' needs a country as its region, for example DE"],
    [{ category: 'genre_18' }, 'region=DE', "category 'genre_18' exists only in region 'global', not in 'DE'"],
  ])('parts that do not go together: %j %s', async (params, query, sentence) => {
    const [field, detail] = await refusedField(() => listOf(query, params));
    expect(field).toBe('request');
    expect(detail).toContain(sentence);
    expect(detail).not.toContain('--');
  });
});

describe('a request for a title', () => {
  it('has only what it names', () => {
    expect(titleOf('')).toEqual({ mediaType: 'movie', id: 550, options: {} });
    expect(titleOf('region=global&language=ja-JP', { media: 'tv', id: '9007199254740991' })).toEqual({
      mediaType: 'tv',
      id: 9_007_199_254_740_991,
      options: { region: 'global', language: 'ja-JP' },
    });
    expect(titleOf('include=details&region=de').options).toEqual({ region: 'DE', details: true });
  });

  it.each(['', 'detail', 'Details', 'details,details', 'details,cast', 'true', '__proto__'])(
    'include %j',
    async (include) => {
      expect(await refusedField(() => titleOf(`include=${include}`))).toEqual([
        'include',
        `'${include}' is not allowed: allowed is details`,
      ]);
    },
  );

  it.each([...noNumbers, ...tooLargeNumbers, 'abc', '0', '9007199254740992', '550-fight-club', 'null'])(
    'id %j',
    async (id) => {
      expect(await refusedField(() => titleOf('', { id }))).toEqual([
        'id',
        `'${id}' is not allowed: allowed are whole numbers from 1 to 9007199254740991`,
      ]);
    },
  );

  it.each([
    [{ media: 'all' }, '', 'media', "unknown media 'all': allowed are movie, tv"],
    [{}, 'region=UK', 'region', `unknown region 'UK': allowed are ${allowedRegions(['GB', 'UA'])}`],
    [
      {},
      'language=german',
      'language',
      `unknown language 'german': allowed are ${allowedLanguages(['de-DE', 'de-AT', 'de-CH'])}`,
    ],
    [{}, 'limit=3', 'limit', 'unknown parameter: allowed are region, language, include'],
  ])('%j %s', async (params, query, field, detail) => {
    expect(await refusedField(() => titleOf(query, params))).toEqual([field, detail]);
  });
});

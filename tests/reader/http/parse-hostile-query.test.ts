import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseListRequest,
  parseNoQuery,
  parseRecommendRequest,
  parseTitleRequest,
} from '../../../src/reader/http/parse-query.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { type Refusal, refusalOf, refusedField } from '../../support/refused-request.ts';

const listOf = (query: string, params: Record<string, string> = {}) =>
  parseListRequest({ category: 'popular', media: 'movie', ...params }, new URLSearchParams(query), defaultSettings);
const titleOf = (query: string, params: Record<string, string> = {}) =>
  parseTitleRequest({ media: 'movie', id: '550', ...params }, new URLSearchParams(query));
const recommendOf = (query: string) => parseRecommendRequest(new URLSearchParams(query), defaultSettings);

const filterNames = [
  'genres',
  'excludeGenres',
  'yearFrom',
  'yearTo',
  'minVotes',
  'minVoteAverage',
  'originalLanguages',
  'excludeLanguages',
  'excludeCountries',
  'maxCertification',
  'providers',
  'includeAdult',
  'offset',
  'variety',
];

describe('any request', () => {
  const all: [string, (query: string) => unknown][] = [
    ['list', listOf],
    ['title', titleOf],
    ['recommendation', recommendOf],
    ['health', (query) => parseNoQuery(new URLSearchParams(query))],
  ];

  it.each(all)('may give nothing twice: %s', async (_name, parse) => {
    for (const query of ['region=DE&region=DE', 'region=DE&language=de-DE&region=JP', 'region=&region=&region=']) {
      expect(await refusedField(() => parse(query))).toEqual(['region', 'is given twice: allowed is once']);
    }
  });

  it.each(all)('may have no value of any length: %s', async (_name, parse) => {
    expect(await refusedField(() => parse(`region=${'D'.repeat(23_001)}`))).toEqual([
      'region',
      'is longer than the 23000 characters that are allowed',
    ]);
  });

  it('may name as many titles as are taken, with the longest ids there are', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => 9_007_199_254_740_991 - index);
    const { seen } = recommendOf(new URLSearchParams({ seen: ids.map((id) => `movie:${id}`).join() }).toString());
    expect(seen.map(({ id }) => id)).toEqual(ids);
  });

  it.each(all)('is answered in few words, however much is wrong with it: %s', async (_name, parse) => {
    const names = Array.from({ length: 5_000 }, (_, index) => `${index}${'x'.repeat(100)}=1`);
    const unknown = await refusalOf(() => parse(names.join('&')));
    const twice = await refusalOf(() => parse([...names, ...names].join('&')));
    for (const { status, errors, text } of [unknown, twice]) {
      expect(status).toBe(400);
      expect(Object.keys(errors)).toHaveLength(10);
      expect(text.length).toBeLessThan(8_000);
    }
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'is not taken in by a parameter %s',
    async (name) => {
      for (const [, parse] of all) {
        expect(await refusedField(() => parse(`${name}=1`))).toEqual([
          name,
          expect.stringMatching(/^unknown parameter/),
        ]);
      }
    },
  );

  it('echoes no markup, of a value or of a name', async () => {
    const markup = '<script>alert("1")</script>';
    const encoded = encodeURIComponent(markup);
    const acts = [
      () => listOf('', { category: markup }),
      () => listOf('', { media: markup }),
      () => titleOf('', { media: markup }),
      () => titleOf('', { id: markup }),
      () => titleOf(`include=${encoded}`),
      ...['region', 'language', 'limit', 'excludeCountries', 'maxCertification', 'minVoteAverage', encoded].map(
        (name) => () => listOf(`${name}=${encoded}`),
      ),
      ...['liked', 'seen', 'media', 'hour', 'adult', ...filterNames].map(
        (name) => () => recommendOf(`${name}=${encoded}`),
      ),
      () => recommendOf(`${encoded}=1&${encoded}=2`),
    ];
    for (const act of acts) {
      const { text, errors } = await refusalOf(act);
      expect(text).not.toMatch(/[<]|script>/);
      expect(JSON.stringify(errors)).not.toMatch(/<\/?script/);
    }
  });

  it('is taken, or refused with what is allowed: never anything else', async () => {
    const names = ['region', 'language', 'include', 'limit', 'media', 'liked', 'seen', 'hour', 'adult', ...filterNames];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'movie:550',
        'tv:1,movie:2',
        '18',
        '5',
        'DE',
        'de-DE',
        'true',
        'all',
        'details',
        '2000',
        '7.5',
        'de,ja',
        'PG-13',
        '1e3',
        'NaN',
        ',',
        '-1',
        '%',
        '\u0000',
        '\ud800',
      ),
    );
    const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), text), text), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pairs, text, text, async (query, first, second) => {
        const search = new URLSearchParams(query);
        const acts = [
          () => parseListRequest({ category: first, media: second }, search, defaultSettings),
          () => parseTitleRequest({ media: first, id: second }, search),
          () => parseRecommendRequest(search, defaultSettings),
        ];
        for (const act of acts) {
          const refusal = await refusalOf(() => {
            act();
            throw new Error('taken');
          }).catch((error: Error) => error.message);
          if (refusal !== 'taken') {
            expect(refusal).toMatchObject({ status: 400, code: 'bad_request' });
            expect((refusal as Refusal).text).not.toContain('<');
            expect(Object.keys((refusal as Refusal).errors).length).toBeGreaterThan(0);
          }
        }
      }),
    );
  });
});

import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ListAnswer } from '../../../src/reader/reader-api.ts';
import { routesOver } from '../../support/ask-router.ts';
import { contractProblems } from '../../support/openapi-document.ts';
import { noFilters } from '../../support/refused-request.ts';
import {
  foundNothing,
  sampleFindAnswer,
  sampleListAnswer,
  sampleListedCard,
  samplePick,
  sampleProvenance,
  sampleRecommendAnswer,
  sampleTitleAnswer,
  sampleWatch,
} from '../../support/sample-answers.ts';

/** Each resource: a target, its path in the document, and what a scripted reader answers there. */
const resources = [
  ['/v1/lists/popular/movie', '/v1/lists/{category}/{media}', sampleListAnswer()],
  ['/v1/titles/movie/550', '/v1/titles/{media}/{id}', sampleTitleAnswer()],
  ['/v1/find/imdb/tt0137523', '/v1/find/{source}/{id}', sampleFindAnswer()],
  ['/v1/recommendations', '/v1/recommendations', sampleRecommendAnswer()],
] as const;
/** A list of several kilobytes. */
const long = sampleListAnswer({
  titles: Array.from({ length: 20 }, (_, index) => sampleListedCard({ id: index + 1, rank: index + 1 })),
});

describe.each(resources)('%s', (target, path, expected) => {
  it('answers what the reader says, as it is documented', async () => {
    const answer = await routesOver().ask(target);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual(expected);
    expect(contractProblems(path, answer)).toEqual([]);
  });

  it('answers what there is when something did not work, and says so', async () => {
    const problem = { code: 'table_unavailable', detail: 'the table cannot be read' };
    const { ask } = routesOver({
      list: async () => sampleListAnswer({ problem }),
      title: async () => sampleTitleAnswer({ problem }),
      find: async () => sampleFindAnswer({ problem }),
      recommend: async () => sampleRecommendAnswer({ problem }),
    });
    const answer = await ask(target);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ ...expected, problem });
    expect(contractProblems(path, answer)).toEqual([]);
  });

  it('answers with the headers of a cache', async () => {
    const { headers } = await routesOver().ask(target);
    const scope = path === '/v1/recommendations' ? 'private' : 'public';
    expect(headers).toEqual({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(JSON.stringify(expected))),
      'cache-control': `${scope}, max-age=82800, stale-while-revalidate=172800, stale-if-error=172800`,
      'cache-status': 'tmdb-pipeline; hit; detail=table',
      etag: expect.stringMatching(/^W\/"[0-9a-f]{24}"$/),
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers 304 without a body to whoever has the same rows', async () => {
    const { ask } = routesOver();
    const { headers } = await ask(target);
    const tag = headers.etag ?? '';
    for (const names of [tag, tag.slice(2), `"other", ${tag}`, '*']) {
      const again = await ask(target, { headers: { 'if-none-match': names, 'accept-encoding': 'gzip' } });
      expect(again).toMatchObject({ status: 304, text: '' });
      // RFC 9110, 15.4.5: what a 200 would have said of how to keep it, and nothing of a body that is not there.
      const { 'content-type': _type, 'content-length': _length, 'x-content-type-options': _options, ...kept } = headers;
      expect(again.headers).toEqual(kept);
      expect(contractProblems(path, again)).toEqual([]);
    }
    expect(await ask(target, { headers: { 'if-none-match': '"other"' } })).toMatchObject({ status: 200 });
  });

  it('is compressed for those who ask, and for nobody else', async () => {
    const { ask } = routesOver({
      list: async () => long,
      title: async () => sampleTitleAnswer({ problem: { code: 'long', detail: 'x'.repeat(2_000) } }),
      find: async () => sampleFindAnswer({ problem: { code: 'long', detail: 'x'.repeat(2_000) } }),
      recommend: async () =>
        sampleRecommendAnswer({ feeds: long.titles.map(({ id }) => `genre_${id}/movie/global/en-US`) }),
    });
    const plain = await ask(target);
    expect(plain.headers).not.toHaveProperty('content-encoding');
    for (const accepted of ['gzip', 'br, gzip;q=0.5', '*']) {
      const { headers, bytes } = await ask(target, { headers: { 'accept-encoding': accepted } });
      expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: plain.headers.etag });
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(gunzipSync(bytes).toString()).toBe(plain.text);
      expect(bytes.length).toBeLessThan(plain.bytes.length);
    }
    for (const refused of ['', 'br', 'identity', 'gzip;q=0', '*;q=0']) {
      const { headers, text } = await ask(target, { headers: { 'accept-encoding': refused } });
      expect(headers).not.toHaveProperty('content-encoding');
      expect(text).toBe(plain.text);
    }
  });
});

describe('what the reader is asked', () => {
  it.each([
    [
      '/v1/lists/popular/movie',
      [
        'list',
        { category: 'popular', media: 'movie', region: 'global', language: 'en-US' },
        { ...noFilters, limit: 20, offset: 0 },
      ],
    ],
    [
      '/v1/lists/trending/tv?region=DE&language=de-DE&limit=500',
      [
        'list',
        { category: 'trending', media: 'tv', region: 'DE', language: 'de-DE' },
        { ...noFilters, limit: 500, offset: 0 },
      ],
    ],
    [
      '/v1/lists/genre%5F18/movie/',
      [
        'list',
        { category: 'genre_18', media: 'movie', region: 'global', language: 'en-US' },
        { ...noFilters, limit: 20, offset: 0 },
      ],
    ],
    ['/v1/titles/tv/1399', ['title', 'tv', 1399, {}]],
    ['/v1/titles/movie/550?language=ja-JP&region=JP', ['title', 'movie', 550, { language: 'ja-JP', region: 'JP' }]],
    ['/v1/find/imdb/tt0137523', ['find', 'imdb', 'tt0137523', {}]],
    ['/v1/find/imdb/%20TT0137523%20', ['find', 'imdb', 'tt0137523', {}]],
    [
      '/v1/find/tvdb/0081189/?language=de-DE&region=DE&include=details',
      ['find', 'tvdb', '81189', { language: 'de-DE', region: 'DE', details: true }],
    ],
    [
      '/v1/recommendations?media=movie&liked=movie:1,tv:2&hour=20&limit=3&adult=true',
      [
        'recommend',
        {
          ...noFilters,
          media: 'movie',
          liked: [
            { mediaType: 'movie', id: 1 },
            { mediaType: 'tv', id: 2 },
          ],
          seen: [],
          region: 'global',
          hour: 20,
          limit: 3,
          offset: 0,
          includeAdult: true,
        },
      ],
    ],
    ['/v1/health', ['health']],
  ])('%s', async (target, call) => {
    const { ask, reader } = routesOver();
    await ask(target);
    expect(reader.calls).toEqual([call]);
  });
});

const filtered = { lookedAt: 40, matched: 12, withoutDetails: 3 };

describe('an answer with filters', () => {
  const watch = sampleWatch();

  it('is as it is documented: counts, and where to watch each title', async () => {
    const { ask } = routesOver({
      list: async () => sampleListAnswer({ filtered, offset: 3, titles: [sampleListedCard({ watch })] }),
      recommend: async () => sampleRecommendAnswer({ filtered, offset: 3, picks: [samplePick({ watch })] }),
    });
    for (const [target, path] of [
      ['/v1/lists/popular/movie?providers=8&offset=3', '/v1/lists/{category}/{media}'],
      ['/v1/recommendations?providers=8&offset=3', '/v1/recommendations'],
    ] as const) {
      const answer = await ask(target);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({ offset: 3, filtered });
      expect(contractProblems(path, answer)).toEqual([]);
    }
  });
});

describe('the tag of a filtered list', () => {
  const tagOf = async (over: Partial<ListAnswer>) =>
    (await routesOver({ list: async () => sampleListAnswer(over) }).ask('/v1/lists/popular/movie')).headers.etag;

  it('stays while the same passes, and is another one when that or the counts change', async () => {
    const first = await tagOf({ filtered });
    expect(await tagOf({ filtered: { ...filtered }, ageSeconds: 9_999, from: 'memory' })).toBe(first);
    const others: Partial<ListAnswer>[] = [
      {},
      { filtered, offset: 1 },
      { filtered, titles: [] },
      { filtered: { ...filtered, withoutDetails: 2 } },
      { filtered, titles: [sampleListedCard({ watch: sampleWatch() })] },
      { filtered, titles: [sampleListedCard({ watch: sampleWatch({ fetchedAt: '2026-11-24T00:00:00.000Z' }) })] },
    ];
    const tags = await Promise.all(others.map(tagOf));
    expect(new Set([first, ...tags]).size).toBe(others.length + 1);
  });
});

describe('answers of other kinds', () => {
  it('a stale one may be kept for half a minute', async () => {
    const stale = { freshUntil: '2026-11-23T07:30:00.000Z', expiresAt: '2026-11-23T09:00:00.000Z', stale: true };
    const { ask } = routesOver({ list: async () => sampleListAnswer({ ...sampleProvenance(stale), from: 'memory' }) });
    expect((await ask('/v1/lists/popular/movie')).headers).toMatchObject({
      'cache-control': 'public, max-age=30, stale-while-revalidate=3570, stale-if-error=3570',
      'cache-status': 'tmdb-pipeline; hit; detail=memory',
    });
  });

  it('one whose problem is in words of AWS keeps them to the log', async () => {
    const problem = { code: 'control_unavailable', detail: 'arn:aws:dynamodb:us-east-1:123456789012:table/x' };
    const { ask, telemetry } = routesOver({ list: async () => sampleListAnswer({ problem }) });
    const answer = await ask('/v1/lists/popular/movie');
    expect(JSON.parse(answer.text)).toMatchObject({ problem: { code: 'control_unavailable' }, titles: [{ id: 550 }] });
    expect(answer.text).not.toContain('arn:');
    expect(telemetry.warnings).toEqual([{ message: 'a read had a problem', facts: problem }]);
  });

  it('a recommendation that finds nothing is one, and is not kept', async () => {
    const empty = sampleRecommendAnswer({ ...foundNothing, picks: [], candidates: 0, feeds: [] });
    const answer = await routesOver({ recommend: async () => empty }).ask('/v1/recommendations');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'cache-status': expect.stringContaining('miss'),
    });
    expect(contractProblems('/v1/recommendations', answer)).toEqual([]);
  });

  it.each([
    ['ok', 'closed', 'ok'],
    ['unavailable', 'closed', 'degraded'],
    ['ok', 'open', 'degraded'],
    ['ok', 'unknown', 'degraded'],
  ] as const)('health: table %s, breaker %s is %s', async (table, breaker, status) => {
    const health = { table, breaker, memory: { entries: 1, bytes: 2 } };
    const answer = await routesOver({ health: async () => health }).ask('/v1/health');
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(JSON.parse(answer.text)).toEqual({ status, ...health });
    expect(contractProblems('/v1/health', answer)).toEqual([]);
  });
});

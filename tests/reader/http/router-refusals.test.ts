import { describe, expect, it } from 'vitest';
import { RetryableError, UsageError } from '../../../src/shared/core/errors.ts';
import { routesOver } from '../../support/ask-router.ts';
import { contractProblems } from '../../support/openapi-document.ts';
import {
  foundNothing,
  sampleFindAnswer,
  sampleListAnswer,
  sampleRecommendAnswer,
  sampleTitleAnswer,
} from '../../support/sample-answers.ts';

const paths = {
  '/v1/lists/popular/movie': '/v1/lists/{category}/{media}',
  '/v1/titles/movie/550': '/v1/titles/{media}/{id}',
  '/v1/find/imdb/tt0137523': '/v1/find/{source}/{id}',
  '/v1/recommendations': '/v1/recommendations',
  '/v1/health': '/v1/health',
};
type Target = keyof typeof paths;
const targets = Object.keys(paths) as Target[];
const readTargets = targets.filter((target) => target !== '/v1/health');

/** A reader that finds nothing, for the reason given. */
function emptyReader(problem?: { code: string; detail: string }) {
  const nothing = { ...foundNothing, ...(problem && { problem }) };
  return {
    list: async () => sampleListAnswer({ ...nothing, titles: [] }),
    title: async () => sampleTitleAnswer({ ...nothing, title: null, absent: problem === undefined }),
    find: async () => sampleFindAnswer({ ...nothing, title: null, absent: problem === undefined, matches: [] }),
    recommend: async () => sampleRecommendAnswer({ ...nothing, picks: [], candidates: 0, feeds: [] }),
  };
}

/** What every refusal has in common. */
async function refused(answer: { status: number; headers: Record<string, string>; text: string }, path: string) {
  expect(contractProblems(path, answer)).toEqual([]);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(answer.headers).not.toHaveProperty('etag');
  expect(answer.text).not.toContain('<');
  return { ...JSON.parse(answer.text), retryAfter: answer.headers['retry-after'] };
}

describe('what is not there', () => {
  it.each([
    ['/v1/lists/popular/movie', 'TMDB has no list popular/movie/global/en-US'],
    ['/v1/titles/movie/550', 'TMDB has no movie 550'],
    ['/v1/find/imdb/tt0137523', 'TMDB has no title with the imdb id tt0137523'],
  ] as const)('%s is a 404', async (target, detail) => {
    const answer = await routesOver(emptyReader()).ask(target);
    expect(await refused(answer, paths[target])).toMatchObject({ status: 404, code: 'not_found', detail });
  });

  it.each(readTargets)('%s is a 404 too where the cache alone is asked', async (target) => {
    const problem = { code: 'not_cached', detail: 'the table holds no such thing' };
    const answer = await routesOver(emptyReader(problem)).ask(target);
    expect(await refused(answer, paths[target])).toMatchObject({ status: 404, ...problem, retryAfter: undefined });
  });

  it.each(readTargets)('%s is a 503 with Retry-After where nobody can be asked', async (target) => {
    const problem = { code: 'breaker_open', detail: 'the breaker is open' };
    const answer = await routesOver(emptyReader(problem)).ask(target);
    expect(await refused(answer, paths[target])).toMatchObject({ status: 503, ...problem, retryAfter: '15' });
  });

  it.each(['control_unavailable', 'token_unavailable', 'unexpected'])(
    'what AWS says of it is for the log alone: %s',
    async (code) => {
      const detail =
        'User: arn:aws:sts::123456789012:assumed-role/reader is not authorized to perform dynamodb:GetItem';
      for (const target of readTargets) {
        const { ask, telemetry } = routesOver(emptyReader({ code, detail }));
        const answer = await ask(target);
        expect(await refused(answer, paths[target])).toMatchObject({ status: 503, code });
        expect(answer.text).not.toContain('arn:');
        expect(telemetry.warnings).toEqual([{ message: 'a read had a problem', facts: { code, detail } }]);
      }
    },
  );

  it.each([
    '/v1/lists',
    '/v1/lists/popular',
    '/v1/lists/popular/movie/1',
    '/v1/find',
    '/v1/find/imdb',
    '/v1/find/imdb/tt1/2',
    '/v2/health',
    '/v1/healthy',
    '/v1/openapi.json',
    '/openapi_json',
    '/v1/lists//movie',
    '/*',
  ])('%s is no resource, and those that are are named', async (target) => {
    const { reader, ask } = routesOver();
    for (const method of target === '/*' ? ['GET', 'HEAD'] : ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      const { status, headers, text } = await ask(target, { method });
      expect(status).toBe(404);
      expect(headers['content-type']).toBe('application/problem+json');
      if (method !== 'HEAD') {
        expect(JSON.parse(text)).toMatchObject({
          code: 'no_such_resource',
          detail: expect.stringMatching(/\/v1\/health, and their description at \/openapi\.json$/),
        });
      }
    }
    expect(reader.calls).toEqual([]);
  });
});

describe('what is asked wrongly', () => {
  it.each([
    ['/v1/lists/nonsense/movie', 'category'],
    ['/v1/lists/popular/movie?limit=501', 'limit'],
    ['/v1/titles/movie/abc', 'id'],
    ['/v1/find/imdb/nm0000093', 'id'],
    ['/v1/find/imdb/550', 'id'],
    ['/v1/find/tvdb/tt0137523', 'id'],
    ['/v1/find/tvdb/0', 'id'],
    ['/v1/find/tvdb/9007199254740992', 'id'],
    ['/v1/find/tvdb/1e3', 'id'],
    ['/v1/find/imdb/tt0137523%2F', 'id'],
    ['/v1/find/imdb/tt0137523,tt0137524', 'id'],
    ['/v1/find/imdb/%3Cscript%3E', 'id'],
    ['/v1/find/IMDB/tt0137523', 'source'],
    ['/v1/find/wikidata/Q190050', 'source'],
    ['/v1/find/imdb/tt0137523?limit=5', 'limit'],
    ['/v1/find/imdb/tt0137523?include=credits', 'include'],
    ['/v1/find/imdb/tt0137523?language=german', 'language'],
    ['/v1/recommendations?liked=550', 'liked.0'],
    ['/v1/health?verbose=1', 'verbose'],
    ['/v1/lists/%3Cscript%3E/movie', 'category'],
    ['/v1/recommendations?%3Cscript%3E=1', '?script?'],
    ['/v1/lists/popular%2Fmovie/movie', 'category'],
    ['/v1/lists/pop%2575lar/movie', 'category'],
  ])('%s is a 400 that names %s', async (target, field) => {
    const { reader, ask } = routesOver();
    const path = Object.values(paths).find((known) => known.startsWith(target.split(/[/?]/, 3).join('/'))) ?? '';
    const problem = await refused(await ask(target), path);
    expect(problem).toMatchObject({ status: 400, code: 'bad_request', errors: [{ field }] });
    expect(reader.calls).toEqual([]);
  });

  it.each(['/v1/lists/%E0%A4%A/movie', '/v1/lists/%/movie', '/v1/lists/popular/%zz', '/v1/titles/movie/%ff'])(
    '%s is a 400: it is not percent-encoded',
    async (target) => {
      const { ask, telemetry } = routesOver();
      const path = target.includes('titles') ? paths['/v1/titles/movie/550'] : paths['/v1/lists/popular/movie'];
      const problem = await refused(await ask(target), path);
      expect(problem).toMatchObject({
        status: 400,
        code: 'bad_request',
        detail: expect.stringContaining('percent-encoded'),
      });
      expect(telemetry.warnings).toEqual([]);
    },
  );

  it('a part of a path that is blank is a 400', async () => {
    expect(await routesOver().ask('/v1/lists/%20/movie')).toMatchObject({ status: 400 });
  });

  it.each(['?region=%', '?region=%ff', '?region=%E0%A4%A'])('%s is read as it stands, and refused', async (query) => {
    const answer = await routesOver().ask(`/v1/lists/popular/movie${query}`);
    expect(await refused(answer, paths['/v1/lists/popular/movie'])).toMatchObject({ errors: [{ field: 'region' }] });
  });
});

describe.each(targets)('%s', (target) => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE', 'QUERY', 'CONNECT', 'get', 'head', 'constructor'])(
    'takes no %s, and says what it takes',
    async (method) => {
      const { reader, ask } = routesOver();
      for (const slash of ['', '/']) {
        const answer = await ask(`${target}${slash}`, { method });
        expect(await refused(answer, paths[target])).toMatchObject({ status: 405, code: 'method_not_allowed' });
        expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
      }
      expect(reader.calls).toEqual([]);
    },
  );

  it.each([{ body: '{"a":1}' }, { headers: { host: 'a b' } }, { headers: { 'x-forwarded-proto': 'ht tp' } }])(
    'is answered whatever else is sent: %j',
    async (asked) => {
      expect(await routesOver().ask(target, asked)).toMatchObject({ status: 200 });
    },
  );

  it.each([
    new Error('select * from secrets'),
    new RetryableError('secret_code', 'token abc'),
    new UsageError('limit: secret'),
  ])('tells nothing of a fault of its own (%s), but the log', async (fault) => {
    const failing = () => Promise.reject(fault);
    const { ask, telemetry } = routesOver({
      list: failing,
      title: failing,
      find: failing,
      recommend: failing,
      health: failing,
    });
    const problem = await refused(await ask(target), paths[target]);
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'the request failed unexpectedly: the reason is in the log of the reader',
      code: 'unexpected',
    });
    expect(telemetry.warnings).toHaveLength(1);
  });
});

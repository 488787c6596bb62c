import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAnswer, evidenceOf, type Verdict } from '../../../src/shared/tmdb/classify-answer.ts';
import type { TmdbAnswer } from '../../../src/shared/tmdb/tmdb-port.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { jsonAnswer, noResponse, tmdbError } from '../../support/scripted-tmdb.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const judge = (answer: TmdbAnswer) => classifyAnswer(answer, nowMs);
const response = (status: number, body: string, retryAfter?: string, server?: string): TmdbAnswer => ({
  kind: 'response',
  status,
  body,
  retryAfter,
  ...(server !== undefined && { server }),
});

/** TMDB code, HTTP status, fate: all that TMDB lists. */
const fates: [code: number, status: number, fate: Verdict['fate']][] = [
  [1, 200, 'retry'],
  [2, 501, 'retry'],
  [3, 401, 'stop'],
  [4, 405, 'bug'],
  [5, 422, 'bug'],
  [6, 404, 'not-found'],
  [7, 401, 'stop'],
  [8, 403, 'bug'],
  [9, 503, 'retry'],
  [10, 401, 'stop'],
  [11, 500, 'retry'],
  [12, 201, 'retry'],
  [13, 200, 'retry'],
  [14, 401, 'stop'],
  [15, 500, 'retry'],
  [16, 401, 'bug'],
  [17, 401, 'bug'],
  [18, 400, 'bug'],
  [19, 406, 'bug'],
  [20, 422, 'bug'],
  [21, 200, 'retry'],
  [22, 400, 'bug'],
  [23, 400, 'bug'],
  [24, 504, 'retry'],
  [25, 429, 'retry'],
  [26, 400, 'bug'],
  [27, 400, 'bug'],
  [28, 400, 'bug'],
  [29, 400, 'bug'],
  [30, 401, 'bug'],
  [31, 401, 'stop'],
  [32, 401, 'bug'],
  [33, 401, 'bug'],
  [34, 404, 'not-found'],
  [35, 401, 'stop'],
  [36, 401, 'bug'],
  [37, 404, 'not-found'],
  [38, 401, 'bug'],
  [39, 401, 'not-found'],
  [40, 200, 'retry'],
  [41, 422, 'bug'],
  [42, 405, 'bug'],
  [43, 502, 'retry'],
  [44, 500, 'not-found'],
  [45, 403, 'stop'],
  [46, 503, 'retry'],
  [47, 400, 'bug'],
];

describe('TMDB’s own codes', () => {
  it.each(fates)('code %i with HTTP %i: %s', (code, status, fate) => {
    expect(judge(tmdbError(status, code))).toMatchObject({
      fate,
      code: `tmdb_${code}`,
      detail: `HTTP ${status}: message of code ${code}`,
    });
  });

  it.each(fates)('code %i decides, whatever the HTTP status is', (code, _status, fate) => {
    for (const status of [200, 201, 301, 400, 401, 403, 404, 451, 500, 503]) {
      expect(judge(tmdbError(status, code)).fate).toBe(fate);
    }
  });

  it('are read without `success` too', () => {
    const body = { status_code: 25, status_message: 'Your request count (46) is over the allowed limit of 40.' };
    expect(judge(jsonAnswer(429, body))).toMatchObject({ fate: 'retry', code: 'tmdb_25', throttled: true });
  });

  itWithSharedData('are those that TMDB lists, with their HTTP status', 'tmdb/status_codes.json', () => {
    const { codes } = readSharedJson('tmdb/status_codes.json') as { codes: { code: number; http: number }[] };
    expect(codes.map(({ code, http }) => [code, http])).toEqual(fates.map(([code, status]) => [code, status]));
  });

  it('are no sign of an outage where they say that an id is invalid, with HTTP 500', () => {
    expect(judge(tmdbError(500, 44))).toEqual({
      fate: 'not-found',
      code: 'tmdb_44',
      detail: 'HTTP 500: message of code 44',
    });
  });

  it.each([0, -1, 48, 99, 404, 7.5, 1e300, -7, '7', [7], { code: 7 }, null, true])(
    'are none where they are %j: then nobody knows who speaks',
    (code) => {
      for (const status of [400, 401, 403, 404, 405, 410, 422, 451, 500]) {
        const verdict = judge(jsonAnswer(status, { success: false, status_code: code, status_message: 'Go away.' }));
        expect(verdict).toMatchObject({ fate: 'retry', code: `http_${status}` });
      }
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('are not found by the name %s', (name) => {
    expect(judge(jsonAnswer(401, { status_code: name })).fate).toBe('retry');
  });
});

describe('a good status', () => {
  it.each([
    [
      'says that the token is wrong',
      { success: false, status_code: 7, status_message: 'Invalid API key.' },
      'stop',
      'tmdb_7',
    ],
    ['says not found', { success: false, status_code: 34, status_message: 'No.' }, 'not-found', 'tmdb_34'],
    ['says too many calls', { success: false, status_code: 25 }, 'retry', 'tmdb_25'],
    ['says that the request is wrong', { success: false, status_code: 22 }, 'bug', 'tmdb_22'],
    ['has a code and no content, without `success`', { status_code: 9, status_message: 'Offline.' }, 'retry', 'tmdb_9'],
    ['has success and no content', { success: true, status_code: 1, status_message: 'Success.' }, 'retry', 'tmdb_1'],
    ['says that it failed, and not why', { success: false }, 'retry', 'http_200'],
    ['says that it failed, with content', { success: false, status_code: 11, results: [] }, 'retry', 'tmdb_11'],
    ['has an empty list beside too many calls', { page: 1, results: [], status_code: 25 }, 'retry', 'tmdb_25'],
    ['has a list beside a refused token', { results: [{ id: 1 }], status_code: 7 }, 'stop', 'tmdb_7'],
    ['has a list beside "not found"', { results: [], success: true, status_code: 34 }, 'not-found', 'tmdb_34'],
    ['has an id beside "offline"', { id: 550, status_code: 9 }, 'retry', 'tmdb_9'],
    ['has the code of a write and no content', { status_code: 12 }, 'retry', 'tmdb_12'],
    ['says that it failed with a code of nobody', { success: false, status_code: 777 }, 'retry', 'http_200'],
  ])('that %s is judged by its code', (_name, body, fate, code) => {
    expect(judge(jsonAnswer(200, body))).toMatchObject({ fate, code });
  });

  it.each([
    { page: 1, results: [] },
    { page: 1, results: [], success: true, status_code: 1 },
    { id: 550, title: 'Fight Club', status: 'Released' },
    { page: 1, results: [], status_code: 12 },
    { page: 1, results: [], status_code: 777 },
    { id: 550, title: 'Fight Club', status_code: 1 },
    [],
    null,
    7,
    'text',
  ])('with content is content: %j', (body) => {
    expect(judge(jsonAnswer(200, body))).toEqual({ fate: 'ok', json: body });
  });
});

describe('what comes from something between us and TMDB', () => {
  const page =
    '<!DOCTYPE html><html><head><title>Forbidden</title></head><body><center>openresty</center></body></html>';
  const statuses = [
    0, 100, 300, 301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 418, 421, 422, 425, 429,
    431, 451, 499, 500, 501, 502, 503, 504, 520, 599, 999,
  ];

  it.each(statuses)('is retried, and named, with status %i', (status) => {
    for (const body of [
      page,
      '',
      '{}',
      '[]',
      'null',
      '7',
      '"Forbidden"',
      '{"message":"Forbidden"}',
      '{"status_code":',
    ]) {
      expect(judge(response(status, body, undefined, 'openresty via 1.1 edge (CloudFront)'))).toEqual({
        fate: 'retry',
        code: `http_${status}`,
        detail: `HTTP ${status} without TMDB's JSON, from openresty via 1.1 edge (CloudFront)`,
        throttled: status === 429,
        retryAfterMs: undefined,
      });
    }
  });

  it('is told as such where it does not say who it is', () => {
    expect(judge(response(451, page))).toMatchObject({
      detail: "HTTP 451 without TMDB's JSON, from a server that does not say which",
    });
  });

  it('says when to ask again, also with a 403', () => {
    expect(judge(response(403, page, '9'))).toMatchObject({ throttled: false, retryAfterMs: 9_000 });
  });

  it('is a limit that our rate meets where it is a 429, whoever counts', () => {
    expect(judge(response(429, page, '7'))).toMatchObject({ fate: 'retry', throttled: true, retryAfterMs: 7_000 });
  });

  it('are judged from a load balancer’s page', () => {
    const page = '<html><body><h1>503 Service Unavailable</h1>Back-end server is at capacity</body></html>';
    expect(judge(response(503, page, '7'))).toEqual({
      fate: 'retry',
      code: 'http_503',
      detail: "HTTP 503 without TMDB's JSON, from a server that does not say which",
      throttled: false,
      retryAfterMs: 7_000,
    });
  });

  it('come with TMDB’s other error shape too', () => {
    expect(judge(jsonAnswer(422, { errors: ['query must be provided', 'page is too big'] }))).toEqual({
      fate: 'bug',
      code: 'http_422',
      detail: 'HTTP 422: query must be provided; page is too big',
    });
  });

  it.each([
    [401, ['not logged in']],
    [403, ['forbidden']],
    [404, ['no such route']],
    [500, ['oops']],
    [400, [{ status: '400', title: 'Bad Request' }]],
    [422, []],
    [400, 'one text'],
  ])('says nothing about request or token in that shape where it can mean something else: %i %j', (status, errors) => {
    expect(judge(jsonAnswer(status, { errors }))).toMatchObject({ fate: 'retry', code: `http_${status}` });
  });
});

describe('a retry', () => {
  it.each([
    [tmdbError(429, 25), true],
    [response(429, 'slow down'), true],
    [tmdbError(503, 25), true],
    [tmdbError(503, 9), false],
    [response(503, ''), false],
    [noResponse(), false],
  ])('says whether there were too many calls: %o', (answer, throttled) => {
    expect(judge(answer)).toMatchObject({ fate: 'retry', throttled });
  });

  it('carries what Retry-After asks for, as a time from now', () => {
    expect(judge(tmdbError(429, 25, '3'))).toMatchObject({ retryAfterMs: 3_000 });
    expect(judge(tmdbError(503, 9, 'Mon, 23 Nov 2026 08:00:20 GMT'))).toMatchObject({ retryAfterMs: 20_000 });
    expect(judge(tmdbError(429, 25))).toMatchObject({ retryAfterMs: undefined });
  });

  it.each([
    ['Your request count (41) is over the allowed limit of (40).', 40],
    ['Your request count (41) is over the allowed limit of 40.', 40],
    ['over the allowed limit of (0).', undefined],
    ['over the allowed limit of (1234567).', undefined],
    ['over the allowed limit of many', undefined],
    ['Too many requests.', undefined],
    [42, undefined],
  ])('names the limit that TMDB’s message names: %j', (message, namedLimit) => {
    const body = { success: false, status_code: 25, status_message: message };
    const verdict = judge(jsonAnswer(429, body));
    expect(verdict).toMatchObject({ fate: 'retry', throttled: true });
    expect((verdict as { namedLimit?: number }).namedLimit).toBe(namedLimit);
  });

  it('names no limit where TMDB does not throttle, or somebody else says so', () => {
    const message = 'over the allowed limit of (40).';
    const namedLimitOf = (answer: TmdbAnswer) => (judge(answer) as { namedLimit?: number }).namedLimit;
    expect(namedLimitOf(jsonAnswer(503, { success: false, status_code: 9, status_message: message }))).toBeUndefined();
    expect(namedLimitOf(response(429, message))).toBeUndefined();
    expect(namedLimitOf(jsonAnswer(429, { status_message: message }))).toBeUndefined();
  });

  it('follows no answer, by its code', () => {
    expect(judge(noResponse('timeout'))).toMatchObject({ fate: 'retry', code: 'timeout' });
  });

  it.each(['', '   ', '<html></html>', '{"page":1,"results":[{"id":1', '\u001f\u008b\b'])(
    'follows a 200 that is no JSON: %j',
    (body) => {
      expect(judge(response(200, body))).toMatchObject({ fate: 'retry', code: 'unreadable_body', throttled: false });
    },
  );
});

describe('the evidence of an answer', () => {
  const slot = { atMs: nowMs - 20.5, ratePerSecond: 29 };
  const told = (answer: TmdbAnswer) => evidenceOf(judge(answer), slot);
  it.each([
    ['a list', jsonAnswer(200, { page: 1, results: [] }), 'answered'],
    ['nothing there', tmdbError(404, 34), 'answered'],
    ['a refused token', tmdbError(401, 7), 'answered'],
    ['a wrong request', tmdbError(422, 5), 'answered'],
    ['a failure of TMDB', tmdbError(503, 9), 'failed'],
    ['a throttle of TMDB', tmdbError(429, 25), 'refused'],
    ['a throttle of a server in between', response(429, 'slow down'), 'refused'],
    ['a failure of a server in between', response(503, '<html>'), undefined],
    ['no answer', noResponse(), undefined],
    ['no token', { kind: 'no-token', detail: 'no parameter' } as const, undefined],
  ] as const)('of %s', (_name, answer, outcome) => {
    expect(told(answer)?.outcome).toBe(outcome);
  });

  it('is of the slot that the call used, with the pause and the limit of a throttle', () => {
    expect(told(tmdbError(404, 34))).toEqual({ slotMs: nowMs - 20.5, ratePerSecond: 29, outcome: 'answered' });
    const body = { success: false, status_code: 25, status_message: 'over the allowed limit of (40).' };
    expect(told(jsonAnswer(429, body, '3'))).toEqual({
      ...{ slotMs: nowMs - 20.5, ratePerSecond: 29, outcome: 'refused', retryAfterMs: 3_000, namedLimit: 40 },
    });
    expect(told(tmdbError(503, 9, '3'))).not.toHaveProperty('retryAfterMs');
  });
});

describe('any answer', () => {
  const numbers = fc.oneof(fc.integer({ min: -5, max: 60 }), fc.double(), fc.maxSafeInteger());
  const envelope = fc.record(
    {
      success: fc.oneof(fc.boolean(), fc.jsonValue()),
      status_code: fc.oneof(numbers, fc.jsonValue()),
      status_message: fc.oneof(arbitraryText(300), fc.jsonValue()),
      errors: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      results: fc.jsonValue(),
      id: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    arbitraryText(60),
    fc.json(),
    envelope.map((json) => JSON.stringify(json)),
    envelope.map((json) => JSON.stringify(json).slice(0, -1)),
  );
  const statuses = fc.oneof(
    fc.integer({ min: 0, max: 1_000 }),
    fc.constantFrom(200, 400, 401, 403, 404, 422, 429, 500),
  );
  const isTmdbs = (body: string): boolean => {
    try {
      const json = JSON.parse(body);
      const isListed = fates.some(([code]) => code === json.status_code);
      return isListed || (Array.isArray(json.errors) && json.errors.every((text: unknown) => typeof text === 'string'));
    } catch {
      return false;
    }
  };

  it('gets one verdict, with a bounded detail, and none about token, id or request that TMDB did not give', () => {
    fc.assert(
      fc.property(
        statuses,
        bodies,
        fc.option(fc.string(), { nil: undefined }),
        fc.option(fc.string({ maxLength: 120 }), { nil: undefined }),
        (status, body, after, server) => {
          const verdict = judge(response(status, body, after, server));
          expect(['ok', 'retry', 'stop', 'not-found', 'bug']).toContain(verdict.fate);
          expect(verdict.fate === 'ok' ? '' : verdict.detail).toSatisfy((detail: string) => detail.length <= 220);
          expect(verdict.fate === 'ok' || verdict.fate === 'retry' || isTmdbs(body)).toBe(true);
          expect(verdict.fate !== 'ok' || (status >= 200 && status < 300)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('gets one when its JSON is deep', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"status_code":', '}'],
    ] as const) {
      const deep = `${open.repeat(100_000)}7${close.repeat(100_000)}`;
      expect(judge(response(401, deep)).fate).toBe('retry');
      expect(['ok', 'retry']).toContain(judge(response(200, deep)).fate);
    }
  });

  it('has a bounded detail when TMDB’s message is long', () => {
    const long = { status_code: 5, status_message: 'x'.repeat(5_000) };
    expect(judge(jsonAnswer(422, long))).toMatchObject({ detail: `HTTP 422: ${'x'.repeat(200)}` });
    expect(judge(jsonAnswer(422, { errors: ['x'.repeat(5_000)] }))).toMatchObject({
      detail: `HTTP 422: ${'x'.repeat(200)}`,
    });
  });

  it.each([`${'x'.repeat(199)}😀`, 'no \ud83d'])(
    'has a detail that every store takes, whatever was cut or sent',
    (message) => {
      const { detail } = judge(jsonAnswer(404, { success: false, status_code: 34, status_message: message })) as {
        detail: string;
      };
      expect(detail.isWellFormed()).toBe(true);
    },
  );

  it('gets a verdict when its list of errors holds an object', () => {
    expect(judge(jsonAnswer(500, { errors: [{ toString: 1 }] })).fate).toBe('retry');
  });
});

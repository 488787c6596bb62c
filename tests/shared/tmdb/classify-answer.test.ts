import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAnswer, type Verdict } from '../../../src/shared/tmdb/classify-answer.ts';
import type { TmdbAnswer } from '../../../src/shared/tmdb/tmdb-port.ts';
import { arbitraryText } from '../../support/arbitrary-text.ts';
import { jsonAnswer, noResponse, tmdbError } from '../../support/scripted-tmdb.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const judge = (answer: TmdbAnswer) => classifyAnswer(answer, nowMs);
const response = (status: number, body: string, retryAfter?: string): TmdbAnswer => ({
  kind: 'response',
  status,
  body,
  retryAfter,
});

/** TMDB code, HTTP status, fate: as in TMDB's list of errors. */
const fates: [code: number, status: number, fate: Verdict['fate']][] = [
  [9, 503, 'retry'],
  [11, 500, 'retry'],
  [15, 500, 'retry'],
  [24, 504, 'retry'],
  [25, 429, 'retry'],
  [43, 502, 'retry'],
  [44, 500, 'retry'],
  [46, 503, 'retry'],
  [3, 401, 'stop'],
  [7, 401, 'stop'],
  [10, 401, 'stop'],
  [14, 401, 'stop'],
  [35, 401, 'stop'],
  [45, 403, 'stop'],
  [6, 404, 'not-found'],
  [34, 404, 'not-found'],
  [4, 405, 'bug'],
  [42, 405, 'bug'],
  [5, 422, 'bug'],
  [20, 422, 'bug'],
  [18, 400, 'bug'],
  [22, 400, 'bug'],
  [23, 400, 'bug'],
  [27, 400, 'bug'],
  [28, 400, 'bug'],
  [47, 400, 'bug'],
  [19, 406, 'bug'],
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
    for (const status of [400, 404, 500, 503]) {
      expect(judge(tmdbError(status, code)).fate).toBe(fate);
    }
  });

  it('are read without `success` too', () => {
    const body = { status_code: 25, status_message: 'Your request count (46) is over the allowed limit of 40.' };
    expect(judge(jsonAnswer(429, body))).toMatchObject({ fate: 'retry', code: 'tmdb_25', throttled: true });
  });

  itWithSharedData('all have a fate that suits their HTTP status', 'tmdb/status_codes.json', () => {
    const { codes } = readSharedJson('tmdb/status_codes.json') as { codes: { code: number; http: number }[] };
    const listed = new Map(fates.map(([code, , fate]) => [code, fate]));
    const unlisted = new Map<number, Verdict['fate']>([
      ...([200, 201] as const).map((status) => [status, 'ok'] as const),
      ...([401, 403] as const).map((status) => [status, 'stop'] as const),
      [404, 'not-found'],
      ...([400, 405, 406, 422] as const).map((status) => [status, 'bug'] as const),
      ...([500, 501, 502, 503, 504] as const).map((status) => [status, 'retry'] as const),
    ]);
    expect(codes.length).toBeGreaterThanOrEqual(47);
    for (const { code, http } of codes) {
      expect([code, judge(tmdbError(http, code)).fate]).toEqual([code, listed.get(code) ?? unlisted.get(http)]);
    }
  });
});

describe('HTTP statuses without a TMDB code', () => {
  it.each([
    [200, 'ok'],
    [201, 'ok'],
    [301, 'retry'],
    [302, 'retry'],
    [304, 'retry'],
    [307, 'retry'],
    [400, 'bug'],
    [401, 'stop'],
    [403, 'stop'],
    [404, 'retry'],
    [405, 'bug'],
    [406, 'bug'],
    [408, 'retry'],
    [410, 'bug'],
    [418, 'bug'],
    [422, 'bug'],
    [429, 'retry'],
    [500, 'retry'],
    [501, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [520, 'retry'],
    [599, 'retry'],
  ] as const)('%i: %s', (status, fate) => {
    const verdict = judge(response(status, '{}'));
    expect(verdict.fate).toBe(fate);
    if (verdict.fate !== 'ok') {
      expect(verdict).toMatchObject({ code: `http_${status}`, detail: `HTTP ${status}` });
    }
  });

  it('are judged from a load balancer’s page', () => {
    const page = '<html><body><h1>503 Service Unavailable</h1>Back-end server is at capacity</body></html>';
    expect(judge(response(503, page, '7'))).toEqual({
      fate: 'retry',
      code: 'http_503',
      detail: 'HTTP 503',
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

  it('decide for a TMDB code that nobody knows', () => {
    expect(judge(tmdbError(503, 99))).toMatchObject({ fate: 'retry', code: 'tmdb_99' });
    expect(judge(tmdbError(400, 99))).toMatchObject({ fate: 'bug', code: 'tmdb_99' });
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

describe('any answer', () => {
  const bodies = fc.oneof(arbitraryText(60), fc.json());
  it('gets one verdict, with a bounded detail', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        bodies,
        fc.option(fc.string(), { nil: undefined }),
        (status, body, after) => {
          const verdict = judge(response(status, body, after));
          expect(['ok', 'retry', 'stop', 'not-found', 'bug']).toContain(verdict.fate);
          expect(verdict.fate === 'ok' ? '' : verdict.detail).toSatisfy((detail: string) => detail.length <= 220);
        },
      ),
    );
  });

  it('has a bounded detail when TMDB’s message is long', () => {
    const long = { status_code: 5, status_message: 'x'.repeat(5_000) };
    expect(judge(jsonAnswer(422, long))).toMatchObject({ detail: `HTTP 422: ${'x'.repeat(200)}` });
    expect(judge(jsonAnswer(422, { errors: ['x'.repeat(5_000)] }))).toMatchObject({
      detail: `HTTP 422: ${'x'.repeat(200)}`,
    });
  });

  it('gets a verdict when its list of errors holds an object', () => {
    expect(judge(jsonAnswer(500, { errors: [{ toString: 1 }] })).fate).toBe('retry');
  });
});

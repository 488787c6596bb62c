import { describe, expect, it } from 'vitest';
import { type Outcome, reportOutcome } from '../../../src/shared/tmdb/report-outcome.ts';
import type { TmdbAnswer } from '../../../src/shared/tmdb/tmdb-port.ts';
import type { TokenCheckCall } from '../../../src/shared/tmdb/token-check.ts';
import { memoryRateSchedule } from '../../support/memory-rate-schedule.ts';
import { plainLimits } from '../../support/rate-history.ts';
import { admitted, recordingBreaker } from '../../support/recording-breaker.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { jsonAnswer, noResponse, scriptedTmdb, tmdbError } from '../../support/scripted-tmdb.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const refusal = { fate: 'stop', code: 'tmdb_7', detail: 'HTTP 401: invalid key', status: 401 } as const;

/** The slots of the call, and of the call that checks its token. */
const slot = { atMs: Date.UTC(2026, 10, 23, 8), ratePerSecond: 10 };
const checkSlot = { atMs: slot.atMs + 100, ratePerSecond: 9 };
const ofCall = { slotMs: slot.atMs, ratePerSecond: 10 };
const ofCheck = { slotMs: checkSlot.atMs, ratePerSecond: 9 };

/** A breaker, a timeline, a log and a TMDB that answers the check of a token; `tell` tells them an outcome. */
function openWorld(...answers: TmdbAnswer[]) {
  const clock = virtualClock();
  const breaker = recordingBreaker();
  const timeline = memoryRateSchedule(plainLimits);
  const telemetry = recordingTelemetry();
  const tmdb = scriptedTmdb(...answers);
  const deps = { breaker, schedule: timeline.driver(clock), telemetry, tmdb, clock };
  const entered = { count: 0 };
  const measured: { status: number; outcome: string }[] = [];
  const check: TokenCheckCall = {
    enter: async (admit) => {
      const admission = await admit();
      entered.count += 1;
      const leave = () => {
        entered.count -= 1;
      };
      return { kind: 'go', admission, slot: checkSlot, waitedMs: 0, leave };
    },
    measured: ({ status, outcome }) => measured.push({ status, outcome }),
  };
  const tell = (outcome: Outcome, over: Partial<TokenCheckCall> = {}) =>
    reportOutcome(outcome, { admission: admitted, slot }, deps, { ...check, ...over });
  return { breaker, timeline, telemetry, tmdb, deps, check, measured, entered, tell };
}

const failure = (throttled: boolean, retryAfterMs?: number): Outcome => ({
  fate: 'retry',
  code: 'tmdb_9',
  detail: 'HTTP 503',
  throttled,
  retryAfterMs,
});

describe('the breaker is told', () => {
  it.each([
    ['a good answer', { fate: 'ok' }, 'succeeded', 'TMDB answers'],
    [
      'that something is not there',
      { fate: 'not-found', code: 'tmdb_34', detail: 'HTTP 404' },
      'succeeded',
      'HTTP 404',
    ],
    ['that a request is wrong', { fate: 'bug', code: 'tmdb_22', detail: 'HTTP 400' }, 'succeeded', 'HTTP 400'],
    ['a failure', failure(false), 'failed', 'HTTP 503'],
    ['a throttle', failure(true), 'neutral', 'HTTP 503'],
  ] as [string, Outcome, string, string][])('%s', async (_name, outcome, ended, detail) => {
    const { breaker, tell } = openWorld();
    await tell(outcome);
    expect(breaker.ends).toEqual([{ admission: 'closed', outcome: ended, detail }]);
    expect(breaker.rejections).toEqual([]);
  });

  it('which admission ended', async () => {
    const { breaker, deps, check } = openWorld();
    const admission = { kind: 'refused', reason: 'failures', detail: '', retryInMs: 1 } as const;
    await reportOutcome({ fate: 'ok' }, { admission, slot }, deps, check);
    expect(breaker.ends).toMatchObject([{ admission: 'refused' }]);
  });

  it('that there is no token, once it was asked for twice, and so is the log', async () => {
    const { breaker, telemetry, tell } = openWorld({ kind: 'no-token', detail: 'no parameter' });
    const missing = { fate: 'stop', code: 'token_unavailable', detail: 'no parameter', status: 0 } as const;
    const detail = 'no parameter; /authentication got no answer: no parameter';
    expect(await tell(missing)).toEqual({ ...missing, detail });
    expect([breaker.rejections, breaker.ends]).toEqual([[detail], []]);
    expect(telemetry.eventsOf('token-rejected')).toEqual([{ event: 'token-rejected', status: 0, detail }]);
  });
});

describe('a refused token', () => {
  const taken = jsonAnswer(200, { success: true, status_code: 1, status_message: 'Success.' });
  const page: TmdbAnswer = {
    kind: 'response',
    status: 403,
    body: '<html>',
    retryAfter: undefined,
    server: 'openresty',
  };

  it('that is refused once more stops everyone, and says what both answered', async () => {
    const { breaker, telemetry, tmdb, measured, tell } = openWorld(tmdbError(403, 45));
    const detail = 'HTTP 401: invalid key; /authentication answered HTTP 403: message of code 45';
    expect(await tell(refusal)).toEqual({ ...refusal, detail });
    expect(tmdb.requests).toEqual([{ path: '/authentication', query: {} }]);
    expect([breaker.rejections, breaker.ends]).toEqual([[detail], []]);
    expect(telemetry.eventsOf('token-rejected')).toEqual([{ event: 'token-rejected', status: 401, detail }]);
    expect(telemetry.eventsOf('token-checked')).toMatchObject([{ status: 403, outcome: 'rejected' }]);
    expect(measured).toEqual([{ status: 403, outcome: 'failed' }]);
  });

  it.each([
    ['that is taken', taken, 'neutral', '/authentication accepts it (HTTP 200)'],
    [
      'that is taken by a server of few words',
      jsonAnswer(200, { success: true }),
      'neutral',
      '/authentication accepts it (HTTP 200)',
    ],
    [
      'that a CDN does not let through',
      page,
      'failed',
      "/authentication answered HTTP 403 without TMDB's JSON, from openresty",
    ],
    [
      'that is lost',
      noResponse('timeout'),
      'failed',
      '/authentication got no answer: the call to TMDB broke off: timeout',
    ],
    [
      'of a server that does not know it',
      tmdbError(404, 34),
      'failed',
      '/authentication answered HTTP 404: message of code 34',
    ],
    [
      'that is answered with a list',
      jsonAnswer(200, { page: 1, results: [] }),
      'failed',
      '/authentication answered without a status',
    ],
    [
      'with success and failure at once',
      jsonAnswer(200, { success: false, status_code: 1 }),
      'failed',
      '/authentication answered HTTP 200',
    ],
    ['in an outage', tmdbError(503, 9), 'failed', '/authentication answered HTTP 503: message of code 9'],
  ] as const)('concerns its own job after a check %s', async (_name, answer, ended, said) => {
    const { breaker, telemetry, tell } = openWorld(answer);
    const detail = `HTTP 401: invalid key; ${said}`;
    expect(await tell(refusal)).toEqual({
      fate: 'retry',
      code: 'tmdb_7',
      detail,
      throttled: false,
      retryAfterMs: undefined,
    });
    expect([breaker.rejections, breaker.ends]).toEqual([[], [{ admission: 'closed', outcome: ended, detail }]]);
    expect(telemetry.eventsOf('token-rejected')).toEqual([]);
  });

  it('concerns its own job where no slot came for the check', async () => {
    const { breaker, tmdb, measured, tell } = openWorld();
    const none = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time', retryInMs: 5 } as const;
    expect(await tell(refusal, { enter: async () => none })).toMatchObject({
      fate: 'retry',
      detail: 'HTTP 401: invalid key; /authentication was not called: no slot came in time',
    });
    expect([breaker.rejections, tmdb.requests, measured]).toEqual([[], [], []]);
  });

  it('whose check is throttled slows everyone down', async () => {
    const { timeline, measured, tell } = openWorld(tmdbError(429, 25, '7'));
    expect(await tell(refusal)).toMatchObject({ fate: 'retry' });
    expect(timeline.answers).toEqual([
      { ...ofCall, outcome: 'answered' },
      { ...ofCheck, outcome: 'refused', retryAfterMs: 7_000, namedLimit: undefined },
    ]);
    expect(timeline.state().pausedUntilMs).toBe(slot.atMs + 7_000);
    expect(measured).toEqual([{ status: 429, outcome: 'throttled' }]);
  });

  it('is refused by a missing token as well, which is no call to measure', async () => {
    const { breaker, measured, tell } = openWorld({ kind: 'no-token', detail: 'no parameter' });
    expect(await tell(refusal)).toMatchObject({ fate: 'stop' });
    expect(breaker.rejections).toEqual(['HTTP 401: invalid key; /authentication got no answer: no parameter']);
    expect(measured).toEqual([]);
  });
});

describe('the timeline is told', () => {
  const refused = { ...ofCall, outcome: 'refused', namedLimit: undefined };
  const page: Outcome = { fate: 'retry', code: 'http_503', detail: 'HTTP 503', throttled: false, retryAfterMs: 1 };
  it.each([
    ['a throttle, with the pause that TMDB named', failure(true, 13_000), [{ ...refused, retryAfterMs: 13_000 }]],
    ['a throttle without one', failure(true), [{ ...refused, retryAfterMs: undefined }]],
    [
      'a throttle that names the limit',
      { ...failure(true), namedLimit: 40 },
      [{ ...refused, retryAfterMs: undefined, namedLimit: 40 }],
    ],
    ['of TMDB’s own failure that it was admitted, whatever pause it names', failure(false, 13_000), ['failed']],
    ['nothing of a failure of a server in between', page, []],
    ['nothing of a call without an answer', { ...page, code: 'econnreset' }, []],
    ['a good answer', { fate: 'ok' }, ['answered']],
    ['a 404', { fate: 'not-found', code: 'tmdb_34', detail: 'HTTP 404' }, ['answered']],
    ['that a request is wrong', { fate: 'bug', code: 'tmdb_22', detail: 'HTTP 400' }, ['answered']],
  ] as [string, Outcome, (string | object)[]][])('%s', async (_name, outcome, told) => {
    const { timeline, tell } = openWorld();
    await tell(outcome);
    const expected = told.map((one) => (typeof one === 'string' ? { ...ofCall, outcome: one } : one));
    expect(timeline.answers).toEqual(expected);
  });

  it('of a refused token that it was answered, and so was its check, whose connection is free again', async () => {
    const { timeline, entered, tell } = openWorld(tmdbError(401, 7));
    await tell(refusal);
    expect(timeline.answers).toEqual([
      { ...ofCall, outcome: 'answered' },
      { ...ofCheck, outcome: 'answered' },
    ]);
    expect(entered.count).toBe(0);
  });

  it('nothing where there was no token to call with', async () => {
    const { timeline, entered, tell } = openWorld({ kind: 'no-token', detail: 'no parameter' });
    await tell({ fate: 'stop', code: 'token_unavailable', detail: 'no parameter', status: 0 });
    expect([timeline.answers, entered.count]).toEqual([[], 0]);
  });
});

describe('when it cannot be told', () => {
  const away = async () => Promise.reject(new Error('the control table is away'));
  const warning = {
    message: 'the outcome of a call was not reported to the other workers',
    facts: { detail: 'the control table is away' },
  };

  it.each([
    ['to the breaker', failure(false)],
    ['that there is no token', { fate: 'stop', code: 'token_unavailable', detail: 'none', status: 0 }],
    ['that the token is rejected', refusal],
    ['to the timeline', failure(true)],
  ] as [string, Outcome][])('%s, that is a warning', async (_name, outcome) => {
    const { deps, check, telemetry } = openWorld();
    const breaker = {
      ...deps.breaker,
      confirmRejection: away,
      ended: outcome.fate === 'retry' && outcome.throttled ? deps.breaker.ended : away,
    };
    const told = await reportOutcome(
      outcome,
      { admission: admitted, slot },
      { ...deps, breaker, schedule: { ...deps.schedule, answered: away } },
      check,
    );
    expect(told).toMatchObject({ fate: 'retry' });
    expect(telemetry.warnings).toEqual([warning]);
  });
});

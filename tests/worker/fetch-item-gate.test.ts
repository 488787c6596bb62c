import { describe, expect, it } from 'vitest';
import { callGate } from '../../src/shared/throttle/call-gate.ts';
import { fetchHarness, go, goAsTrial, scriptedGate } from '../support/fetch-harness.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';

const okPage = jsonAnswer(200, listPage(movieRow()));
const breakerOpen = {
  kind: 'refused',
  code: 'breaker_open',
  detail: 'the breaker is open (failures): HTTP 503',
  retryInMs: 15_000,
} as const;
const noSlot = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time', retryInMs: 70_000 } as const;

describe('a job that the gate does not let pass', () => {
  it.each([
    ['because the breaker is open', breakerOpen, [1]],
    ['because no slot came', noSlot, [0]],
  ])('calls nobody, and says what for and when to come again: %s', async (_name, entry, metric) => {
    const harness = fetchHarness([okPage]);
    const fate = await harness.fetch(sampleJob(), 60_000, scriptedGate(entry));
    const { code, detail, retryInMs } = entry;
    expect(fate).toEqual({ kind: 'later', code, detail, retryInMs });
    expect(harness.tmdb.requests).toEqual([]);
    expect(harness.telemetry.valuesOf('BreakerOpen')).toEqual(metric);
    expect(harness.telemetry.events).toEqual([]);
    expect(harness.budget.earned()).toBe(0);
    expect(harness.breaker.ends).toEqual([]);
  });

  it('is one too before its retry: the breaker that opened meanwhile is heeded', async () => {
    const harness = fetchHarness([tmdbError(503, 9), okPage]);
    const gate = scriptedGate(go, breakerOpen);
    expect(await harness.fetch(sampleJob(), 60_000, gate)).toMatchObject({ code: 'breaker_open' });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.telemetry.valuesOf('BreakerOpen')).toEqual([0, 1]);
  });
});

describe('the breaker’s trial', () => {
  it.each([
    ['an ok', okPage, 'succeeded'],
    ['nothing there', tmdbError(404, 34), 'succeeded'],
    ['a throttle', tmdbError(429, 25), 'neutral'],
    ['an outage', tmdbError(503, 9), 'failed'],
  ] as const)('ends with what came of it: %s', async (_name, answer, outcome) => {
    const harness = fetchHarness([answer]);
    const gate = scriptedGate(goAsTrial);
    await harness.fetch(sampleJob(), 60_000, gate);
    expect(harness.breaker.ends).toMatchObject([{ admission: 'trial', outcome }]);
    expect(harness.tmdb.requests).toHaveLength(1);
  });

  it('whose token is rejected opens it for that', async () => {
    const harness = fetchHarness([tmdbError(401, 7)]);
    const gate = scriptedGate(goAsTrial);
    await harness.fetch(sampleJob(), 60_000, gate);
    expect(harness.breaker.rejections).toEqual([bothRefused]);
    expect(harness.breaker.ends).toEqual([]);
  });
});

const bothRefused = 'HTTP 401: message of code 7; /authentication answered HTTP 401: message of code 7';
const taken = jsonAnswer(200, { success: true, status_code: 1, status_message: 'Success.' });
const refusedFiveTimes = Array.from({ length: 5 }, () => [tmdbError(401, 7), taken]).flat();

describe('a rejected token', () => {
  it.each([
    ['code 7', tmdbError(401, 7), 401],
    ['code 10, suspended', tmdbError(401, 10), 401],
    ['code 45, suspended user', tmdbError(403, 45), 403],
    ['code 7 with 200', jsonAnswer(200, { success: false, status_code: 7 }), 200],
  ])(
    'that is refused again opens the breaker and is said in the log, without a retry: %s',
    async (_name, answer, status) => {
      const harness = fetchHarness([answer, tmdbError(401, 7)]);
      expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'token_rejected' });
      expect(harness.tmdb.requests.map(({ path }) => path)).toEqual(['/movie/popular', '/authentication']);
      expect(harness.breaker.rejections).toHaveLength(1);
      expect(harness.breaker.ends).toEqual([]);
      expect(harness.telemetry.eventsOf('token-rejected')).toMatchObject([{ status }]);
      expect(harness.telemetry.valuesOf('TmdbFailures')).toEqual([1, 1]);
      expect(harness.budget.spent()).toBe(0);
    },
  );

  it('is one also when it comes in a retry', async () => {
    const harness = fetchHarness([tmdbError(503, 9), tmdbError(401, 7)]);
    expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'token_rejected' });
    expect(harness.breaker.rejections).toEqual([bothRefused]);
  });

  it('that is taken after all concerns this call only: it is made again', async () => {
    const harness = fetchHarness([tmdbError(401, 7), taken, okPage]);
    expect(await harness.fetch()).toEqual({ kind: 'done' });
    expect(harness.tmdb.requests.map(({ path }) => path)).toEqual([
      '/movie/popular',
      '/authentication',
      '/movie/popular',
    ]);
    expect(harness.breaker.rejections).toEqual([]);
    expect(harness.telemetry.eventsOf('token-rejected')).toEqual([]);
  });

  it('that is refused for one job only ends as its dead letter, past the age limit, and says both', async () => {
    const harness = fetchHarness(refusedFiveTimes);
    await harness.work();
    const both = 'HTTP 401: message of code 7; /authentication accepts it (HTTP 200), after 5 calls';
    expect(harness.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: 'tmdb_7', detail: both }]);
    const old = fetchHarness(refusedFiveTimes);
    await old.work(JSON.stringify(sampleJob({ attempt: 300, waitedSeconds: 40_000 })));
    expect(old.deadLetters.sent).toMatchObject([{ attributes: { reason: 'too-old', code: 'tmdb_7', detail: both } }]);
    expect(old.breaker.rejections).toEqual([]);
  });

  it('is checked by a call that takes a slot, and is counted and measured', async () => {
    const harness = fetchHarness([tmdbError(401, 7), async () => harness.after(70, taken)(), okPage]);
    await harness.fetch(sampleJob(), 60_000, callGate({ ...harness.dependencies, mostCalls: 1 }));
    // Two calls and the check, each with a slot of its own and no more than one connection.
    expect(harness.timeline.takes).toEqual([1, 1, 1]);
    expect(harness.timeline.answers).toHaveLength(3);
    expect(harness.telemetry.valuesOf('TmdbLatency')).toEqual([0, 70, 0]);
    expect(harness.telemetry.eventsOf('tmdb-call').map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'failed'],
      [0, 'ok'],
      [2, 'ok'],
    ]);
    expect(harness.telemetry.eventsOf('token-checked')).toMatchObject([{ outcome: 'accepted', latencyMs: 70 }]);
  });

  it.each([
    ['a failure', { success: false, status_code: 9, status_message: 'offline' }],
    ['a refusal', { success: false, status_code: 7, status_message: 'invalid key' }],
    ['what is no status', {}],
  ])('whose check answers 200 with %s is measured as failed', async (_name, body) => {
    const harness = fetchHarness([tmdbError(401, 7), jsonAnswer(200, body), okPage]);
    await harness.fetch();
    const [check] = harness.telemetry.eventsOf('tmdb-call').filter(({ attempt }) => attempt === 0);
    expect(check).toMatchObject({ status: 200, outcome: 'failed' });
  });

  it('is not checked by a call that could outlast the invocation', async () => {
    const harness = fetchHarness([async () => harness.after(3_000, tmdbError(401, 7))()]);
    expect(await harness.fetch(sampleJob(), 12_000)).toMatchObject({
      kind: 'later',
      code: 'tmdb_7',
      detail: expect.stringMatching(/; \/authentication was not called: .*, after 1 call$/),
    });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.breaker.rejections).toEqual([]);
  });
});

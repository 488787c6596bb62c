import { describe, expect, it } from 'vitest';
import { fetchHarness, scriptedGate } from '../support/fetch-harness.ts';
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
    const gate = scriptedGate({ kind: 'go', admission: { kind: 'closed' }, waitedMs: 0 }, breakerOpen);
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
    const gate = scriptedGate({
      kind: 'go',
      admission: { kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER },
      waitedMs: 0,
    });
    await harness.fetch(sampleJob(), 60_000, gate);
    expect(harness.breaker.ends).toMatchObject([{ admission: 'trial', outcome }]);
    expect(harness.tmdb.requests).toHaveLength(1);
  });

  it('whose token is rejected opens it for that', async () => {
    const harness = fetchHarness([tmdbError(401, 7)]);
    const gate = scriptedGate({
      kind: 'go',
      admission: { kind: 'trial', revision: 1, beginByMs: Number.MAX_SAFE_INTEGER },
      waitedMs: 0,
    });
    await harness.fetch(sampleJob(), 60_000, gate);
    expect(harness.breaker.rejections).toEqual(['HTTP 401: message of code 7']);
    expect(harness.breaker.ends).toEqual([]);
  });
});

describe('a rejected token', () => {
  it.each([
    ['code 7', tmdbError(401, 7), 401],
    ['code 10, suspended', tmdbError(401, 10), 401],
    ['code 45, suspended user', tmdbError(403, 45), 403],
    ['a bare 401', jsonAnswer(401, {}), 401],
    ['a bare 403', jsonAnswer(403, {}), 403],
  ])('opens the breaker and is said in the log, without a retry: %s', async (_name, answer, status) => {
    const harness = fetchHarness([answer, okPage]);
    expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'token_rejected' });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.breaker.rejections).toHaveLength(1);
    expect(harness.breaker.ends).toEqual([]);
    expect(harness.telemetry.eventsOf('token-rejected')).toMatchObject([{ status }]);
    expect(harness.telemetry.valuesOf('TmdbFailures')).toEqual([1]);
    expect(harness.budget.spent()).toBe(0);
  });

  it('is one also when it comes in a retry', async () => {
    const harness = fetchHarness([tmdbError(503, 9), tmdbError(401, 7)]);
    expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'token_rejected' });
    expect(harness.breaker.rejections).toEqual(['HTTP 401: message of code 7']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryBudget } from '../../src/shared/core/retries.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { FetchFate } from '../../src/worker/fetch-item.ts';
import { fetchHarness, go, goAsTrial, scriptedGate } from '../support/fetch-harness.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, type ScriptedAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';

const okPage = jsonAnswer(200, listPage(movieRow()));
const tooMany = tmdbError(429, 25);
const offline = tmdbError(503, 9);
const { requestTimeoutMs } = defaultSettings.tmdb;

describe('what can be retried', () => {
  it.each([
    ['a throttle', tooMany],
    ['an outage', offline],
    ['no answer', noResponse()],
    ['a body that is no JSON', { kind: 'response', status: 200, body: '<html>', retryAfter: undefined }],
  ] as const)('is, after %s, in the same delivery', async (_name, answer) => {
    const harness = fetchHarness([answer, answer, okPage]);
    expect(await harness.fetch()).toEqual({ kind: 'done' });
    expect(harness.items.bodies).toHaveLength(1);
    expect(harness.telemetry.eventsOf('tmdb-call').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('waits by full jitter: half of 250 ms, then half of 500 ms, when the draw is one half', async () => {
    const harness = fetchHarness([offline, offline, okPage]);
    await harness.fetch();
    expect(harness.clock.askedDelaysMs).toEqual([125, 250]);
  });

  it('waits as long as Retry-After says instead', async () => {
    const harness = fetchHarness([tmdbError(429, 25, '7'), tmdbError(503, 9, '0'), okPage]);
    await harness.fetch();
    expect(harness.clock.askedDelaysMs).toEqual([7_000, 0]);
    expect(harness.clock.monotonicMs()).toBe(7_000);
  });

  it('waits until the date that Retry-After names, by the wall clock', async () => {
    const harness = fetchHarness([tmdbError(503, 9, 'Mon, 23 Nov 2026 08:00:09 GMT'), okPage]);
    await harness.fetch();
    expect(harness.clock.askedDelaysMs).toEqual([9_000]);
  });

  it('passes the gate anew each time', async () => {
    const gate = scriptedGate(go, { ...go, waitedMs: 321.04 }, { ...go, waitedMs: 7 });
    const harness = fetchHarness([offline, offline, okPage]);
    await harness.fetch(sampleJob(), 60_000, gate);
    expect(harness.telemetry.eventsOf('tmdb-call').map(({ slotWaitMs }) => slotWaitMs)).toEqual([0, 321, 7]);
  });

  it('is given up after the configured calls, with what TMDB said last', async () => {
    const harness = fetchHarness([offline, offline, offline, offline, tooMany, okPage]);
    expect(await harness.fetch()).toEqual({
      kind: 'later',
      code: 'tmdb_25',
      detail: 'HTTP 429: message of code 25, after 5 calls',
      retryInMs: 0,
    });
    expect(harness.tmdb.requests).toHaveLength(5);
    expect(harness.items.bodies).toEqual([]);
    expect(harness.budget.spent()).toBe(4);
  });

  it('is not retried at all when one call is all that is configured', async () => {
    const settings = { ...defaultSettings, tmdb: { ...defaultSettings.tmdb, attempts: 1 } };
    const harness = fetchHarness([offline, okPage], { settings });
    expect(await harness.fetch()).toMatchObject({ code: 'tmdb_9', detail: expect.stringContaining('after 1 call') });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.budget.spent()).toBe(0);
  });

  it('is not retried when the budget is spent', async () => {
    const harness = fetchHarness([offline, okPage], { budget: retryBudget(0, 0) });
    expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'tmdb_9' });
    expect(harness.tmdb.requests).toHaveLength(1);
  });

  it('earns a share of a retry with its first call only', async () => {
    const harness = fetchHarness([offline, offline, okPage]);
    await harness.fetch();
    expect(harness.budget.earned()).toBe(1);
  });

  it('is not retried when the call was the breaker’s trial', async () => {
    const harness = fetchHarness([offline, okPage]);
    const gate = scriptedGate(goAsTrial);
    expect(await harness.fetch(sampleJob(), 60_000, gate)).toMatchObject({ kind: 'later', code: 'tmdb_9' });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.breaker.ends).toMatchObject([{ admission: 'trial', outcome: 'failed' }]);
  });

  it('asks the same every time', async () => {
    const harness = fetchHarness([offline, offline, okPage]);
    await harness.fetch();
    const [first, ...others] = harness.tmdb.requests;
    expect(others).toEqual([first, first]);
  });
});

describe('the end of the invocation', () => {
  it.each([
    ['a call and the rest still fit', 10_000, 1],
    ['they do not', 9_999, 0],
    ['nothing is left', 0, 0],
    ['it is over', -5, 0],
  ])('%s', async (_name, totalMs, calls) => {
    const harness = fetchHarness([okPage]);
    const fate = await harness.fetch(sampleJob(), totalMs);
    expect(harness.tmdb.requests).toHaveLength(calls);
    expect(fate).toMatchObject(calls === 1 ? { kind: 'done' } : { kind: 'later', code: 'out_of_time', retryInMs: 0 });
  });

  it('is not waited for: a Retry-After that does not fit goes back with the job', async () => {
    const harness = fetchHarness([tmdbError(429, 25, '55'), okPage]);
    expect(await harness.fetch()).toMatchObject({ kind: 'later', code: 'tmdb_25', retryInMs: 55_000 });
    expect(harness.clock.monotonicMs()).toBe(0);
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.budget.spent()).toBe(0);
  });

  it('leaves the gate as long as a call and the rest need', async () => {
    let allowedMs = 0;
    const gate = {
      enter: async (remainingMs: () => number) => {
        allowedMs = remainingMs();
        return go;
      },
    };
    await fetchHarness([okPage]).fetch(sampleJob(), 60_000, gate);
    expect(allowedMs).toBe(50_000);
  });

  it('is respected for any answers, times and draws: calls and waits end within it', async () => {
    const anyAnswer: fc.Arbitrary<{ answer: ScriptedAnswer; tookMs: number }> = fc.record({
      answer: fc.constantFrom<ScriptedAnswer>(
        okPage,
        tooMany,
        tmdbError(429, 25, '5'),
        tmdbError(503, 9, '20'),
        offline,
        noResponse('timeout'),
        tmdbError(404, 34),
        tmdbError(400, 22),
        tmdbError(401, 7),
        jsonAnswer(200, {}),
      ),
      tookMs: fc.integer({ min: 0, max: requestTimeoutMs }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyAnswer, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.nat(),
        async (answers, totalMs, seed) => {
          const callsAtMs: number[] = [];
          const script = answers.map(({ answer, tookMs }) => () => {
            callsAtMs.push(harness.clock.monotonicMs());
            return harness.after(tookMs, answer)();
          });
          const harness = fetchHarness(script, { random: seededRandom(seed) });
          const fate: FetchFate = await harness.fetch(sampleJob(), totalMs);
          const ofJob = harness.tmdb.requests.filter(({ path }) => path !== '/authentication');
          expect(ofJob.length).toBeLessThanOrEqual(defaultSettings.tmdb.attempts);
          for (const atMs of callsAtMs) {
            expect(atMs + requestTimeoutMs).toBeLessThanOrEqual(totalMs - 2_000);
          }
          expect(harness.clock.monotonicMs()).toBeLessThanOrEqual(callsAtMs.length === 0 ? 0 : totalMs);
          expect(harness.items.bodies.length).toBe(fate.kind === 'done' ? 1 : 0);
        },
      ),
    );
  });
});

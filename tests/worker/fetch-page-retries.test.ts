import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PermanentError, RetryableError } from '../../src/shared/errors.ts';
import { defaultSettings } from '../../src/shared/settings.ts';
import { paceRequests } from '../../src/worker/pace-requests.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness } from '../support/fetch-harness.ts';
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
    await harness.fetch();
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

  it('is given up after the configured calls, with what TMDB said last', async () => {
    const harness = fetchHarness([offline, offline, tooMany, okPage]);
    const error = await rejectionOf(harness.fetch());
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'tmdb_25', retryAfterMs: undefined });
    expect((error as Error).message).toMatch(/^0badcafe\/popular.*HTTP 429: message of code 25, after 3 calls$/);
    expect(harness.tmdb.requests).toHaveLength(3);
    expect(harness.items.bodies).toEqual([]);
  });

  it('is not retried at all when one call is all that is configured', async () => {
    const settings = { ...defaultSettings, tmdb: { ...defaultSettings.tmdb, attempts: 1 } };
    const harness = fetchHarness([offline, okPage], { settings });
    expect(await rejectionOf(harness.fetch())).toMatchObject({ code: 'tmdb_9' });
    expect(harness.tmdb.requests).toHaveLength(1);
    expect(harness.clock.askedDelaysMs).toEqual([]);
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
  ])('%s', async (_name, budgetMs, calls) => {
    const harness = fetchHarness([okPage]);
    const outcome = await harness.fetch(sampleJob(), budgetMs).catch((error: unknown) => error);
    expect(harness.tmdb.requests).toHaveLength(calls);
    if (calls === 0) {
      expect(outcome).toBeInstanceOf(RetryableError);
      expect(outcome).toMatchObject({ code: 'out_of_time' });
    }
  });

  it('is not waited for: a Retry-After that does not fit goes back with the job', async () => {
    const harness = fetchHarness([tmdbError(429, 25, '55'), okPage]);
    const error = await rejectionOf(harness.fetch(sampleJob(), 60_000));
    expect(error).toMatchObject({ code: 'tmdb_25', retryAfterMs: 55_000 });
    expect(harness.clock.monotonicMs()).toBe(0);
    expect(harness.tmdb.requests).toHaveLength(1);
  });

  it('is respected for any answers, budgets and draws: calls and waits end within it', async () => {
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
        async (answers, budgetMs, seed) => {
          const callsAtMs: number[] = [];
          const script = answers.map(({ answer, tookMs }) => () => {
            callsAtMs.push(harness.clock.monotonicMs());
            return harness.after(tookMs, answer)();
          });
          const harness = fetchHarness(script, { random: seededRandom(seed) });
          const error: unknown = await harness.fetch(sampleJob(), budgetMs).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          expect(callsAtMs.length).toBeLessThanOrEqual(defaultSettings.tmdb.attempts);
          for (const atMs of callsAtMs) {
            expect(atMs + requestTimeoutMs).toBeLessThanOrEqual(budgetMs - 2_000);
          }
          expect(harness.clock.monotonicMs()).toBeLessThanOrEqual(callsAtMs.length === 0 ? 0 : budgetMs);
          const skipped = harness.telemetry.eventsOf('job-skipped').length;
          const failed = error instanceof RetryableError || error instanceof PermanentError ? 1 : 0;
          expect(harness.items.bodies.length + skipped + failed).toBe(1);
        },
      ),
    );
  });

  // BUG src/worker/fetch-page.ts fetchPage: the gate is entered without a look at what is left, so a wait for a slot can
  // outlast the invocation (10 jobs of a batch at the lowest rate, 0.1/s over two workers, queue up for 180 s of 60 s):
  // Lambda ends it, and every message of the batch counts one receive more towards the dead-letter queue.
  it.fails('is not slept through at the gate', async () => {
    const harness = fetchHarness([okPage]);
    harness.dependencies.gate = paceRequests(0.05, harness.clock);
    await Promise.allSettled(Array.from({ length: 10 }, () => harness.fetch(sampleJob(), 60_000)));
    expect(harness.clock.monotonicMs()).toBeLessThanOrEqual(60_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/shared/core/errors.ts';
import type { FetchJob } from '../../src/shared/queues/fetch-job.ts';
import { fetchJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { callGate } from '../../src/shared/throttle/call-gate.ts';
import { rejectionOf } from '../support/caught.ts';
import { fetchHarness, scriptedGate } from '../support/fetch-harness.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, noResponse, tmdbError } from '../support/scripted-tmdb.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { skewedClock } from '../support/skewed-clock.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const okPage = jsonAnswer(200, listPage(movieRow()));
const offline = tmdbError(503, 9);
const jobId = '0badcafe/popular/movie/global/en-US/1';
const refusal = (code: 'breaker_open' | 'no_slot', retryInMs: number) =>
  scriptedGate({ kind: 'refused', code, detail: 'not now', retryInMs });

/** How many messages went where. */
function counts({ items, jobs, deadLetters }: ReturnType<typeof fetchHarness>) {
  return { items: items.sent.length, jobs: jobs.sent.length, deadLetters: deadLetters.sent.length };
}

describe('a job', () => {
  it.each([
    ['that TMDB has the page of', okPage, { items: 1, jobs: 0, deadLetters: 0 }],
    ['whose page is not there', tmdbError(404, 34), { items: 1, jobs: 0, deadLetters: 0 }],
    ['that TMDB refuses as wrong', tmdbError(422, 20), { items: 0, jobs: 0, deadLetters: 1 }],
    ['that is redirected', jsonAnswer(301, {}), { items: 0, jobs: 1, deadLetters: 0 }],
    ['whose token is rejected', tmdbError(401, 7), { items: 0, jobs: 1, deadLetters: 0 }],
    ['that is throttled', tmdbError(429, 25), { items: 0, jobs: 1, deadLetters: 0 }],
    ['in an outage', offline, { items: 0, jobs: 1, deadLetters: 0 }],
    ['without an answer', noResponse('timeout'), { items: 0, jobs: 1, deadLetters: 0 }],
    ['whose answer is no list', jsonAnswer(200, {}), { items: 0, jobs: 1, deadLetters: 0 }],
  ] as const)('%s ends in one place', async (_name, answer, expected) => {
    const harness = fetchHarness([answer]);
    await harness.work();
    expect(counts(harness)).toEqual(expected);
  });

  it.each([
    ['breaker_open', refusal('breaker_open', 15_000)],
    ['no_slot', refusal('no_slot', 55_000)],
  ] as const)('that the gate refuses is sent back without a call: %s', async (code, gate) => {
    const harness = fetchHarness([okPage]);
    await harness.work(undefined, 60_000, gate);
    expect(counts(harness)).toEqual({ items: 0, jobs: 1, deadLetters: 0 });
    expect(harness.tmdb.requests).toEqual([]);
    expect(harness.telemetry.eventsOf('job-deferred')).toMatchObject([{ code, detail: 'not now' }]);
  });

  it('that nothing is left of the invocation for is sent back', async () => {
    const harness = fetchHarness([okPage]);
    await harness.work(undefined, 9_999);
    expect(counts(harness)).toEqual({ items: 0, jobs: 1, deadLetters: 0 });
    expect(harness.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: 'out_of_time' }]);
  });

  it('is sent back when the control table is away, as its own failure is none', async () => {
    const harness = fetchHarness([okPage]);
    const away = { enter: async () => Promise.reject(new Error('ResourceNotFoundException: tmdb-control')) };
    await harness.work(undefined, 60_000, away);
    expect(counts(harness)).toEqual({ items: 0, jobs: 1, deadLetters: 0 });
    expect(harness.telemetry.eventsOf('job-deferred')).toMatchObject([
      { code: 'control_unavailable', detail: 'ResourceNotFoundException: tmdb-control' },
    ]);
    expect(harness.jobs.sent[0]?.delaySeconds).toBeGreaterThanOrEqual(60);
  });

  it('that was answered ends well although the others could not be told', async () => {
    const harness = fetchHarness([okPage]);
    harness.breaker.ended = async () => Promise.reject(new Error('the table is away'));
    await harness.work();
    expect(counts(harness)).toEqual({ items: 1, jobs: 0, deadLetters: 0 });
    expect(harness.telemetry.warnings).toHaveLength(1);
  });
});

describe('a deferred job', () => {
  it('is the same job, one deferral older, as old as ever', async () => {
    const job = sampleJob({
      attempt: 4,
      waitedSeconds: 77,
      firstSeenAt: '2026-11-23T06:30:00.000Z',
      why: 'daily plan, “popular” 映画 🎬',
    });
    const harness = fetchHarness([offline]);
    await harness.work(JSON.stringify(job));
    const [sent] = harness.jobs.sent;
    expect(parseMessage(fetchJobSchema, sent?.body ?? '')).toEqual({
      ...job,
      attempt: 5,
      waitedSeconds: 77 + (sent?.delaySeconds ?? 0),
    });
    expect(sent?.attributes).toEqual({});
    expect(harness.telemetry.eventsOf('job-deferred')).toEqual([
      {
        event: 'job-deferred',
        runId: '0badcafe',
        jobId,
        code: 'tmdb_9',
        detail: 'HTTP 503: message of code 9, after 5 calls',
        deferrals: 5,
        delaySeconds: sent?.delaySeconds,
      },
    ]);
  });

  it('comes back no sooner than it was told to, later with each time, within a quarter of an hour', async () => {
    const anyAnswer = fc.constantFrom(offline, tmdbError(503, 9, '13'), tmdbError(429, 25, '59'), tmdbError(401, 7));
    await fc.assert(
      fc.asyncProperty(anyAnswer, fc.nat({ max: 30 }), fc.nat(), async (answer, deferrals, seed) => {
        const harness = fetchHarness([answer], { random: seededRandom(seed) });
        harness.dependencies.budget.trySpend = () => false;
        await harness.work(JSON.stringify(sampleJob({ attempt: deferrals })));
        const askedSeconds = answer === offline ? 0 : answer.kind === 'response' ? Number(answer.retryAfter ?? 60) : 0;
        const delay = harness.jobs.sent[0]?.delaySeconds ?? 0;
        const growth = Math.min(150, 5 * 2 ** Math.min(deferrals, 5));
        expect(delay).toBeGreaterThanOrEqual(askedSeconds + growth / 2);
        expect(delay).toBeLessThanOrEqual(askedSeconds + growth + 1);
      }),
    );
  });

  it('comes back within 25 s where a clock that was wrong keeps it waiting, however often it was deferred before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1_000 }), fc.nat(), async (deferrals, seed) => {
        const harness = fetchHarness([okPage], { random: seededRandom(seed) });
        const { clock, timeline, dependencies } = harness;
        await timeline.driver(skewedClock(clock, 86_400_000)).take(1);
        const gate = callGate({ ...dependencies, mostCalls: 1 });
        await harness.work(JSON.stringify(sampleJob({ attempt: deferrals, waitedSeconds: 100 })), 60_000, gate);
        const delaySeconds = harness.jobs.sent[0]?.delaySeconds ?? 0;
        expect(delaySeconds).toBeGreaterThanOrEqual(23);
        expect(delaySeconds).toBeLessThanOrEqual(25);
        await clock.sleep(delaySeconds * 1_000);
        await harness.work(harness.jobs.sent[0]?.body, 60_000, callGate({ ...dependencies, mostCalls: 1 }));
        expect(counts(harness)).toEqual({ items: 1, jobs: 1, deadLetters: 0 });
      }),
      { numRuns: 20 },
    );
  });

  it('is not deferred when the fetch queue takes nothing: the message stays where it is', async () => {
    const full = new RetryableError('send_failed', 'the queue did not take it');
    const harness = fetchHarness([offline]);
    harness.jobs.failWith(full);
    expect(await rejectionOf(harness.work())).toBe(full);
    expect(harness.telemetry.eventsOf('job-deferred')).toEqual([]);
  });

  it('has a reason of bounded length in the log', async () => {
    const harness = fetchHarness([okPage]);
    const entry = { kind: 'refused', code: 'breaker_open', detail: 'x'.repeat(5_000), retryInMs: 1 } as const;
    await harness.work(undefined, 60_000, scriptedGate(entry));
    expect(harness.telemetry.eventsOf('job-deferred')[0]?.detail).toHaveLength(300);
  });
});

describe('the age limit', () => {
  const waited = (waitedSeconds: number, over: Partial<FetchJob> = {}) =>
    JSON.stringify(sampleJob({ attempt: 99, waitedSeconds, ...over }));
  const sixHours = 6 * 3_600;

  it.each([
    ['six hours of waiting', waited(sixHours), 1],
    ['a second more', waited(sixHours + 1), 0],
    ['two days', waited(8 * sixHours), 0],
    ['a day by a clock that has jumped ahead', waited(60, { firstSeenAt: '2026-11-22T08:00:00.000Z' }), 1],
    ['years, and never deferred', waited(0, { attempt: 0, firstSeenAt: '2020-01-01T00:00:00.000Z' }), 1],
    ['less than none, by another clock', waited(60, { firstSeenAt: '2026-11-24T08:00:00.000Z' }), 1],
    ['too much, first seen tomorrow', waited(sixHours + 1, { firstSeenAt: '2026-11-24T08:00:00.000Z' }), 0],
    ['too much before it was sent anew', waited(sixHours + 1, { attempt: 0, replays: 1 }), 1],
  ])('of %s: is the job deferred or dead?', async (_name, body, deferred) => {
    const harness = fetchHarness([offline]);
    await harness.work(body);
    expect(counts(harness)).toEqual({ items: 0, jobs: deferred, deadLetters: 1 - deferred });
  });

  it('is no matter when the page is there after all', async () => {
    const harness = fetchHarness([okPage]);
    await harness.work(waited(8 * sixHours));
    expect(counts(harness)).toEqual({ items: 1, jobs: 0, deadLetters: 0 });
  });

  it('is reached after six hours of an outage, and not before, whatever the clocks of the workers say', async () => {
    const anyOff = fc.constantFrom(0, 86_400_000, -86_400_000, 3_600_000);
    await fc.assert(
      fc.asyncProperty(fc.array(anyOff, { minLength: 1, maxLength: 8 }), fc.nat(), async (offsMs, seed) => {
        const clock = virtualClock({ autoJump: true });
        const startedMs = clock.monotonicMs();
        let body = JSON.stringify(sampleJob());
        let dead = false;
        for (let delivery = 0; !dead; delivery += 1) {
          const own = skewedClock(clock, offsMs[delivery % offsMs.length] ?? 0);
          const harness = fetchHarness([offline], { clock: own, random: seededRandom(seed + delivery) });
          harness.dependencies.budget.trySpend = () => false;
          await harness.work(body);
          const [sent] = harness.jobs.sent;
          dead = harness.deadLetters.sent.length === 1;
          body = sent?.body ?? body;
          await clock.sleep(1_000 * (sent?.delaySeconds ?? 0));
        }
        const hours = (clock.monotonicMs() - startedMs) / 3_600_000;
        expect(hours).toBeGreaterThan(6);
        expect(hours).toBeLessThan(6.1);
      }),
      { numRuns: 10 },
    );
  });
});

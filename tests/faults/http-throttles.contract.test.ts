/** 429s over real HTTP: what the job, the schedule and the breaker make of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { rateAt } from '../../src/shared/throttle/rate-rule.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { answering, goodAnswer, inTurn, tmdbSays } from '../support/http-faults.ts';
import { type RequestHandler, startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { type HttpWorker, httpWorker } from '../support/http-worker.ts';

const { retryBurst, retryShare } = defaultSettings.tmdb;
const limits = rateLimitsOf(defaultSettings);
const startMs = Date.UTC(2026, 10, 23, 8);
const throttled = (headers: Record<string, string | string[]> = {}) => tmdbSays(429, 25, headers);

let server: TestHttpServer;
beforeAll(async () => {
  server = await startHttpServer(goodAnswer);
});
afterAll(() => server.close());

async function workAgainst(handler: RequestHandler, count = 1): Promise<{ worker: HttpWorker; calls: number }> {
  server.answerWith(handler);
  const before = server.seen.length;
  const worker = httpWorker(server.baseUrl);
  await worker.work(count);
  return { worker, calls: server.seen.length - before };
}

/** When each call began, in virtual milliseconds from the start. */
const callTimes = (worker: HttpWorker) =>
  worker.telemetry.eventsOf('tmdb-call').map(({ startedAtMs }) => startedAtMs - startMs);

const pausesOf = (worker: HttpWorker) => worker.timeline.answers.map(({ retryAfterMs }) => retryAfterMs);
const five = <T>(value: T) => new Array<T>(5).fill(value);

describe('a storm of 429s', () => {
  it.each([
    ['with Retry-After in seconds', throttled({ 'Retry-After': '3' }), five(3_000), [0, 3_000, 6_000, 9_000, 12_000]],
    [
      'with Retry-After twice',
      throttled({ 'Retry-After': ['1', '20'] }),
      [20_000, 20_000, 20_000],
      [0, 20_000, 40_000],
    ],
    ['without Retry-After', throttled(), five(undefined), undefined],
    ['with a Retry-After that is no time', throttled({ 'Retry-After': 'soon' }), five(undefined), undefined],
    ['with a bare body', answering(429, '', { 'Retry-After': '2' }), five(2_000), [0, 2_000, 4_000, 6_000, 8_000]],
    ['with an absurd Retry-After', throttled({ 'Retry-After': '864000' }), [60_000], [0]],
    [
      'with a Retry-After of the next century',
      throttled({ 'Retry-After': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
      [60_000],
      [0],
    ],
    [
      'with a Retry-After of last year',
      throttled({ 'Retry-After': 'Sun, 23 Nov 2025 08:00:00 GMT' }),
      five(0),
      undefined,
    ],
  ] as const)(
    '%s: the schedule waits for what it asks, and the job comes back later',
    async (_name, handler, pauses, times) => {
      const { worker, calls } = await workAgainst(handler);
      expect(calls).toBe(pauses.length);
      expect(pausesOf(worker)).toEqual(pauses);
      expect(callTimes(worker)).toEqual(times ?? callTimes(worker));
      expect(worker.told).toEqual(new Array(calls).fill('neutral'));
      expect(worker.store.stored).toEqual([]);
      expect([worker.items.sent.length, worker.jobs.sent.length, worker.deadLetters.sent.length]).toEqual([0, 1, 0]);
      const asked = pauses.at(-1) ?? 0;
      expect(worker.jobs.sent[0]?.delaySeconds).toBeGreaterThanOrEqual(asked / 1_000);
      expect(worker.telemetry.valuesOf('TmdbThrottles')).toEqual(new Array(calls).fill(1));
      expect(worker.telemetry.valuesOf('TmdbFailures')).toEqual([]);
    },
  );

  it('of one: the job is applied after the pause, and the rate stays as it is', async () => {
    const { worker, calls } = await workAgainst(inTurn(throttled({ 'Retry-After': '2' }), goodAnswer));
    expect([calls, worker.items.sent.length]).toEqual([2, 1]);
    expect(worker.timeline.state()).toMatchObject({ ceiling: 0, alarmAtMs: 0, pausedUntilMs: startMs + 2_000 });
    expect(callTimes(worker)).toEqual([0, 2_000]);
  });

  it('without a pause delays nobody but its own job', async () => {
    const { worker } = await workAgainst(inTurn(throttled(), goodAnswer), 10);
    expect(worker.items.sent).toHaveLength(10);
    expect(worker.timeline.state()).toMatchObject({ ceiling: 0, alarmAtMs: 0, pausedUntilMs: 0 });
    // Ten slots at 30 a second and one for the retry.
    expect(Math.max(...callTimes(worker))).toBeLessThan(700);
  });

  it('that names its limit: all calls go on below it', async () => {
    const limit = { success: false, status_code: 25, status_message: 'over the allowed limit of (20).' };
    const named = answering(429, JSON.stringify(limit), { 'Content-Type': 'application/json' });
    const { worker } = await workAgainst(inTurn(named, goodAnswer), 10);
    expect(worker.items.sent).toHaveLength(10);
    expect(worker.timeline.state()).toMatchObject({ ceiling: 20, refusals: 1 });
  });

  it('over a whole batch: nobody calls in the pause, and the retries stay within the budget', async () => {
    const { worker, calls } = await workAgainst(throttled({ 'Retry-After': '5' }), 10);
    expect(calls).toBeLessThanOrEqual(10 + retryBurst + 10 * retryShare);
    const times = callTimes(worker);
    const first = times[0] ?? 0;
    // A gate looks 25 ms before a slot, and a look is shared for 140 ms.
    expect(times.filter((at) => at > first + 165 && at < first + 5_000)).toEqual([]);
    expect(worker.jobs.sent.length + worker.items.sent.length).toBe(10);
    expect(worker.deadLetters.sent).toEqual([]);
    expect(worker.store.stored).toEqual([]);
  });

  it('never brings the rate below its floor, and the jobs are applied when it ends', async () => {
    let left = 25;
    const storm: RequestHandler = (response, request) => {
      left -= 1;
      (left >= 0 ? throttled() : goodAnswer)(response, request);
    };
    const { worker } = await workAgainst(storm, 10);
    for (let n = 0; n < 30 && worker.items.sent.length < 10; n += 1) {
      const open = worker.jobs.bodies.slice(-(10 - worker.items.sent.length));
      await worker.work(open.length, [...open]);
    }
    expect(worker.items.sent).toHaveLength(10);
    expect(rateAt(worker.timeline.state(), worker.clock.nowMs(), limits)).toBeGreaterThanOrEqual(1);
    expect(worker.timeline.state().refusals).toBeGreaterThan(0);
    expect(worker.deadLetters.sent).toEqual([]);
  });
});

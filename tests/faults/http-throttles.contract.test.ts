/** 429s over real HTTP: what the job, the schedule and the breaker make of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answering, goodAnswer, inTurn, tmdbSays } from '../support/http-faults.ts';
import { type RequestHandler, startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { type HttpWorker, httpWorker } from '../support/http-worker.ts';

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

describe('a storm of 429s', () => {
  it.each([
    ['with Retry-After in seconds', throttled({ 'Retry-After': '3' }), [3_000, 3_000, 3_000], 3, [0, 3_000, 6_000]],
    [
      'with Retry-After twice',
      throttled({ 'Retry-After': ['1', '20'] }),
      [20_000, 20_000, 20_000],
      3,
      [0, 20_000, 40_000],
    ],
    ['without Retry-After', throttled(), [undefined, undefined, undefined], 3, [0, 1_000, 2_000]],
    [
      'with a Retry-After that is no time',
      throttled({ 'Retry-After': 'soon' }),
      [undefined, undefined, undefined],
      3,
      [0, 1_000, 2_000],
    ],
    ['with a bare body', answering(429, '', { 'Retry-After': '2' }), [2_000, 2_000, 2_000], 3, [0, 2_000, 4_000]],
    ['with an absurd Retry-After', throttled({ 'Retry-After': '864000' }), [60_000], 1, [0]],
    [
      'with a Retry-After of the next century',
      throttled({ 'Retry-After': 'Fri, 01 Jan 2100 00:00:00 GMT' }),
      [60_000],
      1,
      [0],
    ],
    [
      'with a Retry-After of last year',
      throttled({ 'Retry-After': 'Sun, 23 Nov 2025 08:00:00 GMT' }),
      [0, 0, 0],
      3,
      undefined,
    ],
  ] as const)(
    '%s: the schedule waits, the job comes back later',
    async (_name, handler, slowDowns, expected, times) => {
      const { worker, calls } = await workAgainst(handler);
      expect(calls).toBe(expected);
      expect(worker.timeline.slowDowns).toEqual(slowDowns);
      expect(callTimes(worker)).toEqual(times ?? callTimes(worker));
      expect(worker.told).toEqual(new Array(expected).fill('neutral'));
      expect(worker.store.stored).toEqual([]);
      expect([worker.items.sent.length, worker.jobs.sent.length, worker.deadLetters.sent.length]).toEqual([0, 1, 0]);
      const asked = slowDowns.at(-1) ?? 0;
      expect(worker.jobs.sent[0]?.delaySeconds).toBeGreaterThanOrEqual(asked / 1_000);
      expect(worker.telemetry.valuesOf('TmdbThrottles')).toEqual(new Array(expected).fill(1));
      expect(worker.telemetry.valuesOf('TmdbFailures')).toEqual([]);
    },
  );

  it('that ends: the job is applied, and the rate is halved', async () => {
    const { worker, calls } = await workAgainst(inTurn(throttled({ 'Retry-After': '2' }), goodAnswer));
    expect([calls, worker.items.sent.length]).toEqual([2, 1]);
    expect(worker.timeline.state()).toMatchObject({ slowRate: 15, pausedUntilMs: startMs + 2_000 });
    expect(callTimes(worker)).toEqual([0, 2_000]);
  });

  it('over a whole batch: nobody calls in the pause, and the retries stay within the budget', async () => {
    const { worker, calls } = await workAgainst(throttled({ 'Retry-After': '5' }), 10);
    expect(calls).toBeLessThanOrEqual(10 + 3 + 2);
    const times = callTimes(worker);
    const first = times[0] ?? 0;
    // Until the first 429 is received, calls are in flight; time stands still while they are.
    expect(times.filter((at) => at > first + 34 && at < first + 5_000)).toEqual([]);
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
    expect(worker.timeline.state().slowRate).toBeGreaterThanOrEqual(1);
    expect(worker.deadLetters.sent).toEqual([]);
  });
});

/** The token is rejected in the middle of a run: calls stop, nothing is lost, and the reason is in the log. Virtual time. */
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../src/shared/core/clock.ts';
import type { TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer, tmdbError } from '../support/scripted-tmdb.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { listPage, movieRow, statusBody } from '../support/tmdb-rows.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { workerFleet } from '../support/worker-fleet.ts';

const jobCount = 400;
const okPage = jsonAnswer(200, listPage(movieRow()));
const rejected = tmdbError(401, 7);
const taken = jsonAnswer(200, statusBody(1));
const bothRefused = 'HTTP 401: message of code 7; /authentication answered HTTP 401: message of code 7';
const jobId = (n: number) => `0badcafe/popular/movie/global/en-US/${n}`;

type Call = { worker: number; path: string; beganMs: number; endedMs: number; status: number };

/** A TMDB that rejects the token from its `atCall`th call on, until `mendedAtMs`. */
function rejectingTmdb(atCall: number, mendedAtMs: number, seed: number) {
  const calls: Call[] = [];
  const random = seededRandom(seed);
  const portOf = (clock: VirtualClock, worker: number): TmdbPort => ({
    get: async ({ path }) => {
      const call = { worker, path, beganMs: clock.monotonicMs(), endedMs: Number.POSITIVE_INFINITY, status: 200 };
      calls.push(call);
      call.status = calls.length >= atCall && call.beganMs < mendedAtMs ? 401 : 200;
      await clock.sleep(40 + 360 * random.next());
      call.endedMs = clock.monotonicMs();
      const good = path === '/authentication' ? taken : okPage;
      return call.status === 401 ? rejected : good;
    },
  });
  return { calls, portOf };
}

async function play(workers: number, seed: number, untilMs: number, mendedAtMs: number, storeUpToMs = 4) {
  const tmdb = rejectingTmdb(100, mendedAtMs, seed);
  const fleet = workerFleet({ workers, seed, tmdb: tmdb.portOf, storeUpToMs });
  await fleet.queue.sendAll(Array.from({ length: jobCount }, (_, n) => JSON.stringify(sampleJob({ jobId: jobId(n) }))));
  await fleet.runUntil(() => fleet.queue.held().length === 0 || fleet.clock.monotonicMs() > untilMs);
  const firstRejectionMs = Math.min(...tmdb.calls.filter(({ status }) => status === 401).map(({ endedMs }) => endedMs));
  const after = tmdb.calls.filter(({ beganMs }) => beganMs > firstRejectionMs);
  const idOf = (body: string) => (JSON.parse(body) as { jobId: string }).jobId;
  return {
    fleet,
    tmdb,
    after,
    firstRejectionMs,
    applied: fleet.items.bodies.map(idOf),
    held: fleet.queue.held().map(idOf),
  };
}

const allJobs = new Set(Array.from({ length: jobCount }, (_, n) => jobId(n)));

describe('a token that is rejected in the middle of a run', () => {
  it.for([
    [2, 1],
    [2, 2],
    [4, 3],
    [4, 4],
    [8, 5],
  ] as const)(
    'stops %i workers at once, and every job is still there (seed %i)',
    async ([workers, seed], { annotate }) => {
      const { fleet, tmdb, after, applied, held, firstRejectionMs } = await play(
        workers,
        seed,
        14 * minuteMs,
        Number.POSITIVE_INFINITY,
      );
      const perWorker = Array.from({ length: workers }, (_, n) => after.filter(({ worker }) => worker === n).length);
      await annotate(`calls begun after the first rejection, by worker: ${perWorker.join(', ')}`, 'measured');

      // Until the check has ended, a worker goes on with the slots of its batch; and then nobody calls.
      expect(Math.max(...perWorker)).toBeLessThanOrEqual(11);
      const lastMs = Math.max(...after.map(({ beganMs }) => beganMs));
      expect(lastMs - firstRejectionMs).toBeLessThan(5_000);
      expect(after.filter(({ path }) => path === '/authentication').length).toBeLessThanOrEqual(workers);
      expect(tmdb.calls.length).toBeLessThan(100 + 10 * workers + 30);
      expect(new Set([...applied, ...held])).toEqual(allJobs);
      expect(applied.length + held.length).toBe(jobCount);
      expect([fleet.deadLetters.sent, fleet.queue.redriven]).toEqual([[], []]);
      expect(fleet.failures()).toBe(0);
    },
  );

  it('is said in the log, in the breaker and with every job that is sent back', async () => {
    const { fleet } = await play(2, 6, 5 * minuteMs, Number.POSITIVE_INFINITY);
    expect(fleet.breaker.now()).toMatchObject({ state: 'open', reason: 'token-rejected' });
    expect(fleet.breaker.now()?.detail).toBe(bothRefused);
    expect(fleet.telemetry.eventsOf('token-rejected')[0]).toMatchObject({ status: 401 });
    expect(fleet.telemetry.eventsOf('breaker-changed')).toMatchObject([{ state: 'open', reason: 'token-rejected' }]);
    const deferred = fleet.telemetry.eventsOf('job-deferred');
    expect(deferred.length).toBeGreaterThan(100);
    for (const { code, detail } of deferred) {
      expect(['token_rejected', 'breaker_open']).toContain(code);
      expect(detail).toContain('HTTP 401: message of code 7');
    }
  });

  it('costs one call and its check in a quarter of an hour, for as long as nobody mends it', async () => {
    const { fleet, after } = await play(3, 7, 61 * minuteMs, Number.POSITIVE_INFINITY);
    const trials = after.filter(({ beganMs }) => beganMs > 5 * minuteMs);
    expect(trials.map(({ path }) => path)).toEqual(new Array(4).fill(['/movie/popular', '/authentication']).flat());
    expect(fleet.trials()).toBe(4);
    expect(fleet.deadLetters.sent).toEqual([]);
  });

  it('is over for every job once it is mended', async () => {
    const { fleet, applied } = await play(2, 8, 6 * 60 * minuteMs, 10 * minuteMs);
    expect(applied).toHaveLength(jobCount);
    expect(new Set(applied)).toEqual(allJobs);
    // The quarter of an hour, and the way of the last jobs.
    expect(fleet.clock.monotonicMs()).toBeLessThanOrEqual(21 * minuteMs);
  });
});

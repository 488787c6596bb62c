/** There is no token to call with: no call is made, nothing is lost, and the reason is in the log. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { minuteMs } from '../../src/shared/core/clock.ts';
import { RetryableError } from '../../src/shared/core/errors.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { BreakerRecord } from '../../src/shared/throttle/breaker-record.ts';
import { classifyAnswer } from '../../src/shared/tmdb/classify-answer.ts';
import { tmdbHttp } from '../../src/shared/tmdb/tmdb-http.ts';
import type { TmdbAnswer, TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import { startHttpServer } from '../support/http-server.ts';
import { httpWorker } from '../support/http-worker.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { jsonAnswer } from '../support/scripted-tmdb.ts';
import { listPage, movieRow } from '../support/tmdb-rows.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { workerFleet } from '../support/worker-fleet.ts';

const jobCount = 120;
const detail = "there is no TMDB token: the parameter '/tmdb-pipeline/tmdb-token' cannot be read (ParameterNotFound)";
const noToken: TmdbAnswer = { kind: 'no-token', detail };
const okPage = jsonAnswer(200, listPage(movieRow()));
const unavailable = async (): Promise<string> => {
  throw new RetryableError('token_unavailable', detail);
};
const jobId = (n: number) => `0badcafe/popular/movie/global/en-US/${n}`;
const allJobs = new Set(Array.from({ length: jobCount }, (_, n) => jobId(n)));
const idOf = (body: string) => (JSON.parse(body) as { jobId: string }).jobId;

describe('one worker without a token', () => {
  it('calls nobody, sends its jobs back and says why', async () => {
    const server = await startHttpServer((response) => response.end('{}'));
    onTestFinished(() => server.close());
    const limits = { ...defaultSettings.tmdb };
    const worker = httpWorker(server.baseUrl, {
      tmdb: tmdbHttp({ baseUrl: server.baseUrl, token: unavailable }, limits),
    });
    expect(await worker.work(10)).toEqual([]);
    expect(server.seen).toEqual([]);
    expect([worker.items.sent, worker.deadLetters.sent]).toEqual([[], []]);
    expect(worker.jobs.sent).toHaveLength(10);
    const codes = worker.telemetry.eventsOf('job-deferred').map(({ code }) => code);
    expect(codes).toContain('token_unavailable');
    expect(codes.filter((code) => code !== 'token_unavailable' && code !== 'breaker_open')).toEqual([]);
    expect(new Set(worker.telemetry.metrics.map(({ name }) => name))).toEqual(new Set(['BreakerOpen']));
    expect(worker.telemetry.eventsOf('tmdb-call')).toEqual([]);
    expect(worker.telemetry.warnings).toEqual([]);
  });

  it('opens the breaker with the token’s reason, which the next invocation heeds', async () => {
    const asked: string[] = [];
    const tmdb: TmdbPort = {
      get: async ({ path }) => {
        asked.push(path);
        return noToken;
      },
    };
    const worker = httpWorker('http://127.0.0.1:9', { tmdb });
    await worker.work(1);
    const opened: Partial<BreakerRecord> = {
      state: 'open',
      reason: 'token-rejected',
      detail: `${detail}; /authentication got no answer: ${detail}`,
    };
    expect(worker.store.now()).toMatchObject(opened);
    expect(worker.told).toEqual(['rejected']);
    await worker.work(10);
    // The second question confirms the first: nobody is stopped by one.
    expect(asked).toHaveLength(2);
    expect(worker.telemetry.eventsOf('job-deferred').map(({ code }) => code)).toEqual([
      'token_unavailable',
      ...Array.from({ length: 10 }, () => 'breaker_open'),
    ]);
    expect(worker.telemetry.eventsOf('job-deferred').every((event) => event.detail.includes(detail))).toBe(true);
  });

  it('does not take it for TMDB’s refusal, whatever the sentence says', () => {
    const refused = classifyAnswer(jsonAnswer(401, { status_code: 7, status_message: detail }), 0);
    const missing = classifyAnswer({ kind: 'no-token', detail: 'HTTP 401' }, 0);
    expect([refused.fate, missing.fate]).toEqual(['stop', 'stop']);
    expect(missing).toMatchObject({ code: 'token_unavailable', status: 0 });
    expect(refused).not.toMatchObject({ code: 'token_unavailable' });
  });
});

type Ask = { worker: number; atMs: number };

/** Workers of which those in `without` have no token until `mendedAtMs`. */
async function play(workers: number, without: readonly number[], untilMs: number, mendedAtMs: number) {
  const [misses, calls]: [Ask[], Ask[]] = [[], []];
  const tmdb = (clock: VirtualClock, worker: number): TmdbPort => ({
    get: async () => {
      const ask = { worker, atMs: clock.monotonicMs() };
      if (without.includes(worker) && ask.atMs < mendedAtMs) {
        misses.push(ask);
        return noToken;
      }
      calls.push(ask);
      await clock.sleep(100);
      return okPage;
    },
  });
  const fleet = workerFleet({ workers, seed: workers, tmdb });
  await fleet.queue.sendAll([...allJobs].map((id) => JSON.stringify(sampleJob({ jobId: id }))));
  await fleet.runUntil(() => fleet.queue.held().length === 0 || fleet.clock.monotonicMs() > untilMs);
  return {
    fleet,
    misses,
    calls,
    applied: fleet.items.bodies.map(idOf),
    held: fleet.queue.held(),
  };
}

describe('several workers without a token', () => {
  it('ask for it twice a quarter of an hour, and every job is still there', async () => {
    const { fleet, misses, calls, applied, held } = await play(3, [0, 1, 2], 61 * minuteMs, Number.POSITIVE_INFINITY);
    expect([calls, applied]).toEqual([[], []]);
    expect(new Set(held.map(idOf))).toEqual(allJobs);
    expect(misses.filter(({ atMs }) => atMs > minuteMs)).toHaveLength(8);
    expect([fleet.deadLetters.sent, fleet.queue.redriven]).toEqual([[], []]);
    expect(fleet.failures()).toBe(0);
    expect(fleet.breaker.now()).toMatchObject({ state: 'open', reason: 'token-rejected' });
  });

  it('work all jobs once it is there', async () => {
    const { fleet, applied } = await play(3, [0, 1, 2], 6 * 60 * minuteMs, 10 * minuteMs);
    expect(applied).toHaveLength(jobCount);
    expect(new Set(applied)).toEqual(allJobs);
    expect(fleet.breaker.now()?.state).toBe('closed');
    // The quarter of an hour, and the way of the last jobs.
    expect(fleet.clock.monotonicMs()).toBeLessThanOrEqual(21 * minuteMs);
  });

  it('stop those that have one too, once it was asked for twice', async () => {
    const { misses, calls, held, applied } = await play(2, [0], 14 * minuteMs, Number.POSITIVE_INFINITY);
    const firstMissMs = Math.min(...misses.map(({ atMs }) => atMs));
    const after = calls.filter(({ atMs }) => atMs > firstMissMs);
    // While it is asked for the second time, the others go on with the slots of their batch.
    expect(after.length).toBeLessThanOrEqual(13);
    expect(new Set([...held.map(idOf), ...applied])).toEqual(allJobs);
    expect(applied.length).toBeLessThan(jobCount);
  });
});

describe('a token that is long in coming', () => {
  it('is within the deadline of its call', async () => {
    const server = await startHttpServer((response) => response.end('{}'));
    onTestFinished(() => server.close());
    const never = () => new Promise<string>(() => undefined);
    const tmdb = tmdbHttp({ baseUrl: server.baseUrl, token: never }, { ...defaultSettings.tmdb, requestTimeoutMs: 50 });
    const late = new Promise((resolve) => {
      AbortSignal.timeout(500).addEventListener('abort', () => resolve('ten times the deadline'));
    });
    const answer = await Promise.race([tmdb.get({ path: '/trending/all/day', query: {} }), late]);
    expect(answer).toMatchObject({ kind: expect.stringMatching(/^no-/) });
  });
});

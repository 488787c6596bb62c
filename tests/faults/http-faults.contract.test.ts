/** A worker as it is in Lambda, against a real server that does everything wrong: what becomes of the job, and who is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import {
  answering,
  blackHole,
  goodAnswer,
  goodPage,
  gzipWithoutHeader,
  htmlUnavailable,
  inTurn,
  resetInBody,
  slowDrip,
  tenMegabytes,
  tmdbSays,
  truncatedJson,
} from '../support/http-faults.ts';
import { type RequestHandler, startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { type HttpWorker, httpWorker, seamToken } from '../support/http-worker.ts';
import { sampleJob } from '../support/sample-messages.ts';

let server: TestHttpServer;
beforeAll(async () => {
  server = await startHttpServer(goodAnswer);
});
afterAll(() => server.close());

/** One job against `handler`; the worker afterwards, and how often it called. */
async function workAgainst(handler: RequestHandler, count = 1): Promise<{ worker: HttpWorker; calls: number }> {
  server.answerWith(handler);
  const before = server.seen.length;
  const worker = httpWorker(server.baseUrl);
  expect(await worker.work(count)).toEqual([]);
  return { worker, calls: server.seen.length - before };
}

const where = ({ items, jobs, deadLetters }: HttpWorker) => ({
  applied: items.sent.length,
  deferred: jobs.sent.length,
  dead: deadLetters.sent.length,
});
const { attempts } = defaultSettings.tmdb;
const failed = (times: number) => new Array<string>(times).fill('failed');

describe('what is no answer of use is retried within the budget, and then sent back', () => {
  it.each([
    ['an HTML 503', htmlUnavailable, /^http_503$/, 4],
    ['500', tmdbSays(500, 11), /^tmdb_11$/, 3],
    ['502', tmdbSays(502, 43), /^tmdb_43$/, 3],
    ['503', tmdbSays(503, 9), /^tmdb_9$/, 3],
    ['504', tmdbSays(504, 24), /^tmdb_24$/, 3],
    ['a bare 500', answering(500, ''), /^http_500$/, 3],
    ['a reset in the body', resetInBody, /^(econnreset|econnaborted|err_bad_response)$/, 3],
    ['a black hole', blackHole, /^timeout$/, 3],
    ['a slow drip', slowDrip, /^timeout$/, 3],
    ['truncated JSON', truncatedJson, /^unreadable_body$/, 3],
    ['HTML with 200', answering(200, '<html></html>', { 'Content-Type': 'text/html' }), /^unreadable_body$/, 3],
    ['an empty 200', answering(200, ''), /^unreadable_body$/, 3],
    ['another API’s JSON', answering(200, '{"data":[]}'), /^not_a_list$/, 3],
    ['10 MB', tenMegabytes, /^answer_too_large$/, 3],
  ] as const)('%s', async (_name, handler, code, leastDelaySeconds) => {
    const { worker, calls } = await workAgainst(handler);
    expect(where(worker)).toEqual({ applied: 0, deferred: 1, dead: 0 });
    expect(calls).toBe(attempts);
    expect(worker.told).toEqual(failed(attempts));
    expect(worker.timeline.answers.filter(({ outcome }) => outcome !== 'failed')).toEqual([]);
    expect(worker.timeline.state()).toMatchObject({ pausedUntilMs: 0, alarmAtMs: 0 });
    expect(worker.store.stored).toEqual([]);
    expect(worker.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: expect.stringMatching(code) }]);
    expect(worker.jobs.sent[0]?.delaySeconds).toBeGreaterThanOrEqual(leastDelaySeconds);
    expect(worker.telemetry.valuesOf('TmdbFailures')).toEqual(new Array(attempts).fill(1));
  });

  it('a connection that is refused', async () => {
    const gone = await startHttpServer(goodAnswer);
    await gone.close();
    const worker = httpWorker(gone.baseUrl);
    await worker.work();
    expect(where(worker)).toEqual({ applied: 0, deferred: 1, dead: 0 });
    expect(worker.told).toEqual(failed(attempts));
    expect(worker.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: 'econnrefused' }]);
    expect(worker.telemetry.eventsOf('tmdb-call')).toMatchObject(
      new Array(attempts).fill({ status: 0, outcome: 'failed' }),
    );
  });

  it.each([
    ['500, then well', inTurn(tmdbSays(500, 11), goodAnswer), 2],
    ['502 and 504, then well', inTurn(tmdbSays(502, 43), tmdbSays(504, 24), goodAnswer), 3],
    ['a reset and truncated JSON, then well', inTurn(resetInBody, truncatedJson, goodAnswer), 3],
    ['an HTML 503, then well', inTurn(htmlUnavailable, goodAnswer), 2],
  ] as const)('and is applied when it mends itself meanwhile: %s', async (_name, handler, expectedCalls) => {
    const { worker, calls } = await workAgainst(handler);
    expect(where(worker)).toEqual({ applied: 1, deferred: 0, dead: 0 });
    expect(calls).toBe(expectedCalls);
    expect(worker.told).toEqual([...failed(expectedCalls - 1), 'succeeded']);
  });

  it('of a whole batch opens the breaker, and the rest is sent back without a call', async () => {
    const mix = [tmdbSays(500, 11), tmdbSays(502, 43), tmdbSays(503, 9), tmdbSays(504, 24)];
    const many = Array.from({ length: 40 }, (_, n) => mix[n % mix.length] as RequestHandler);
    const { worker, calls } = await workAgainst(inTurn(...many), 10);
    expect(where(worker)).toEqual({ applied: 0, deferred: 10, dead: 0 });
    // Eight failures open it; calls that were under way then still end.
    expect(calls).toBeGreaterThanOrEqual(8);
    expect(calls).toBeLessThanOrEqual(14);
    expect(worker.store.now()).toMatchObject({ state: 'open', reason: 'failures' });
    const again = server.seen.length;
    await worker.work(10);
    expect(server.seen.length).toBe(again);
    expect(where(worker)).toEqual({ applied: 0, deferred: 20, dead: 0 });
    expect(worker.telemetry.eventsOf('job-deferred').slice(10)).toMatchObject(
      new Array(10).fill({ code: 'breaker_open' }),
    );
  });
});

describe('what is odd but good is applied', () => {
  it.each([
    ['gzip without its header', gzipWithoutHeader],
    ['JSON as plain text', answering(200, goodPage, { 'Content-Type': 'text/plain' })],
    ['JSON as a download', answering(200, goodPage, { 'Content-Type': 'application/octet-stream' })],
  ])('%s', async (_name, handler) => {
    const { worker, calls } = await workAgainst(handler);
    expect(where(worker)).toEqual({ applied: 1, deferred: 0, dead: 0 });
    expect(calls).toBe(1);
    expect(worker.told).toEqual(['succeeded']);
  });
});

describe('answers that a retry would not mend', () => {
  it('404: the job is done without rows', async () => {
    const { worker, calls } = await workAgainst(tmdbSays(404, 34));
    expect([where(worker), calls, worker.told]).toEqual([{ applied: 1, deferred: 0, dead: 0 }, 1, ['succeeded']]);
    expect(worker.telemetry.eventsOf('job-not-found')).toMatchObject([{ code: 'tmdb_34' }]);
  });

  it('422: dead, with TMDB’s words', async () => {
    const { worker, calls } = await workAgainst(tmdbSays(422, 20));
    expect([where(worker), calls, worker.told]).toEqual([{ applied: 0, deferred: 0, dead: 1 }, 1, ['succeeded']]);
    expect(worker.deadLetters.sent[0]?.attributes).toMatchObject({ reason: 'refused-by-tmdb', code: 'tmdb_20' });
  });

  it.each([
    ['401', tmdbSays(401, 7)],
    ['403', tmdbSays(403, 45)],
  ])('%s: sent back, and nobody calls any more', async (_name, handler) => {
    const { worker, calls } = await workAgainst(handler);
    expect([where(worker), calls, worker.told]).toEqual([{ applied: 0, deferred: 1, dead: 0 }, 2, ['rejected']]);
    expect(worker.store.now()).toMatchObject({ state: 'open', reason: 'token-rejected' });
    const again = server.seen.length;
    await worker.work(5);
    expect(server.seen.length).toBe(again);
    expect(where(worker)).toEqual({ applied: 0, deferred: 6, dead: 0 });
  });
});

describe('what stands between us and TMDB', () => {
  const page = (status: number) =>
    `<html><body><center><h1>${status}</h1></center><center>openresty</center></body></html>`;
  const edge = (status: number) =>
    answering(status, page(status), { 'Content-Type': 'text/html', Server: 'openresty', Via: '1.1 edge (CloudFront)' });

  it.each([400, 401, 403, 404, 407, 421, 451])('stops nobody with a %i, and is asked again', async (status) => {
    const { worker, calls } = await workAgainst(inTurn(edge(status), goodAnswer));
    expect([where(worker), calls]).toEqual([{ applied: 1, deferred: 0, dead: 0 }, 2]);
    expect(worker.told).toEqual(['failed', 'succeeded']);
  });

  it('is named, status and server, in the dead letter of a job that is too old', async () => {
    server.answerWith(edge(451));
    const worker = httpWorker(server.baseUrl);
    await worker.work(1, [JSON.stringify(sampleJob({ attempt: 300, waitedSeconds: 40_000 }))]);
    expect(worker.deadLetters.sent[0]?.attributes).toMatchObject({
      reason: 'too-old',
      code: 'http_451',
      detail: expect.stringContaining("HTTP 451 without TMDB's JSON, from openresty via 1.1 edge (CloudFront)"),
    });
  });

  it('does not speak for the token: a 401 with TMDB’s words, and the token is taken', async () => {
    const { worker, calls } = await workAgainst(inTurn(tmdbSays(401, 7), goodAnswer, goodAnswer));
    expect([where(worker), calls]).toEqual([{ applied: 1, deferred: 0, dead: 0 }, 3]);
    expect(worker.told).toEqual(['accepted', 'neutral', 'succeeded']);
    expect(worker.store.now()).toBeUndefined();
  });

  it('proves nothing of the token where it answers the check', async () => {
    const { worker } = await workAgainst((response, request) =>
      (request.url?.includes('/authentication') ? edge(404) : tmdbSays(401, 7))(response, request),
    );
    expect(where(worker)).toEqual({ applied: 0, deferred: 1, dead: 0 });
    expect(worker.store.now()).toBeUndefined();
    expect(worker.telemetry.eventsOf('job-deferred')).toMatchObject([
      {
        code: 'tmdb_7',
        detail: expect.stringMatching(
          /^HTTP 401: message of code 7; \/authentication answered HTTP 404 without TMDB's JSON, from openresty/,
        ),
      },
    ]);
  });

  it('is checked once for a batch whose every call is refused', async () => {
    const { worker } = await workAgainst(tmdbSays(401, 7), 10);
    expect(where(worker)).toEqual({ applied: 0, deferred: 10, dead: 0 });
    const checks = worker.telemetry.eventsOf('token-checked');
    expect(checks).toHaveLength(1);
    expect(worker.store.now()).toMatchObject({ state: 'open', reason: 'token-rejected' });
  });
});

it('the requests of these tests did carry the token, in their header', () => {
  expect(server.seen.length).toBeGreaterThan(50);
  for (const { headers, url } of server.seen) {
    expect(headers.authorization).toBe(`Bearer ${seamToken}`);
    expect(url).not.toContain(seamToken);
  }
});

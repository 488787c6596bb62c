/**
 * The token appears nowhere but in the header of a call to TMDB. The worker's own bundle runs as in Lambda, with the real
 * logger and metrics, through every kind of failure; each line it writes and each byte it sends to a queue or a table is read.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answering,
  blackHole,
  goodAnswer,
  goodPage,
  gzipWithoutHeader,
  resetInBody,
  slowDrip,
  tenMegabytes,
  tmdbSays,
  truncatedJson,
} from '../support/http-faults.ts';
import { type RequestHandler, startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { httpWorker, seamToken } from '../support/http-worker.ts';
import { startHttpsServer } from '../support/https-server.ts';
import { sampleJob } from '../support/sample-messages.ts';
import { fetchEvent, startTappedWorker, type TappedWorker } from '../support/tapped-worker.ts';
import { until } from '../support/until.ts';

const token = 'secret-token-3f9a';
/** The record that ends the output of an invocation. */
const metrics = '"_aws"';
const shapes = [
  token,
  Buffer.from(token).toString('base64').slice(0, 20),
  encodeURIComponent(`Bearer ${token}`),
  'Bearer',
];

let tapped: TappedWorker;
let tmdb: TestHttpServer;
beforeAll(async () => {
  [tapped, tmdb] = await Promise.all([startTappedWorker(), startHttpServer(goodAnswer)]);
});
afterAll(async () => {
  await Promise.all([tapped.stop(), tmdb.close()]);
});

/**
 * What was written and sent while `act` ran, and until a line of the output has `told` in it (lines come a moment after the
 * answer); it holds the token in no shape.
 */
async function overhear(told: string, act: () => Promise<unknown>): Promise<{ lines: string[]; sent: string }> {
  const [linesBefore, sentBefore] = [tapped.lines.length, tapped.sent().length];
  await act();
  await until(`a line with ${told}`, () => tapped.lines.slice(linesBefore).some((line) => line.includes(told)));
  const lines = tapped.lines.slice(linesBefore);
  const sent = tapped.sent().slice(sentBefore);
  for (const shape of shapes) {
    expect(lines.filter((line) => line.includes(shape))).toEqual([]);
    expect(sent).not.toContain(shape);
  }
  return { lines, sent };
}

const events = (lines: readonly string[]) =>
  lines.flatMap((line) => {
    const { runEvent } = (line.startsWith('{') ? JSON.parse(line) : {}) as {
      runEvent?: { event: string; code?: string };
    };
    return runEvent === undefined ? [] : [`${runEvent.event} ${runEvent.code ?? ''}`.trim()];
  });

/** Every letter as a JSON escape. */
const escaped = (text: string) =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const oldJob = JSON.stringify(sampleJob({ attempt: 300, waitedSeconds: 40_000 }));

const kinds: [name: string, handler: RequestHandler, told: string][] = [
  ['a page', goodAnswer, 'page-fetched'],
  ['gzip without its header', gzipWithoutHeader, 'page-fetched'],
  ['a 404', tmdbSays(404, 34), 'job-not-found tmdb_34'],
  ['a 401', tmdbSays(401, 7), 'job-deferred token_rejected'],
  ['a 403', tmdbSays(403, 45), 'job-deferred token_rejected'],
  ['a 422', tmdbSays(422, 20), 'job-dead-lettered tmdb_20'],
  ['a 429', tmdbSays(429, 25, { 'Retry-After': '0' }), 'job-deferred tmdb_25'],
  ['a 500', tmdbSays(500, 11), 'job-deferred tmdb_11'],
  ['an HTML 503', answering(503, '<html></html>', { 'Content-Type': 'text/html' }), 'job-deferred http_503'],
  ['a black hole', blackHole, 'job-deferred timeout'],
  ['a slow drip', slowDrip, 'job-deferred timeout'],
  ['a reset at once', (response) => response.socket?.resetAndDestroy(), 'job-deferred econnreset'],
  ['a reset in the body', resetInBody, 'job-deferred'],
  ['no HTTP', (response) => response.socket?.end('nonsense\r\n\r\n'), 'job-deferred hpe_'],
  ['truncated JSON', truncatedJson, 'job-deferred unreadable_body'],
  ['an empty 200', answering(200, ''), 'job-deferred unreadable_body'],
  ['10 MB', tenMegabytes, 'job-deferred answer_too_large'],
  [
    'a redirect',
    (response) => response.writeHead(302, { Location: 'http://127.0.0.1:9/' }).end(),
    'job-deferred http_302',
  ],
];

describe('the token is in no log line, metric, error, message, attribute or table', () => {
  it('after any kind of answer', async () => {
    const worker = tapped.open(`${tmdb.baseUrl}/3`, token);
    for (const [name, handler, told] of kinds) {
      tmdb.answerWith(handler);
      await tapped.closeBreaker();
      const before = tmdb.seen.length;
      const { lines, sent } = await overhear(metrics, () => worker.invoke(fetchEvent()));
      expect(
        events(lines).filter((event) => event.startsWith(told)),
        `${name}: ${events(lines)}`,
      ).toHaveLength(1);
      expect(sent.length, name).toBeGreaterThan(500);
      // The call itself did carry it.
      expect(
        tmdb.seen.slice(before).map(({ headers }) => headers.authorization),
        name,
      ).toContain(`Bearer ${token}`);
    }
  });

  it('while the breaker is open for it, and with malformed messages in the batch', async () => {
    const worker = tapped.open(`${tmdb.baseUrl}/3`, token);
    tmdb.answerWith(tmdbSays(401, 7));
    await tapped.closeBreaker();
    await overhear(metrics, () => worker.invoke(fetchEvent()));
    const { lines } = await overhear(metrics, () => worker.invoke(fetchEvent('no job', oldJob, '{}')));
    expect(events(lines).sort()).toEqual([
      'job-dead-lettered breaker_open',
      'job-dead-lettered malformed_message',
      'job-dead-lettered malformed_message',
      'rate-seen',
    ]);
  });

  it('when a queue or the control table is not there', async () => {
    tmdb.answerWith(goodAnswer);
    await tapped.closeBreaker();
    const noQueue = tapped.open(tmdb.baseUrl, token, { ITEM_QUEUE_URL: 'http://127.0.0.1:9/000000000000/none' });
    const unsent = await overhear(metrics, () => noQueue.invoke(fetchEvent()));
    expect(events(unsent.lines).filter((event) => event.startsWith('job-failed'))).toHaveLength(1);
    const noTable = tapped.open(tmdb.baseUrl, token, { CONTROL_TABLE: 'none' });
    const untold = await overhear(metrics, () => noTable.invoke(fetchEvent()));
    expect(events(untold.lines)).toEqual(['job-deferred control_unavailable']);
  });

  it('when the other side is not TMDB', async () => {
    const https = await startHttpsServer(goodPage);
    for (const [baseUrl, code] of [
      [https.baseUrl, 'depth_zero_self_signed_cert'],
      ['http://127.0.0.1:9', 'econnrefused'],
      ['http://no-such-host.invalid', ''],
    ] as const) {
      await tapped.closeBreaker();
      const { lines } = await overhear(metrics, () => tapped.open(baseUrl, token).invoke(fetchEvent()));
      expect(
        events(lines).some((event) => event.startsWith(`job-deferred ${code}`)),
        lines.join('\n'),
      ).toBe(true);
    }
    await https.close();
  });

  it('when it is no token at all, or the environment is wrong', async () => {
    await tapped.closeBreaker();
    tmdb.answerWith(tmdbSays(401, 7));
    const broken = await overhear(metrics, () =>
      tapped.open(tmdb.baseUrl, `${token}\nX-Other: 1`).invoke(fetchEvent()),
    );
    expect(events(broken.lines)).toContain('job-deferred token_rejected');
    expect(tmdb.seen.at(-1)?.headers).not.toHaveProperty('x-other');
    const { lines } = await overhear('environment variables', () => tapped.open('no url', token).invoke(fetchEvent()));
    expect(lines.join('\n')).toContain('environment variables missing or malformed: TMDB_BASE_URL');
  });

  it.each<[name: string, told: (header: string) => string]>([
    ['as it is', (header) => JSON.stringify(header)],
    ['in JSON escapes', (header) => `"${escaped(header)}"`],
    ['in escapes of escapes', (header) => JSON.stringify(escaped(header))],
    ['percent-encoded', (header) => JSON.stringify(encodeURIComponent(header).replaceAll('-', '%2D'))],
    ['behind so much that it is cut', (header) => JSON.stringify(`${'x'.repeat(180)} ${header}`)],
  ])('when the answer quotes it: %s', async (_name, told) => {
    for (const [status, code] of [
      [400, 5],
      [404, 34],
      [401, 7],
      [500, 11],
    ] as const) {
      const quoting = await startHttpServer((response, request) => {
        const message = told(`invalid: ${request.headers.authorization}`);
        response.writeHead(status).end(`{"success": false, "status_code": ${code}, "status_message": ${message}}`);
      });
      const worker = httpWorker(quoting.baseUrl);
      await worker.work();
      await quoting.close();
      const { events, warnings } = worker.telemetry;
      const said = JSON.stringify([events, warnings, worker.deadLetters.sent, worker.jobs.sent, worker.store.stored]);
      expect(said).toContain(`HTTP ${status}`);
      expect(said).not.toMatch(/secret-t|token-3f|-token-|3f9a/);
      // Of a list that is not there the writer is told, in TMDB's words.
      expect(worker.items.bodies).toHaveLength(status === 404 ? 1 : 0);
      expect(worker.items.bodies.join()).not.toMatch(/secret-t|token-3f|-token-|3f9a/);
    }
  });

  it('but a title that holds it is payload, and is stored as it was sent', async () => {
    const rows = JSON.stringify({ page: 1, results: [{ id: 7, title: `Bearer ${seamToken}` }] });
    const quoting = await startHttpServer((response) => response.end(rows));
    const worker = httpWorker(quoting.baseUrl);
    await worker.work();
    await quoting.close();
    expect(worker.items.sent[0]?.body).toContain(`"title":"Bearer ${seamToken}"`);
    expect(JSON.stringify([worker.telemetry.events, worker.store.stored])).not.toContain(seamToken);
  });

  it('and a placeholder in its place rewrites neither titles nor names of feeds', async () => {
    const rows = JSON.stringify({ page: 1, results: [{ id: 7, title: 'The popular Queen en route' }] });
    const server = await startHttpServer((response) => response.end(rows));
    for (const placeholder of ['en', 'popular']) {
      const worker = httpWorker(server.baseUrl, {}, placeholder);
      await worker.work();
      expect(worker.items.sent[0]?.body).toContain('"title":"The popular Queen en route"');
      expect(JSON.stringify(worker.telemetry.events)).toContain('/popular/movie/global/en-US/1');
    }
    await server.close();
  });
});

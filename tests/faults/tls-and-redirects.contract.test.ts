/** Servers that are not TMDB: the token must not go to them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { goodAnswer, goodPage } from '../support/http-faults.ts';
import { startHttpServer } from '../support/http-server.ts';
import { httpWorker, seamToken } from '../support/http-worker.ts';
import { startHttpsServer } from '../support/https-server.ts';

describe('a redirect to another host', () => {
  it.each([301, 302, 303, 307, 308])(
    'of status %i is not followed: the other host sees nothing, the job is sent back',
    async (status) => {
      const other = await startHttpServer(goodAnswer);
      const location = `${other.baseUrl.replace('127.0.0.1', 'localhost')}/3/movie/popular`;
      const tmdb = await startHttpServer((response) => response.writeHead(status, { Location: location }).end());
      try {
        const worker = httpWorker(tmdb.baseUrl);
        await worker.work();
        expect(other.seen).toEqual([]);
        expect(worker.told).toEqual(tmdb.seen.map(() => 'failed'));
        expect(worker.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: `http_${status}` }]);
        expect(worker.deadLetters.sent).toEqual([]);
      } finally {
        await Promise.all([other.close(), tmdb.close()]);
      }
    },
  );

  it('with a page in its body is none: the page is not taken', async () => {
    const tmdb = await startHttpServer((response) => response.writeHead(302, { Location: '/elsewhere' }).end(goodPage));
    const worker = httpWorker(tmdb.baseUrl);
    await worker.work();
    await tmdb.close();
    expect([worker.items.sent.length, worker.jobs.sent.length]).toEqual([0, 1]);
  });
});

describe('a TLS error', () => {
  it('of a certificate that nobody trusts: no request is made, the job is sent back', async () => {
    const server = await startHttpsServer(goodPage);
    const worker = httpWorker(server.baseUrl);
    await worker.work();
    await server.close();
    expect(server.requests()).toBe(0);
    expect(worker.telemetry.eventsOf('job-deferred')).toMatchObject([{ code: 'depth_zero_self_signed_cert' }]);
    expect(worker.told).toEqual(new Array(defaultSettings.tmdb.attempts).fill('failed'));
    expect([worker.items.sent.length, worker.deadLetters.sent.length]).toEqual([0, 0]);
  });

  it('of a server that speaks no TLS: the same, and it has seen no token', async () => {
    const seen: string[] = [];
    const plain = createServer((_request, response) => response.end(goodPage));
    plain.on('connection', (socket) => socket.on('data', (bytes) => seen.push(bytes.toString('latin1'))));
    plain.on('clientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const worker = httpWorker(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`);
    await worker.work();
    plain.closeAllConnections();
    await new Promise<void>((resolve) => plain.close(() => resolve()));
    expect(seen.join('')).not.toContain(seamToken);
    expect(worker.jobs.sent).toHaveLength(1);
    expect(worker.told).toEqual(new Array(defaultSettings.tmdb.attempts).fill('failed'));
    expect(worker.telemetry.eventsOf('job-deferred')[0]?.code).toMatch(/^(eproto|econnreset|err_ssl_[a-z_]+)$/);
  });

  it('over a whole batch opens the breaker', async () => {
    const server = await startHttpsServer(goodPage);
    const worker = httpWorker(server.baseUrl);
    await worker.work(10);
    await server.close();
    expect(worker.store.now()).toMatchObject({ state: 'open', reason: 'failures' });
    expect(worker.jobs.sent).toHaveLength(10);
  });
});

/** A proxy between the worker and TMDB: it carries tunnels that it cannot read, and its failures bear its name. */
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { tmdbHttp } from '../../src/shared/tmdb/tmdb-http.ts';
import { startConnectProxy, startSocketServer } from '../support/connect-proxy.ts';
import { goodPage } from '../support/http-faults.ts';
import { startHttpServer } from '../support/http-server.ts';
import { httpWorker } from '../support/http-worker.ts';
import { startHttpsServer } from '../support/https-server.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

const token = 'secret-token-77ab';
const baseUrl = 'https://api.themoviedb.org/3';
const request = { path: '/movie/popular', query: { page: '1' } };

/** What comes of one call by way of the environment `proxies`. */
const call = (proxies: Record<string, string>, url = baseUrl) =>
  tmdbHttp({ baseUrl: url, token: async () => token, proxies }, { ...defaultSettings.tmdb, requestTimeoutMs: 400 }).get(
    request,
  );

const socketServer = async (act: (socket: Socket) => void) => {
  const server = await startSocketServer(act);
  onTestFinished(() => server.close());
  return `http://user:hidden-password@127.0.0.1:${server.port}`;
};

describe('a proxy', () => {
  it('is asked for a tunnel, with its credentials, and reads neither token nor path', async () => {
    const server = await startHttpsServer(goodPage);
    const proxy = await startConnectProxy(Number(new URL(server.baseUrl).port));
    const answer = await call({ HTTPS_PROXY: `http://user:hidden-password@127.0.0.1:${proxy.port}` });
    expect(proxy.tunnels).toEqual(['api.themoviedb.org:443']);
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('user:hidden-password').toString('base64')}`]);
    expect(proxy.readable).toEqual([]);
    // The server's certificate is nobody's: that is the tunnel's end, and not the proxy.
    expect(answer).toMatchObject({ code: 'depth_zero_self_signed_cert' });
    expect(JSON.stringify(answer)).toContain('api.themoviedb.org is not trusted');
    await Promise.all([proxy.close(), server.close()]);
  });

  it.each(['407 Proxy Authentication Required', '403 Forbidden', '502 Bad Gateway', '504 Gateway Timeout'])(
    'that answers %s is named, without its credentials',
    async (status) => {
      const proxy = await startConnectProxy(undefined, `HTTP/1.1 ${status}\r\n\r\n<html>`);
      const answer = await call({ HTTPS_PROXY: `http://user:hidden-password@127.0.0.1:${proxy.port}` });
      await proxy.close();
      expect(answer).toMatchObject({ kind: 'no-response', code: `proxy_${status.slice(0, 3)}` });
      expect(JSON.stringify(answer)).toContain(`the proxy at 127.0.0.1:${proxy.port} opened no tunnel`);
      expect(JSON.stringify(answer)).not.toContain('hidden-password');
    },
  );

  it.each<[string, (socket: Socket) => void, string]>([
    ['does not answer', () => undefined, 'proxy_timeout'],
    ['hangs up', (socket) => socket.end(), 'proxy_broke_off'],
    ['resets the connection', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'proxy_econnreset'],
    ['is none', (socket) => socket.once('data', () => socket.end('SSH-2.0 hello\r\n')), 'proxy_broke_off'],
  ])('that %s is named, without its credentials', async (_what, act, code) => {
    const answer = await call({ HTTPS_PROXY: await socketServer(act) });
    expect(answer).toMatchObject({ kind: 'no-response', code });
    expect(JSON.stringify(answer)).toMatch(/the proxy at 127\.0\.0\.1:\d+ /);
    expect(JSON.stringify(answer)).not.toContain('hidden-password');
  });

  it('that nobody runs is named', async () => {
    const answer = await call({ HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect(answer).toMatchObject({
      code: 'proxy_econnrefused',
      detail: expect.stringMatching(/^the proxy at 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/),
    });
  });

  it('is not asked about this machine', async () => {
    const proxy = await startConnectProxy(undefined);
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const http = await startHttpServer((response) => response.end(goodPage));
    const local = await call({ HTTPS_PROXY, HTTP_PROXY: HTTPS_PROXY }, http.baseUrl);
    expect(local).toMatchObject({ kind: 'response', status: 200 });
    expect([proxy.tunnels, proxy.readable]).toEqual([[], []]);
    await Promise.all([proxy.close(), http.close()]);
  });
});

describe('a certificate', () => {
  const dayMs = 86_400_000;
  it('is told from others by what is wrong with it', async () => {
    const server = await startHttpsServer(goodPage, selfSignedCertificate(new Date(0), new Date(dayMs)));
    const worker = httpWorker(server.baseUrl);
    await worker.work();
    await server.close();
    const [{ code, detail } = { code: '', detail: '' }] = worker.telemetry.eventsOf('job-deferred');
    expect(code).toMatch(/^(cert_has_expired|depth_zero_self_signed_cert)$/);
    expect(detail).toMatch(/^the certificate of 127\.0\.0\.1:\d+ (has expired|is not trusted)/);
  });
});

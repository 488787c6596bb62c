/** Behind a proxy: the check of the token and the jobs go through it alike, and a proxy that does not work is named. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { oneDocument, runCli } from '../support/cli-process.ts';
import { startConnectProxy, startTlsFront } from '../support/connect-proxy.ts';
import { validCertificate } from '../support/https-server.ts';
import { startListServer } from '../support/list-server.ts';
import { runSummarySchema } from '../support/run-summary.ts';
import { testFolder } from '../support/scratch-folder.ts';

const daily = ['run', 'daily', '--json', '--timeout', '40s', '--settings', 'settings.json'];

/** The name of TMDB leads to a server that only the proxy knows, and a certificate for it that only NODE_EXTRA_CA_CERTS makes trusted. */
async function behindProxy() {
  const server = await startListServer();
  const certificate = validCertificate('api.themoviedb.org');
  const front = await startTlsFront(certificate, Number(new URL(server.baseUrl).port));
  const proxy = await startConnectProxy(front.port);
  onTestFinished(async () => {
    await Promise.all([proxy.close(), front.close(), server.close()]);
  });
  const cwd = testFolder();
  const trusted = join(cwd, 'ca.pem');
  writeFileSync(join(cwd, 'settings.json'), JSON.stringify({ writer: { batchSize: 10, batchingWindowSeconds: 0 } }));
  writeFileSync(trusted, certificate.cert);
  const environment = {
    TMDB_BASE_URL: 'https://api.themoviedb.org/3',
    TMDB_API_TOKEN: 'secret-of-this-test',
    HTTPS_PROXY: `http://user:hidden-password@127.0.0.1:${proxy.port}`,
    // Whoever asked this one would be told so.
    HTTP_PROXY: 'http://127.0.0.1:1',
  };
  return { server, proxy, cwd, environment, trusted };
}

describe('a run behind a proxy', () => {
  it('checks the token and works the jobs through its tunnels', async () => {
    const { server, proxy, cwd, environment, trusted } = await behindProxy();
    const { code, stdout, stderr } = await runCli(daily, {
      cwd,
      environment: { ...environment, NODE_EXTRA_CA_CERTS: trusted },
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(runSummarySchema.parse(oneDocument(stdout)).rows.received).toBe(140);
    expect(server.requests.map(({ path }) => path)).toContain('/authentication');
    expect(server.requests).toHaveLength(8);
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(2);
    expect(new Set(proxy.tunnels)).toEqual(new Set(['api.themoviedb.org:443']));
    expect(proxy.readable).toEqual([]);
    expect(stdout + stderr).not.toMatch(/hidden-password|secret-of-this-test/);
  });

  it('does not begin where the certificate is not trusted, and says what to set', async () => {
    const { server, cwd, environment } = await behindProxy();
    const { code, stderr } = await runCli(daily, { cwd, environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: TMDB at api\.themoviedb\.org cannot be reached, and nothing was started: the certificate of api\.themoviedb\.org is not trusted: .*NODE_EXTRA_CA_CERTS.*\n$/,
    );
    expect(server.requests).toEqual([]);
  });
});

describe('a proxy that cannot be used', () => {
  const token = { TMDB_API_TOKEN: 'secret-of-this-test', TMDB_BASE_URL: 'https://api.themoviedb.org/3' };

  it.concurrent.each([
    ['socks5://user:hidden-password@127.0.0.1:1080', 2, /^error: HTTPS_PROXY names a socks5 proxy: allowed are .*\n$/],
    [
      'http://user:hidden-password@127.0.0.1:1',
      1,
      /^error: TMDB at api\.themoviedb\.org cannot be reached, and nothing was started: the proxy at 127\.0\.0\.1:1 cannot .*\n$/,
    ],
  ])('is refused in one sentence: %s', async (HTTPS_PROXY, code, sentence) => {
    const result = await runCli(['run', 'daily'], { environment: { ...token, HTTPS_PROXY } });
    expect(result).toMatchObject({ code, stderr: expect.stringMatching(sentence) });
    expect(result.stderr).not.toContain('hidden-password');
  });

  it.concurrent('is named by commands on AWS too', async () => {
    const proxy = await startConnectProxy(undefined);
    const { code, stderr } = await runCli(['status', '--stack', 'aws'], {
      environment: {
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
        HTTPS_PROXY: `http://user:hidden-password@127.0.0.1:${proxy.port}`,
      },
    });
    await proxy.close();
    expect(new Set(proxy.tunnels)).toEqual(new Set(['cloudformation.us-east-1.amazonaws.com:443']));
    expect(code).toBe(1);
    expect(stderr).toMatch(/the proxy at 127\.0\.0\.1:\d+ opened no tunnel: it answered HTTP 502/);
    expect(stderr).not.toContain('hidden-password');
  });
});

/** Pages of other origins in a real browser, which itself holds the answers against the rules of CORS. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpServer, type TestHttpServer } from '../../support/http-server.ts';
import { describeInBrowser, type OpenedPage, type RealBrowser } from '../../support/real-browser.ts';
import { type ServedReader, startServedReader } from '../../support/served-reader.ts';

/** Names that the browser finds on this machine: one is in the settings. */
const [app, foreign] = ['http://app.example', 'http://foreign.example'];
let served: ServedReader;
let site: TestHttpServer;
beforeAll(async () => {
  site = await startHttpServer((response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>application</title>');
  });
  served = await startServedReader('token-of-the-page', [app]);
}, 120_000);
afterAll(async () => {
  await served?.stop();
  await site?.close();
}, 30_000);

/** What the script of a page has of an answer, or why it has none. */
type Read = { status: number; headers: Record<string, string>; text: string } | { refused: string };
type Init = { method?: string; headers?: Record<string, string>; cache?: string };

/** Fetches from a page, in the page's own words. */
function fetchFrom(page: Page, target: string, init: Init = {}): Promise<Read> {
  const [url, sent] = [served.endpoint + target, { cache: 'no-store', ...init }].map((one) => JSON.stringify(one));
  return page.evaluate(
    `fetch(${url}, ${sent}).then(
      async (answer) => ({ status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }),
      (error) => ({ refused: String(error) }),
    )`,
  ) as Promise<Read>;
}

const view = { width: 1280, height: 800, colorScheme: 'light' } as const;
const readTargets = [
  '/v1/lists/popular/movie?limit=3',
  '//v1/lists/popular/movie/',
  '/v1/titles/movie/1?include=details',
  '/v1/find/tvdb/81189',
  '/v1/recommendations?limit=3',
  '/v1/health',
  '/',
  '/openapi.json',
];
/** Where a page of the site can be opened, by its origin. */
const originsOnLoopback = () => [site.baseUrl, site.baseUrl.replace('127.0.0.1', 'localhost')];
const mapped = () =>
  `--host-resolver-rules=${[app, foreign].map((one) => `MAP ${new URL(one).host} ${new URL(site.baseUrl).host}`).join()}`;

async function withPage(browser: RealBrowser, address: string, use: (opened: OpenedPage) => Promise<void>) {
  const opened = await browser.open(`${address}/`, view);
  try {
    expect(await opened.page.evaluate('origin')).toBe(address);
    await use(opened);
  } finally {
    await opened.page.close();
  }
}

describeInBrowser(
  'a page of another origin',
  (browser) => {
    it('reads every resource where its origin is in the settings, or on this machine', async () => {
      for (const address of [app, ...originsOnLoopback()]) {
        await withPage(browser, address, async ({ page }) => {
          for (const target of readTargets) {
            const { status, bytes } = await served.ask(target);
            const read = await fetchFrom(page, target);
            expect(read, `${address} ${target}`).toMatchObject({ status });
            expect('text' in read && Object.keys(JSON.parse(read.text)), target).toEqual(
              Object.keys(JSON.parse(bytes.toString())),
            );
          }
        });
      }
    }, 60_000);

    it('reads the headers that are exposed, and what is wrong with a request', async () => {
      await withPage(browser, app, async ({ page }) => {
        const list = await fetchFrom(page, '/v1/lists/popular/movie?limit=3');
        expect(list).toMatchObject({
          headers: {
            etag: expect.stringMatching(/^W\//),
            'cache-status': expect.stringMatching(/^tmdb-pipeline; hit/),
            'cache-control': expect.stringMatching(/^public/),
          },
        });
        const wrong = await fetchFrom(page, '/v1/lists/popular/movie?limit=501');
        expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining('"limit"') });
        expect(await fetchFrom(page, '/v1/lists')).toMatchObject({ status: 404 });
        expect(await fetchFrom(page, '/v1/titles/movie/999999999')).toMatchObject({ status: 404 });
        // A form could send it without a preflight.
        expect(await fetchFrom(page, '/v1/health', { method: 'POST' })).toMatchObject({ status: 405 });
      });
    });

    it('asks by HEAD, and whether what it has is still so', async () => {
      await withPage(browser, app, async ({ page }) => {
        const target = '/v1/lists/popular/movie?limit=5';
        const head = await fetchFrom(page, target, { method: 'HEAD' });
        expect(head).toMatchObject({ status: 200, text: '', headers: { etag: expect.anything() } });
        const tag = ('headers' in head && head.headers.etag) || '';
        // The header needs a preflight.
        const kept = await fetchFrom(page, target, { headers: { 'If-None-Match': tag } });
        expect(kept).toMatchObject({ status: 304, text: '', headers: { etag: tag } });
        const changed = await fetchFrom(page, target, { headers: { 'If-None-Match': '"other"' } });
        expect(changed).toMatchObject({ status: 200, headers: { etag: tag } });
      });
    });

    it('gets from the cache of the browser what was kept for it, and checks it there', async () => {
      await withPage(browser, app, async ({ page }) => {
        const target = '/v1/lists/popular/tv?limit=3';
        const first = await fetchFrom(page, target, { cache: 'default' });
        const again = await fetchFrom(page, target, { cache: 'force-cache' });
        const checked = await fetchFrom(page, target, { cache: 'no-cache' });
        expect(first).toMatchObject({ status: 200 });
        expect(again).toEqual(first);
        // The browser asked with the tag that it had, and answers the script from what it had kept.
        expect(checked).toMatchObject({ status: 200, text: 'text' in first && first.text });
      });
    });

    it('may not send what is not allowed', async () => {
      await withPage(browser, app, async ({ page, troubles }) => {
        for (const init of [{ headers: { 'X-Own': '1' } }, { method: 'DELETE' }, { method: 'PUT' }]) {
          expect(await fetchFrom(page, '/v1/health', init)).toEqual({ refused: 'TypeError: Failed to fetch' });
        }
        expect(troubles.join('\n')).toContain('x-own is not allowed by Access-Control-Allow-Headers');
      });
    });

    it('reads nothing where its origin is another: the browser refuses it', async () => {
      await withPage(browser, foreign, async ({ page, troubles }) => {
        const targets = [...readTargets, '/v1/lists', '/v1/lists/popular/movie?limit=501'];
        for (const target of targets) {
          const read = await fetchFrom(page, target);
          expect(read, target).toEqual({ refused: 'TypeError: Failed to fetch' });
        }
        expect(await fetchFrom(page, '/v1/health', { headers: { 'If-None-Match': '"a"' } })).toHaveProperty('refused');
        const refusals = troubles.filter((trouble) => trouble.includes('blocked by CORS policy'));
        expect(refusals.length).toBeGreaterThan(targets.length);
        expect(refusals[0]).toContain("No 'Access-Control-Allow-Origin' header");
      });
    });
  },
  () => [mapped()],
);

describe('the reader behind it', () => {
  it('has not failed once', () => {
    const own = served.lines.filter(({ service }) => service === 'reader').map(({ text }) => text);
    expect(own.filter((text) => /"level":"(ERROR|CRITICAL)"/.test(text))).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AskedRequest, answerHeaders, refusalOf } from '../../src/console/request-rules.ts';

const port = 4321;
const token = 'the-token-of-this-start';
const own = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
const call: AskedRequest = {
  method: 'POST',
  path: '/api/command',
  headers: { ...own, 'content-type': 'application/json', 'x-console-token': token },
};
const refused = (over: Partial<AskedRequest>, headers: AskedRequest['headers'] = {}) =>
  refusalOf({ ...call, ...over, headers: { ...call.headers, ...headers } }, port, token)?.status;

describe('a request of the page', () => {
  it('is answered by whichever name of this machine it was opened', () => {
    for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`]) {
      expect(refused({}, { host, origin: `http://${host}` })).toBeUndefined();
    }
    expect(refused({ method: 'GET', path: '/api/live' })).toBeUndefined();
  });

  it('has no port in its names where that is the one of http', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', 'localhost:80']) {
      const headers = { ...call.headers, host, origin: `http://${host}` };
      expect(refusalOf({ ...call, headers }, 80, token)).toBeUndefined();
      expect(refusalOf({ ...call, headers }, 8080, token)?.status).toBe(421);
    }
  });

  it('may be for the page itself without a token, which holds no data', () => {
    for (const path of ['/', '/app.js', '/app.css', '/icon.svg']) {
      const headers = { host: own.host, 'sec-fetch-site': 'none' };
      expect(refusalOf({ method: 'GET', path, headers }, port, token)).toBeUndefined();
    }
  });
});

describe('a request is refused', () => {
  it.each([
    ['another host', 421, { host: `evil.example:${port}` }],
    ['a host that begins like ours', 421, { host: `127.0.0.1:${port}.evil.example` }],
    ['another port', 421, { host: '127.0.0.1:80' }],
    ['no host', 421, { host: undefined }],
    ['another origin', 403, { origin: 'https://evil.example' }],
    ['another port of this machine', 403, { origin: 'http://127.0.0.1:8080' }],
    ['our address by https', 403, { origin: `https://127.0.0.1:${port}` }],
    ['an opaque origin', 403, { origin: 'null' }],
    ['another site that hides its origin', 403, { origin: undefined, 'sec-fetch-site': 'cross-site' }],
    ['another port that hides its origin', 403, { origin: undefined, 'sec-fetch-site': 'same-site' }],
    ['no token', 401, { 'x-console-token': undefined }],
    ['a wrong token', 401, { 'x-console-token': `${token}x` }],
    ['half of the token', 401, { 'x-console-token': token.slice(0, 8) }],
    ['a form, which any site could send', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text, which any site could send', 415, { 'content-type': 'text/plain' }],
  ])('for %s', (_name, status, headers) => {
    expect(refused({}, headers)).toBe(status);
  });

  it('for another method', () => {
    expect(refused({ method: 'GET' })).toBe(405);
    expect(refused({ method: 'POST', path: '/api/live' })).toBe(405);
    expect(refused({ method: 'PUT', path: '/' })).toBe(405);
    expect(refused({ method: 'OPTIONS' })).toBe(405);
  });

  it('for any token but the right one, and for any path below /api/ without it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (given, path) => {
        fc.pre(given !== token);
        expect(refused({}, { 'x-console-token': given })).toBe(401);
        expect(refused({ path: `/api/${path}` }, { 'x-console-token': given })).toBe(401);
      }),
    );
  });
});

describe('the headers of every answer', () => {
  it('let nothing run or load but our own files, and nobody frame them', () => {
    const headers = answerHeaders(false);
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });

  it("admit pictures of TMDB's host, and only these, where they are switched on", () => {
    const [without, withImages] = [false, true].map((on) => answerHeaders(on)['content-security-policy'] ?? '');
    expect(withImages).toBe(without?.replace("img-src 'self'", "img-src 'self' https://image.tmdb.org"));
  });
});

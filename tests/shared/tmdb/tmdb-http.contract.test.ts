import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import axios, { CanceledError } from 'axios';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { classifyAnswer } from '../../../src/shared/tmdb/classify-answer.ts';
import { type TmdbWire, tmdbHttp } from '../../../src/shared/tmdb/tmdb-http.ts';
import type { TmdbAnswer } from '../../../src/shared/tmdb/tmdb-port.ts';
import { badAnswers } from '../../support/bad-answers.ts';
import { type RequestHandler, startHttpServer, type TestHttpServer } from '../../support/http-server.ts';

const token = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0LXRva2Vu.v3rY-s3cr3t';
const limits = { ...defaultSettings.tmdb, requestTimeoutMs: 5_000, maxBodyBytes: 10_000 };
const request = { path: '/trending/all/day', query: { language: 'ja-JP', page: '1' } };
const page = JSON.stringify({ page: 1, results: [{ id: 550, name: 'Amélie 映画 🎬' }] });

let server: TestHttpServer;

beforeAll(async () => {
  server = await startHttpServer((response) => response.end(page));
});
beforeEach(() => server.answerWith((response) => response.end(page)));
afterAll(() => server.close());

/** One call; what comes back holds the token nowhere, whatever it is. */
async function get(handler?: RequestHandler, over: Partial<typeof limits> = {}): Promise<TmdbAnswer> {
  if (handler !== undefined) {
    server.answerWith(handler);
  }
  const tmdb = tmdbHttp({ baseUrl: `${server.baseUrl}/3`, token: async () => token }, { ...limits, ...over });
  return withoutToken(await tmdb.get(request));
}

function withoutToken(answer: TmdbAnswer): TmdbAnswer {
  const shown = inspect(answer, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  expect(shown).not.toContain(token);
  expect(shown).not.toContain('Bearer');
  return answer;
}

const okAnswer = { kind: 'response', status: 200, body: page, retryAfter: undefined };

describe('a call', () => {
  it('is a GET below the base URL, with the token in its header only', async () => {
    expect(await get()).toEqual(okAnswer);
    const seen = server.seen.at(-1);
    expect(seen).toMatchObject({ method: 'GET', url: '/3/trending/all/day?language=ja-JP&page=1' });
    expect(seen?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
    });
    expect(seen?.url).not.toContain(token);
  });

  it('says names of parts with their slashes and commas as they are', async () => {
    const query = { append_to_response: 'credits,watch/providers', language: 'de-DE' };
    await tmdbHttp({ baseUrl: server.baseUrl, token: async () => token }, limits).get({ path: '/movie/550', query });
    expect(server.seen.at(-1)?.url).toBe('/movie/550?append_to_response=credits,watch/providers&language=de-DE');
  });

  it('says its query so that TMDB reads it back', async () => {
    const query = { with_watch_monetization_types: 'flatrate|free|ads', 'vote_count.gte': '100', with_genres: '18,35' };
    await tmdbHttp({ baseUrl: server.baseUrl, token: async () => token }, limits).get({
      path: '/discover/movie',
      query,
    });
    const { pathname, searchParams } = new URL(server.seen.at(-1)?.url ?? '', server.baseUrl);
    expect(pathname).toBe('/discover/movie');
    expect(Object.fromEntries(searchParams)).toEqual(query);
  });

  it('keeps its connection for the next one', async () => {
    const tmdb = tmdbHttp({ baseUrl: server.baseUrl, token: async () => token }, limits);
    const from = server.seen.length;
    await tmdb.get(request);
    await tmdb.get(request);
    await tmdb.get(request);
    const connections = server.seen.slice(from).map(({ connection }) => connection);
    expect(connections).toHaveLength(3);
    expect(new Set(connections).size).toBe(1);
  });

  it('goes to TMDB itself, whatever proxy the environment names', async () => {
    const proxy = await startHttpServer((response) => response.end('from the proxy'));
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'] as const;
    const before = names.map((name) => [name, process.env[name]] as const);
    try {
      for (const name of names) {
        process.env[name] = proxy.baseUrl;
      }
      expect(await get()).toEqual(okAnswer);
      expect(proxy.seen).toEqual([]);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = value;
        }
      }
      await proxy.close();
    }
  });
});

describe('an address that is neither TMDB’s nor this machine’s', () => {
  it.each([
    'https://tmdb.example/3',
    'https://api.themoviedb.org@tmdb.example/3',
    'http://api.themoviedb.org/3',
    'nonsense',
  ])('gets no call, and its token is not even read: %s', async (baseUrl) => {
    const asked: string[] = [];
    const transport: TmdbWire['transport'] = async () => {
      asked.push('a call');
      throw new Error('a call was made');
    };
    const source = async () => {
      asked.push('the token');
      return token;
    };
    const wire = { transport, deadline: () => new AbortController().signal };
    const answer = await tmdbHttp({ baseUrl, token: source }, limits, wire).get(request);
    expect(answer).toMatchObject({ kind: 'no-token', detail: expect.stringContaining('https://api.themoviedb.org/3') });
    expect(asked).toEqual([]);
  });

  it('is not reached by a path that names one', async () => {
    const urls: string[] = [];
    const transport: TmdbWire['transport'] = async (config) => {
      urls.push(new URL(axios.getUri(config)).host);
      return { data: Buffer.from('{}'), status: 200, statusText: '', headers: {}, config };
    };
    const wire = { transport, deadline: () => new AbortController().signal };
    const tmdb = tmdbHttp({ baseUrl: 'https://api.themoviedb.org/3', token: async () => token }, limits, wire);
    for (const path of [
      'https://tmdb.example/3/movie/1',
      '//tmdb.example/3/movie/1',
      '/\\tmdb.example/',
      '@tmdb.example/',
    ]) {
      await tmdb.get({ path, query: {} });
    }
    expect(urls).toEqual(urls.map(() => 'api.themoviedb.org'));
    expect(urls).toHaveLength(4);
  });
});

describe('a wire that is given', () => {
  const port = (transport: TmdbWire['transport'], deadline = () => new AbortController().signal) =>
    tmdbHttp({ baseUrl: 'https://api.themoviedb.org/3', token: async () => token }, limits, { transport, deadline });

  it('carries the request, and its answer is judged as any other', async () => {
    const urls: string[] = [];
    const tmdb = port(async (config) => {
      urls.push(`${axios.getUri(config)} ${config.headers.get('Authorization')}`);
      const request = { res: { rawHeaders: ['retry-after', '7'] } };
      return { data: Buffer.from(`{"you": "${token}"}`), status: 429, statusText: '', headers: {}, config, request };
    });
    const answer = await tmdb.get(request);
    expect(answer).toEqual({ kind: 'response', status: 429, body: `{"you": "${token}"}`, retryAfter: '7' });
    expect(urls).toEqual([`https://api.themoviedb.org/3/trending/all/day?language=ja-JP&page=1 Bearer ${token}`]);
  });

  it('hears of its own deadline', async () => {
    const over = new AbortController();
    const tmdb = port(
      (config) =>
        new Promise((_resolve, reject) =>
          config.signal?.addEventListener?.('abort', () => reject(new CanceledError())),
        ),
      () => over.signal,
    );
    const answer = tmdb.get(request);
    await new Promise((resolve) => setImmediate(resolve));
    over.abort();
    expect(await answer).toMatchObject({ kind: 'no-response', code: 'timeout' });
  });
});

describe('an answer', () => {
  it.each(['gzip', 'GZIP', 'x-gzip'])('is unpacked when it is declared as %s', async (encoding) => {
    const handler: RequestHandler = (response) => {
      response.writeHead(200, { 'Content-Encoding': encoding });
      response.end(gzipSync(page));
    };
    expect(await get(handler)).toEqual(okAnswer);
  });

  it.each(['identity', 'gzip', ''])(
    'is read as it is when it is declared as %j and is not packed',
    async (encoding) => {
      expect(await get((response) => response.writeHead(200, { 'Content-Encoding': encoding }).end(page))).toEqual(
        okAnswer,
      );
    },
  );

  it('is unpacked only once', async () => {
    const answer = await get((response) => response.end(gzipSync(gzipSync(page))));
    expect(answer).toMatchObject({ body: '', unreadable: { code: 'not_utf8' } });
  });

  it.each([
    ['br', brotliCompressSync(page)],
    ['deflate', deflateSync(page)],
    ['zstd', zstdCompressSync(page)],
    ['compress', Buffer.from([0x1f, 0x9d, 0x90, 1])],
    ['rot13', Buffer.from('readable, and nonsense')],
  ])('in the encoding %s, which was not asked for, is told as such, with its status', async (encoding, bytes) => {
    for (const status of [200, 503]) {
      const answer = await get((response) => response.writeHead(status, { 'Content-Encoding': encoding }).end(bytes));
      const detail = `${bytes.length} bytes in an encoding that was not asked for (${encoding})`;
      expect(answer).toMatchObject({
        kind: 'response',
        status,
        body: '',
        unreadable: { code: 'unknown_encoding', detail },
      });
      const code = status === 200 ? 'unknown_encoding' : 'http_503';
      expect(classifyAnswer(answer, 0)).toMatchObject({ fate: 'retry', code });
    }
  });

  it.each([204, 304, 502])('without a body is read whatever its encoding, with status %i', async (status) => {
    const answer = await get((response) => response.writeHead(status, { 'Content-Encoding': 'br' }).end());
    expect(answer).toEqual({ kind: 'response', status, body: '', retryAfter: undefined });
  });

  it('is cut off at the limit before it is unpacked', async () => {
    const noise = Buffer.from(Array.from({ length: 12_000 }, (_, n) => (n * n * 31 + (n >> 3)) % 251));
    const packed = gzipSync(noise, { level: 0 });
    const answer = await get((response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed));
    expect(answer).toMatchObject({ kind: 'no-response', code: 'answer_too_large' });
  });

  it('is unpacked when it is gzip and does not say so', async () => {
    expect(await get((response) => response.end(gzipSync(page)))).toEqual(okAnswer);
  });

  it('is read with a byte order mark, packed or not, and keeps those that are text', async () => {
    const marked = `\ufeff${page}`;
    expect(await get((response) => response.end(marked))).toEqual(okAnswer);
    expect(await get((response) => response.end(gzipSync(marked)))).toEqual(okAnswer);
    const twice = await get((response) => response.end(`\ufeff"\ufeffA"`));
    expect(twice).toMatchObject({ body: '"\ufeffA"' });
  });

  it('is what was sent, whatever word the token is', async () => {
    for (const word of ['en', 'movie', 'Amélie'.slice(0, 2), '/']) {
      const tmdb = tmdbHttp({ baseUrl: server.baseUrl, token: async () => word }, limits);
      expect(await tmdb.get(request)).toEqual(okAnswer);
    }
  });

  it.each([
    ['declared', { 'Content-Encoding': 'gzip' }],
    ['not declared', {}],
  ])('that unpacks to more than the limit is not unpacked beyond it: %s', async (_name, headers) => {
    const megabyte = Buffer.alloc(1_048_576, ' ');
    const bomb = await buffer(
      Readable.from(Array.from({ length: 256 }, () => megabyte)).pipe(createGzip({ level: 1 })),
    );
    const peakKiB = process.resourceUsage().maxRSS;
    const answer = await get((response) => response.writeHead(200, headers).end(bomb), { maxBodyBytes: 2_000_000 });
    expect(answer).toMatchObject({ kind: 'no-response', code: 'answer_too_large' });
    expect(process.resourceUsage().maxRSS - peakKiB).toBeLessThan(64 * 1_024);
  });

  it('comes whole when it comes in pieces', async () => {
    const handler: RequestHandler = (response) => {
      for (const byte of Buffer.from(page)) {
        response.write(Buffer.from([byte]));
      }
      response.end();
    };
    expect(await get(handler)).toEqual(okAnswer);
  });

  it('may be as large as the limit', async () => {
    const answer = await get((response) => response.end('x'.repeat(10_000)));
    expect(answer).toMatchObject({ kind: 'response', status: 200, body: 'x'.repeat(10_000) });
  });

  it.each([204, 304, 400, 404, 422, 429, 500, 503, 504])('of status %i is an answer too', async (status) => {
    const handler: RequestHandler = (response) => response.writeHead(status).end();
    expect(await get(handler)).toMatchObject({ kind: 'response', status, body: '' });
  });

  it.each(['7', '1.5', 'Mon, 23 Nov 2026 08:00:09 GMT', '', 'soon'])(
    'carries Retry-After verbatim: %j',
    async (value) => {
      expect(await get((response) => response.writeHead(429, { 'Retry-After': value }).end('{}'))).toMatchObject({
        status: 429,
        retryAfter: value,
      });
    },
  );

  it('says who answered, as far as that says it of itself, in printable text of 120 characters', async () => {
    const from = async (headers: Record<string, string>) => {
      const answer = await get((response) => response.writeHead(403, headers).end('<html>'));
      return answer.kind === 'response' ? answer.server : 'no answer';
    };
    expect(await from({ Server: 'openresty' })).toBe('openresty');
    expect(await from({ Via: '1.1 edge (CloudFront)' })).toBe('via 1.1 edge (CloudFront)');
    expect(await from({ Server: 'openresty', Via: '1.1 edge (CloudFront)' })).toBe(
      'openresty via 1.1 edge (CloudFront)',
    );
    expect(await from({ Server: ' caf\xe9\t1.0 \x85 ' })).toBe('caf 1.0');
    expect(await from({ Server: 's'.repeat(5_000) })).toBe('s'.repeat(120));
    expect(await from({})).toBeUndefined();
  });

  it.each([
    [
      'truncated gzip',
      gzipSync(page).subarray(0, -12),
      'broken_gzip',
      /^\d+ gzip bytes that cannot be unpacked \(Z_BUF_ERROR\)$/,
    ],
    ['two bytes of gzip', Buffer.from([0x1f, 0x8b]), 'broken_gzip', /^2 gzip bytes .* \(Z_BUF_ERROR\)$/],
    ['damaged gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 'broken_gzip', /\(Z_DATA_ERROR\)$/],
    ['Latin-1', Buffer.from('{"title":"Am\xe9lie"}', 'latin1'), 'not_utf8', /^18 bytes that are not UTF-8$/],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'not_utf8', /^6 bytes/],
    ['Latin-1 in gzip', gzipSync(Buffer.from([0xe9])), 'not_utf8', /^1 bytes/],
  ])('whose bytes are %s is told as such, with its status', async (_name, bytes, code, detail) => {
    for (const status of [200, 403]) {
      const answer = await get((response) => response.writeHead(status).end(bytes));
      expect(answer).toMatchObject({
        kind: 'response',
        status,
        body: '',
        unreadable: { code, detail: expect.stringMatching(detail) },
      });
      expect(classifyAnswer(answer, 0)).toMatchObject({ fate: 'retry', code: status === 200 ? code : 'http_403' });
    }
  });

  it('carries a Retry-After that was sent twice', async () => {
    const answer = await get((response) => {
      response.writeHead(429, [
        ['Retry-After', '1'],
        ['Retry-After', '30'],
      ]);
      response.end('{}');
    });
    expect(answer).toMatchObject({ status: 429, retryAfter: '1, 30' });
  });
});

describe('a bad answer', () => {
  const timeoutFor = ({ code }: { code?: RegExp }) => (code?.test('timeout') ? 80 : 5_000);

  it.each(badAnswers)('is told as it is, without the token: $name', async (bad) => {
    const answer = await get(bad.handler, { requestTimeoutMs: timeoutFor(bad) });
    if (answer.kind === 'response') {
      expect(answer.status).toBe(bad.status);
    } else {
      const { code } = answer as Extract<TmdbAnswer, { kind: 'no-response' }>;
      expect(code).toMatch(bad.code ?? /^none was expected$/);
      expect(answer.detail).toMatch(/^[^\n]{10,120}$/);
    }
  });

  it('does not spoil the connection for the next call', async () => {
    for (const { handler } of badAnswers) {
      const tmdb = tmdbHttp({ baseUrl: server.baseUrl, token: async () => token }, { ...limits, requestTimeoutMs: 80 });
      server.answerWith(handler);
      await tmdb.get(request);
      server.answerWith((response) => response.end(page));
      expect(await tmdb.get(request)).toEqual(okAnswer);
    }
  });

  it('is told when nobody listens', async () => {
    const gone = await startHttpServer(() => undefined);
    await gone.close();
    const answer = await tmdbHttp({ baseUrl: gone.baseUrl, token: async () => token }, limits).get(request);
    expect(withoutToken(answer)).toMatchObject({ kind: 'no-response', code: 'econnrefused' });
  });

  it('is not even asked for with an empty token, which no answer could be searched for', async () => {
    const seen = server.seen.length;
    const tmdb = tmdbHttp({ baseUrl: server.baseUrl, token: async () => '' }, limits);
    expect(await tmdb.get(request)).toEqual({ kind: 'no-token', detail: 'the token is empty' });
    expect(server.seen).toHaveLength(seen);
  });

  it.each(['\n', '\r\nX-Other: 1', '\u0000', ' 映'])(
    'is told, and not the token, when the token is followed by %j',
    async (suffix) => {
      const tmdb = tmdbHttp({ baseUrl: server.baseUrl, token: async () => `${token}${suffix}` }, limits);
      withoutToken(await tmdb.get(request));
      expect(server.seen.at(-1)?.headers).not.toHaveProperty('x-other');
    },
  );

  it.each(badAnswers)('is worth another try, but for a refused token: $name', async (bad) => {
    const fates = new Map([['a 401', 'stop']]);
    const answer = await get(bad.handler, { requestTimeoutMs: timeoutFor(bad) });
    expect(classifyAnswer(answer, 0).fate).toBe(fates.get(bad.name) ?? 'retry');
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of status %i is not followed: the other server sees no request',
    async (status) => {
      const other = await startHttpServer((response) => response.end(page));
      const handler: RequestHandler = (response) => {
        response.writeHead(status, { Location: `${other.baseUrl}/3/trending/all/day` });
        response.end();
      };
      expect(await get(handler)).toMatchObject({ kind: 'response', status, body: '' });
      expect(other.seen).toEqual([]);
      await other.close();
    },
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/shared/core/system-clock.ts';
import { dynamoClient } from '../../../src/shared/tables/aws-clients.ts';
import { emfDocumentSchema, emfProblems } from '../../support/emf-schema.ts';
import { outsideAddresses, tryToConnect } from '../../support/local-addresses.ts';
import { type ServedReader, startServedReader } from '../../support/served-reader.ts';
import { repositoryRoot } from '../../support/shared-data.ts';
import { queryIndex } from '../../support/table-dump.ts';
import { until } from '../../support/until.ts';

const token = 'secret-of-the-served-reader';
let served: ServedReader;
beforeAll(async () => {
  served = await startServedReader(token);
});
afterAll(() => served?.stop(), 30_000);

const list = '/v1/lists/popular/movie?limit=40';
type Body = { from: string; titles: { id: number }[]; title: { id: number } };
const bodyOf = ({ text }: { text: string }) => JSON.parse(text) as Body;

/** The EMF documents of the reader so far. */
const records = () => served.lines.filter(({ service, text }) => service === 'reader' && text.includes('"_aws"'));
type Gathered = number[] | { Values: number[]; Counts: number[] };
/** Values of one metric, in the order in which they were written. */
const valuesOf = (name: string): number[] =>
  records().flatMap(({ text }) => {
    const value = (JSON.parse(text) as Record<string, Gathered>)[name] ?? [];
    return Array.isArray(value)
      ? value
      : value.Values.flatMap((one, at) => Array.from({ length: value.Counts[at] ?? 0 }, () => one));
  });
/** Reads what is in memory until a record is written: with it all reads before are. */
async function written(): Promise<void> {
  const before = records().length;
  await until('a record is written', async () => {
    await served.ask(list);
    return records().length > before;
  });
}

describe('the bundle behind its URL', () => {
  it('answers a list as the index has it: from the table, and the next time from memory', async () => {
    const [first, again] = [await served.ask(list), await served.ask(list)];
    const client = dynamoClient({ endpoint: served.dynamodb, region: 'us-east-1' });
    const placed = await queryIndex(client, 'popular/global/en-US', 'movie');
    client.destroy();
    expect(first).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(bodyOf(first)).toMatchObject({ from: 'table', stale: false });
    expect(bodyOf(first).titles.map(({ id }) => id)).toEqual(placed.map(({ id }) => id));
    expect(bodyOf(again)).toMatchObject({ from: 'memory', titles: bodyOf(first).titles });
    expect(again.headers.etag).toBe(first.headers.etag);
  });

  it('answers 304 over the wire without a body', async () => {
    const { headers } = await served.ask(list);
    const again = await served.ask(list, { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(again.headers).not.toHaveProperty('content-type');
  });

  it('sends bytes that are what their header says', async () => {
    const plain = await served.ask(list);
    const zipped = await served.ask(list, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(bodyOf({ text: gunzipSync(zipped.bytes).toString() }).titles).toEqual(bodyOf(plain).titles);
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 2);
  });

  it('fetches what nobody has from TMDB, and has it afterwards', async () => {
    const target = '/v1/lists/popular/tv?region=FR&language=fr-FR';
    const before = served.simulator.stats().requests;
    const first = await served.ask(target);
    expect(first.headers['cache-status']).toBe('tmdb-pipeline; fwd=miss; detail=tmdb');
    expect(served.simulator.stats().requests).toBeGreaterThan(before);
    await until('the page is in the table', async () => {
      const client = dynamoClient({ endpoint: served.dynamodb, region: 'us-east-1' });
      const rows = await queryIndex(client, 'popular/FR/fr-FR', 'tv');
      client.destroy();
      return rows.length >= 20;
    });
    const again = await served.ask(target);
    expect(again.headers['cache-status']).toMatch(/^tmdb-pipeline; hit;/);
    expect(bodyOf(again).titles).toEqual(bodyOf(first).titles);
  });

  it('answers many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => served.ask('/v1/lists/trending/all')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => JSON.stringify(bodyOf(answer).titles))).size).toBe(1);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PROPFIND'])('takes no %s', async (method) => {
    const answer = await served.ask('/v1/health', { method, ...(method === 'POST' && { body: '{}' }) });
    expect(answer).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS', 'content-type': 'application/problem+json' },
    });
    expect(answer.text).toContain('method_not_allowed');
  });

  it.each(['identity', 'gzip'])(
    'answers HEAD with the headers that GET has (%s), and nothing after them',
    async (coding) => {
      for (const target of [list, '/v1/titles/movie/abc', '/v1/lists', '/openapi.json']) {
        const headers = { 'accept-encoding': coding };
        const [got, asked] = [
          await served.ask(target, { headers }),
          await served.ask(target, { headers, method: 'HEAD' }),
        ];
        // A second may pass between the two, and age, life and tier with it.
        const lasting = (headers: Record<string, string>) =>
          Object.entries(headers).map(([name, value]) =>
            /^(date|cache-control|cache-status|content-length)$/.test(name) ? [name] : [name, value],
          );
        expect(lasting(asked.headers), target).toEqual(lasting(got.headers));
        expect(Math.abs(Number(asked.headers['content-length']) - got.bytes.length), target).toBeLessThan(20);
        expect(got.headers['content-length']).toBe(String(got.bytes.length));
        expect(asked).toMatchObject({ status: got.status, text: '' });
      }
      const { headers } = await served.ask(list);
      const kept = await served.ask(list, { method: 'HEAD', headers: { 'if-none-match': headers.etag ?? '' } });
      expect(kept).toMatchObject({ status: 304, text: '', headers: { etag: headers.etag } });
    },
  );

  it.each(['/v1/health', '/', '*', '//v1//lists/popular/movie/'])(
    'says what it takes, asked by OPTIONS %s',
    async (target) => {
      const answer = await served.ask(target, { method: 'OPTIONS' });
      expect(answer).toMatchObject({ status: 204, text: '', headers: { allow: 'GET, HEAD, OPTIONS' } });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers).not.toHaveProperty('content-type');
    },
  );

  it.each([
    [
      '/v1/health',
      ['//v1/health', '/v1/health/', '/v1//health//', 'http://127.0.0.1:1/v1/health', 'HTTP://x//v1/health'],
    ],
    ['/', ['//', '/v1', '/v1/', '//v1//', 'http://127.0.0.1:1', 'http://127.0.0.1:1/']],
    ['/openapi.json', ['//openapi.json', '/openapi.json/']],
  ])('answers %s by whatever slashes and form it is asked', async (target, others) => {
    const usual = await served.ask(target);
    expect(usual.status).toBe(200);
    for (const other of others) {
      const answer = await served.ask(other);
      expect([answer.status, Object.keys(JSON.parse(answer.text))], other).toEqual([
        200,
        Object.keys(JSON.parse(usual.text)),
      ]);
    }
  });

  it('serves its description, whose server is where it was fetched from', async () => {
    const { headers, text } = await served.ask('/openapi.json', { headers: { accept: 'application/json' } });
    const written = JSON.parse(readFileSync(join(repositoryRoot, 'docs/reader-openapi.json'), 'utf8'));
    expect(JSON.parse(text)).toEqual({ ...written, servers: [{ url: '/' }] });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' });
    const again = await served.ask('/openapi.json', { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it.each(['http://localhost:5173', 'http://127.0.0.1', 'https://[::1]:3000'])(
    'lets pages of %s read',
    async (origin) => {
      const headers = {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'if-none-match',
      };
      expect(await served.ask(list, { method: 'OPTIONS', headers })).toMatchObject({
        status: 204,
        headers: { 'access-control-allow-origin': origin, 'access-control-allow-headers': 'If-None-Match' },
      });
      expect((await served.ask(list, { headers: { origin } })).headers).toMatchObject({
        'access-control-allow-origin': origin,
        vary: 'Accept-Encoding, Origin',
      });
    },
  );

  it.each(['https://app.example', 'http://localhost.app.example', 'http://localhost:5173.app.example', 'null'])(
    'lets pages of %s read nothing',
    async (origin) => {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await served.ask(list, { method, headers: { origin } });
        expect(headers).not.toHaveProperty('access-control-allow-origin');
        expect(headers.vary).toBe('Accept-Encoding, Origin');
      }
    },
  );

  it('takes a body that it does not read, and none that is large', async () => {
    expect(await served.ask('/v1/health', { body: '{"a":1}' })).toMatchObject({ status: 200 });
    expect(await served.ask('/v1/health', { method: 'POST', body: 'x'.repeat(100_001) })).toMatchObject({
      status: 413,
    });
    expect(await served.ask('/v1/health', { body: 'x'.repeat(5_000_000) })).toMatchObject({ status: 413 });
  });

  it.each([
    '/v1/lists/%E0%A4%A/movie',
    '/v1/lists/popular/movie?limit=1e9',
    '/v1/titles/movie/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    '/v1/recommendations?liked=%00',
  ])('refuses %s without markup, and without failing', async (target) => {
    const answer = await served.ask(target);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('<');
  });

  it('is asked on this machine only', async () => {
    const { hostname, port } = new URL(served.endpoint);
    expect(await tryToConnect(hostname, Number(port))).toBe('connected');
    expect(hostname).toBe('127.0.0.1');
    const others = outsideAddresses();
    expect(await Promise.all(others.map((address) => tryToConnect(address, Number(port))))).toEqual(
      others.map(() => 'ECONNREFUSED'),
    );
  });
});

describe('what it writes', () => {
  it('is a measure of each read: hit or miss, stale or not, and how long it took', async () => {
    const names = ['CacheHit', 'StaleReads', 'ReadLatency'];
    await written();
    const before = names.map((name) => valuesOf(name).length);
    await served.ask('/v1/lists/popular/tv');
    await served.ask('/v1/lists/hidden_gems/tv');
    await served.ask('/v1/health');
    await written();
    const [hits = [], stale = [], latencies = []] = names.map((name, at) => valuesOf(name).slice(before[at]));
    // Whatever else was read to have the record written is a hit, too.
    expect(hits.filter((hit) => hit === 0)).toHaveLength(1);
    expect([stale.length, latencies.length]).toEqual([hits.length, hits.length]);
    expect(stale.every((one) => one === 0)).toBe(true);
    expect(latencies.every((ms) => ms >= 0 && ms < 10_000)).toBe(true);
  }, 60_000);

  it('is one record in ten seconds, and nothing else for reads that the cache answers', async () => {
    await written();
    const [before, counted] = [served.lines.length, valuesOf('CacheHit').length];
    const startedMs = systemClock.monotonicMs();
    for (let n = 0; n < 300; n += 1) {
      await served.ask(list);
    }
    const seconds = (systemClock.monotonicMs() - startedMs) / 1_000;
    const lines = served.lines.slice(before).filter(({ service }) => service === 'reader');
    expect(lines.filter(({ text }) => !text.includes('"_aws"'))).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(1 + seconds / 10);
    await written();
    expect(valuesOf('CacheHit').length - counted).toBeGreaterThanOrEqual(300);
  }, 60_000);

  it('is EMF as its specification has it, under the one dimension', () => {
    expect(records().length).toBeGreaterThan(1);
    for (const { text } of records()) {
      expect(emfProblems(text)).toEqual([]);
      const { service, _aws } = emfDocumentSchema.parse(JSON.parse(text));
      expect(service).toBe('reader');
      for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
        expect({ Namespace, Dimensions }).toEqual({ Namespace: 'TmdbPipeline', Dimensions: [['service']] });
        expect(Object.fromEntries(Metrics.map(({ Name, Unit }) => [Name, Unit]))).toEqual({
          CacheHit: 'Count',
          StaleReads: 'Count',
          ReadLatency: 'Milliseconds',
        });
      }
    }
  });

  it('is no warning and no error', () => {
    const own = served.lines.filter(({ service }) => service === 'reader').map(({ text }) => text);
    expect(own.filter((text) => !text.startsWith('{') || /"level":"(WARN|ERROR|CRITICAL)"/.test(text))).toEqual([]);
  });

  it('holds no token, nor does an answer', async () => {
    const answers = await Promise.all(['/v1/health', list, '/v1/titles/movie/1'].map((target) => served.ask(target)));
    const said = [...served.lines, ...answers].map(({ text }) => text).join('\n');
    const shapes = [token, encodeURIComponent(token), Buffer.from(token).toString('base64').slice(0, 20), 'Bearer'];
    expect(shapes.filter((shape) => said.includes(shape))).toEqual([]);
  });
});

import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Client, clientForTest } from './simulator-fixture.ts';

/** A raw request: unlike `fetch` it adds no header and decodes nothing. */
function rawGet(client: Client, path: string, headers: Record<string, string>) {
  return new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
    const sent = request(client.simulator.baseUrl + path, { headers: { Authorization: 'Bearer any', ...headers } });
    sent.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(pieces) }),
      );
    });
    sent.on('error', reject).end();
  });
}

describe('caching', () => {
  test('answers carry type, max-age and an ETag, and a known ETag gives 304 without a body', async () => {
    const client = await clientForTest();
    const first = await client.fetch('/movie/popular');
    expect(first.headers.get('content-type')).toBe('application/json;charset=utf-8');
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=[1-9]\d*$/);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/);
    const again = await client.fetch('/movie/popular', {
      headers: { Authorization: 'Bearer any', 'If-None-Match': `"other", ${etag}` },
    });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect(again.headers.get('etag')).toBe(etag);
    expect(again.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
  });

  test('another list does not know the ETag', async () => {
    const client = await clientForTest();
    const etag = (await client.fetch('/movie/popular')).headers.get('etag') ?? '';
    const other = await client.fetch('/movie/popular?page=2', {
      headers: { Authorization: 'Bearer any', 'If-None-Match': etag },
    });
    expect(other.status).toBe(200);
  });

  test('max-age is what is left: it falls with the clock and starts again; trending lives for minutes', async () => {
    const client = await clientForTest();
    const maxAge = async (): Promise<number> =>
      Number((await client.fetch('/trending/all/day')).headers.get('cache-control')?.split('=')[1]);
    const first = await maxAge();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(395);
    if (first > 1) {
      await client.clock.advance((first - 1) * 1000);
      expect(await maxAge()).toBe(1);
    }
    await client.clock.advance(1000);
    expect(await maxAge()).toBe(395);
  });

  test('gzip is sent to those who accept it and to no one else', async () => {
    const client = await clientForTest();
    const zipped = await rawGet(client, '/movie/popular', { 'Accept-Encoding': 'deflate, gzip;q=0.8' });
    expect(zipped.encoding).toBe('gzip');
    const plain = await rawGet(client, '/movie/popular', {});
    expect(plain.encoding).toBeUndefined();
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    expect((await rawGet(client, '/movie/popular', { 'Accept-Encoding': 'gzip;q=0' })).encoding).toBeUndefined();
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, startClient } from './simulator-fixture.ts';

type ErrorBody = { success: boolean; status_code: number; status_message: string };

let client: Client;
beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client.simulator.close());

describe('bad requests', () => {
  test.each([
    ['/movie/popular?page=0', 400, 22],
    ['/movie/popular?page=501', 400, 22],
    ['/movie/popular?page=-1', 400, 22],
    ['/movie/popular?page=1.5', 400, 22],
    ['/trending/all/day?page=two', 400, 22],
    ['/discover/movie?vote_average.gte=high', 422, 5],
    ['/discover/tv?vote_count.lte=1e', 422, 5],
    ['/movie/popular?language=*', 422, 5],
    ['/discover/movie?primary_release_date.gte=2026-13-01', 400, 23],
    ['/discover/movie?release_date.lte=tomorrow', 400, 23],
    ['/discover/tv?first_air_date.gte=2026-02-31', 400, 23],
    ['/discover/tv?air_date.lte=23.11.2026', 400, 23],
    [`/movie/2?append_to_response=${Array(21).fill('keywords').join(',')}`, 404, 34],
    ['/movie/999999999', 404, 34],
    ['/tv/999999999', 404, 34],
    ['/movie/abc', 404, 34],
    ['/trending/all/month', 404, 34],
    ['/trending/song/day', 404, 34],
    ['/nothing', 404, 34],
  ])('%s is answered %i with code %i', async (path, status, code) => {
    const got = await client.get<ErrorBody>(path);
    expect(got.status).toBe(status);
    expect(got.body).toMatchObject({ success: false, status_code: code });
    expect(got.body.status_message).not.toBe('');
    expect(got.headers.get('etag')).toBeNull();
  });

  test('page 500 is the last that is answered', async () => {
    const { status, body } = await client.get('/movie/popular?page=500');
    expect(status).toBe(200);
    expect(body.results).toEqual([]);
  });

  test.each(['POST', 'PUT', 'DELETE'])('%s on what can only be read is 405 with code 42', async (method) => {
    const got = await client.get<ErrorBody>('/movie/popular', { method, headers: { Authorization: 'Bearer any' } });
    expect(got.status).toBe(405);
    expect(got.body).toEqual({
      success: false,
      status_code: 42,
      status_message: 'This request method is not supported for this resource.',
    });
  });

  test('another method on what does not exist is 404', async () => {
    const got = await client.get<ErrorBody>('/nothing', { method: 'POST', headers: { Authorization: 'Bearer any' } });
    expect(got).toMatchObject({ status: 404, body: { status_code: 34 } });
  });

  test('paths outside /3 do not exist', async () => {
    const response = await fetch(`http://127.0.0.1:${client.simulator.port}/4/movie/popular`, {
      headers: { Authorization: 'Bearer any' },
    });
    expect(response.status).toBe(404);
  });
});

import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { FaultKind, FaultPlan } from '../../src/tmdb-simulator/fault-plan.ts';
import { type Client, clientForTest, untilSleeping, untilStats } from './simulator-fixture.ts';

type Rule = NonNullable<FaultPlan['rules']>[number];

const faultPath = '/movie/popular';

function faulty(rule: Rule): Promise<Client> {
  return clientForTest({ faults: { rules: [rule] } });
}

/** The body of the same request without faults. */
async function truth(): Promise<string> {
  return (await (await clientForTest()).fetch(faultPath)).text();
}

describe('faults with an answer of their own', () => {
  test.each<[FaultKind, number, number]>([
    ['throttle', 429, 25],
    ['serverError', 500, 11],
    ['badGateway', 502, 43],
    ['gatewayTimeout', 504, 24],
    ['unauthorized', 401, 7],
    ['notFound', 404, 34],
  ])('%s is %i with code %i', async (kind, status, code) => {
    const client = await faulty({ kind });
    const got = await client.get(faultPath);
    expect(got.status).toBe(status);
    expect(got.body).toMatchObject({ success: false, status_code: code });
    expect(got.headers.get('retry-after')).toBeNull();
    expect(client.simulator.stats()).toMatchObject({
      requests: 1,
      faulted: 1,
      answered: 0,
      throttled: 0,
      unauthorized: 0,
    });
  });

  test('emptyList is the list without its rows', async () => {
    const got = await (await faulty({ kind: 'emptyList' })).get(faultPath);
    expect([got.status, got.body]).toEqual([200, { page: 1, results: [], total_pages: 1, total_results: 0 }]);
  });

  test.each(['7', '0', 'Mon, 23 Nov 2026 08:00:30 GMT', 'soon'])(
    'throttle sends Retry-After %j unchanged',
    async (retryAfter) => {
      const client = await faulty({ kind: 'throttle', retryAfter });
      expect((await client.fetch(faultPath)).headers.get('retry-after')).toBe(retryAfter);
    },
  );

  test('unavailable is 503 with a page that is no JSON', async () => {
    const response = await (await faulty({ kind: 'unavailable' })).fetch(faultPath);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toMatch(/^<html>/);
  });

  test('redirect leads to the host that is given, or to one that does not exist', async () => {
    const response = await (await faulty({ kind: 'redirect', location: 'http://127.0.0.2:9/3/x' })).fetch(faultPath);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('http://127.0.0.2:9/3/x');
    const nowhere = await (await faulty({ kind: 'redirect' })).fetch(faultPath);
    expect(new URL(nowhere.headers.get('location') ?? '').hostname).toMatch(/\.invalid$/);
  });
});

describe('faults of a body', () => {
  test('truncatedJson ends in the middle and looks complete to HTTP', async () => {
    const response = await (await faulty({ kind: 'truncatedJson' })).fetch(faultPath);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text.length).toBeGreaterThan(100);
    expect((await truth()).startsWith(text)).toBe(true);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test('gzipWithoutHeader sends gzip that nothing announces', async () => {
    const response = await (await faulty({ kind: 'gzipWithoutHeader' })).fetch(faultPath);
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(body.subarray(0, 2).toString('hex')).toBe('1f8b');
    expect(gunzipSync(body).toString('utf8')).toBe(await truth());
  });

  test('emptyBody is 200 with nothing', async () => {
    const response = await (await faulty({ kind: 'emptyBody' })).fetch(faultPath);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  test('wrongContentType calls the JSON a page', async () => {
    const response = await (await faulty({ kind: 'wrongContentType' })).fetch(faultPath);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toBe(await truth());
  });

  test('hugeBody is 10 MB of valid JSON without a length', async () => {
    const response = await (await faulty({ kind: 'hugeBody' })).fetch(faultPath);
    expect(response.headers.get('content-length')).toBeNull();
    const text = await response.text();
    expect(text.length).toBeGreaterThan(10 * 1024 * 1024);
    expect(JSON.parse(text)).toMatchObject({ page: 1, results: [] });
  });

  test('a client may leave a huge body unread', async () => {
    const client = await clientForTest({ faults: { rules: [{ kind: 'hugeBody', times: 1 }] } });
    const response = await client.fetch(faultPath);
    await response.body?.cancel();
    expect((await client.fetch(faultPath)).status).toBe(200);
  });

  test('resetMidBody promises a whole body and breaks the connection', async () => {
    const response = await (await faulty({ kind: 'resetMidBody' })).fetch(faultPath);
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBe(Buffer.byteLength(await truth()));
    await expect(response.text()).rejects.toThrow();
  });
});

describe('delays', () => {
  test('slowBody sends its headers at once and its body over the delay', async () => {
    const client = await faulty({ kind: 'slowBody', delayMs: 9000 });
    const response = await client.fetch(faultPath);
    const reader = response.body?.getReader();
    let text = '';
    const decoder = new TextDecoder();
    for (let piece = 0; piece < 10; piece += 1) {
      const { value } = (await reader?.read()) ?? {};
      text += decoder.decode(value, { stream: true });
      if (piece < 9) {
        expect(() => JSON.parse(text)).toThrow(SyntaxError);
        await untilSleeping(client);
        await client.clock.advance(999);
        await untilSleeping(client);
        await client.clock.advance(1);
      }
    }
    expect(text).toBe(await truth());
    expect((await reader?.read())?.done).toBe(true);
  });

  test('other faults wait for their delay', async () => {
    const client = await faulty({ kind: 'gatewayTimeout', delayMs: 30_000 });
    let isAnswered = false;
    const answer = client.fetch(faultPath).finally(() => {
      isAnswered = true;
    });
    await untilSleeping(client);
    expect(isAnswered).toBe(false);
    await client.clock.advance(30_000);
    expect((await answer).status).toBe(504);
  });

  test('blackHole never answers, while others are answered, until the simulator closes', async () => {
    const client = await clientForTest({ faults: { rules: [{ kind: 'blackHole', times: 1 }] } });
    let isSettled = false;
    const lost = client.fetch(faultPath).finally(() => {
      isSettled = true;
    });
    const outcome = expect(lost).rejects.toThrow();
    await untilStats(client, ({ faulted }) => faulted === 1);
    await client.clock.advance(24 * 3_600_000);
    for (let round = 0; round < 20; round += 1) {
      expect((await client.fetch(faultPath)).status).toBe(200);
    }
    expect(isSettled).toBe(false);
    await client.simulator.close();
    await outcome;
  });

  test('a client that gives up on a black hole can go on', async () => {
    const client = await clientForTest({ faults: { rules: [{ kind: 'blackHole', times: 1 }] } });
    const giveUp = new AbortController();
    const lost = client.fetch(faultPath, { headers: { Authorization: 'Bearer any' }, signal: giveUp.signal });
    const outcome = expect(lost).rejects.toThrow();
    await untilStats(client, ({ faulted }) => faulted === 1);
    giveUp.abort();
    await outcome;
    expect((await client.fetch(faultPath)).status).toBe(200);
  });
});

describe('faults and the rest', () => {
  test('the plan can be changed while running; times starts again', async () => {
    const client = await clientForTest();
    const plan: FaultPlan = { rules: [{ kind: 'serverError', times: 1, path: 'page=2' }] };
    for (let round = 0; round < 2; round += 1) {
      client.simulator.setFaults(plan);
      const statuses = [];
      for (const page of [1, 2, 2]) {
        statuses.push((await client.fetch(`${faultPath}?page=${page}`)).status);
      }
      expect(statuses).toEqual([200, 500, 200]);
    }
    expect(() => client.simulator.setFaults({ rules: [{ kind: 'nap' as FaultKind }] })).toThrow('Not a fault plan');
  });

  test('a request over the limit is refused before a fault is injected', async () => {
    const client = await clientForTest({ requestsPerSecond: 1, faults: { rules: [{ kind: 'serverError' }] } });
    expect((await client.fetch(faultPath)).status).toBe(500);
    expect((await client.fetch(faultPath)).status).toBe(429);
    expect(client.simulator.stats()).toMatchObject({ requests: 2, faulted: 1, throttled: 1 });
  });
});

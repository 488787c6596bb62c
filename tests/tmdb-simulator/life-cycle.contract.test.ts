import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { startTmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { clientForTest, untilSleeping } from './simulator-fixture.ts';

describe('starting', () => {
  test('works with the defaults', async () => {
    const simulator = await startTmdbSimulator({ clock: systemClock });
    const response = await fetch(`${simulator.baseUrl}/movie/popular`, { headers: { Authorization: 'Bearer any' } });
    expect(response.status).toBe(200);
    expect(simulator.baseUrl).toBe(`http://127.0.0.1:${simulator.port}/3`);
    await simulator.close();
  });

  test('rejects with the original error where the port is taken', async () => {
    const { simulator } = await clientForTest();
    await expect(startTmdbSimulator({ clock: virtualClock(), port: simulator.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: simulator.port,
    });
  });

  test.each([
    [{ requestsPerSecond: 0 }, 'requestsPerSecond is 0'],
    [{ requestsPerSecond: Number.NaN }, 'requestsPerSecond is NaN'],
    [{ latencyMs: { min: 5, max: 1 } }, 'latencyMs is 5 to 1'],
    [{ latencyMs: { min: -1, max: 1 } }, 'latencyMs is -1 to 1'],
  ])('refuses %j', async (options, part) => {
    await expect(startTmdbSimulator({ clock: virtualClock(), ...options })).rejects.toThrow(part);
  });

  test('listens on loopback only', async () => {
    const { simulator } = await clientForTest();
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of others) {
      await expect(
        new Promise((resolve, reject) => {
          connect(simulator.port, address).once('connect', resolve).once('error', reject);
        }),
      ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

describe('latency', () => {
  test('an answer waits for its latency on the clock', async () => {
    const client = await clientForTest({ latencyMs: { min: 20, max: 20 } });
    let isAnswered = false;
    const answer = client.fetch('/configuration').finally(() => {
      isAnswered = true;
    });
    await untilSleeping(client);
    await client.clock.advance(19);
    expect(isAnswered).toBe(false);
    expect(client.simulator.stats()).toMatchObject({ requests: 1, answered: 0 });
    await client.clock.advance(1);
    expect((await answer).status).toBe(200);
  });
});

describe('closing', () => {
  test('may be repeated, closes requests in flight, and frees the port', async () => {
    const client = await clientForTest({ latencyMs: { min: 1000, max: 1000 } });
    const outcome = expect(client.fetch('/configuration')).rejects.toThrow();
    await untilSleeping(client);
    await Promise.all([client.simulator.close(), client.simulator.close()]);
    await client.simulator.close();
    await outcome;
    const again = await clientForTest({ port: client.simulator.port });
    expect((await again.fetch('/configuration')).status).toBe(200);
  });
});

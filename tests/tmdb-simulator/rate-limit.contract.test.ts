import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateWindow } from '../../src/tmdb-simulator/http/rate-window.ts';
import { clientForTest } from './simulator-fixture.ts';

/** The most times in any [t, t + 1000), counted from each time on. */
function mostInASecond(instants: readonly number[]): number {
  return Math.max(0, ...instants.map((from) => instants.filter((at) => at >= from && at < from + 1000).length));
}

describe('the rate limit over HTTP', () => {
  test('40 requests in a second are answered and the 41st is not, by default', async () => {
    const client = await clientForTest({ requestsPerSecond: 40 });
    const first = await Promise.all(Array.from({ length: 40 }, () => client.fetch('/configuration')));
    expect(new Set(first.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await client.get<Record<string, unknown>>('/configuration');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(refused.body).toEqual({
      success: false,
      status_code: 25,
      status_message: 'Your request count (41) is over the allowed limit of 40.',
    });
    expect(client.simulator.stats()).toEqual({
      requests: 41,
      answered: 40,
      throttled: 1,
      faulted: 0,
      unauthorized: 0,
      maxRequestsInAnySecond: 41,
    });
  });

  test('the second slides: room opens as each request leaves it', async () => {
    const client = await clientForTest({ requestsPerSecond: 2 });
    const statusAfter = async (ms: number): Promise<number> => {
      await client.clock.advance(ms);
      return (await client.fetch('/configuration')).status;
    };
    expect(await statusAfter(0)).toBe(200);
    expect(await statusAfter(600)).toBe(200);
    expect(await statusAfter(399)).toBe(429);
    expect(await statusAfter(1)).toBe(200);
    expect(await statusAfter(599)).toBe(429);
    expect(await statusAfter(1)).toBe(200);
  });

  test('a wall clock that jumps does not open the window', async () => {
    const client = await clientForTest({ requestsPerSecond: 1 });
    expect((await client.fetch('/configuration')).status).toBe(200);
    client.clock.jumpWallClock(3_600_000);
    expect((await client.fetch('/configuration')).status).toBe(429);
  });
});

describe('the sliding window', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 120 });

  test('never admits more than the limit in any second, and refuses only where the limit is used up', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 12 }), (gaps, limit) => {
        const window = createRateWindow(limit);
        const admitted: number[] = [];
        const seen: number[] = [];
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          seen.push(nowMs);
          const verdict = window.record(nowMs);
          const used = admitted.filter((at) => at > nowMs - 1000).length;
          expect(verdict.admitted).toBe(used < limit);
          expect(verdict.count).toBe(seen.filter((at) => at > nowMs - 1000).length);
          if (verdict.admitted) {
            admitted.push(nowMs);
          }
        }
        expect(mostInASecond(admitted)).toBeLessThanOrEqual(limit);
        expect(window.highestCount()).toBe(mostInASecond(seen));
      }),
    );
  });
});

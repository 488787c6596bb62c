import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LimitedServer, startLimitedServer } from '../../bench/limited-server.ts';
import type { ServerWorld } from '../../bench/server-world.ts';

const world: ServerWorld = {
  limits: [{ fromSeconds: 0, perSecond: 3 }],
  noise: { throttled: 0, failed: 0 },
  latencyMs: { min: 200, max: 200 },
  answers: 'pages',
  counted: { fromSeconds: 0, untilSeconds: 60 },
};

describe('the limited server', () => {
  let server: LimitedServer;

  beforeAll(async () => {
    server = await startLimitedServer();
  });
  afterAll(() => server.stop());

  const call = (page: number) =>
    fetch(`${server.baseUrl}/movie/popular?region=DE&page=${page}`, { headers: { Authorization: 'Bearer any' } });

  it('answers what the limit admits with the lists of the simulator, refuses the rest, and counts both', async () => {
    await server.begin(world);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(call));
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<Record<string, unknown>>));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429]);
    expect(bodies.filter(({ results }) => Array.isArray(results) && results.length === 20)).toHaveLength(3);
    const report = await server.report();
    expect(report.all).toEqual({ answered: 3, limited: 2, throttled: 0, failed: 0 });
    expect(report).toMatchObject({ inTime: report.all, violations: 2, highestInAnySecond: 5, mostUnderWay: 5 });
    expect(report.mostConnections).toBeGreaterThanOrEqual(5);
  });

  it('begins a world with its own noise and counters', async () => {
    await server.begin({ ...world, noise: { throttled: 0, failed: 1 }, counted: { fromSeconds: 5, untilSeconds: 60 } });
    expect((await server.report()).elapsedMs).toBe(0);
    expect((await call(1)).status).toBe(500);
    const report = await server.report();
    expect(report.all).toEqual({ answered: 0, limited: 0, throttled: 0, failed: 1 });
    expect(report.inTime.failed).toBe(0);
    expect(report.elapsedMs).toBeGreaterThan(0);
  });

  it('says nothing in a refusal by which a client could know the limit', async () => {
    await server.begin({ ...world, limits: [{ fromSeconds: 0, perSecond: 0 }] });
    const refused = await call(1);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await refused.text()).not.toMatch(/limit/);
  });
});

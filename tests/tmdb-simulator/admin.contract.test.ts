import { describe, expect, test } from 'vitest';
import { type Client, clientForTest } from './simulator-fixture.ts';

function admin(client: Client, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${client.simulator.port}/__simulator/${path}`, init);
}

describe('the admin endpoint', () => {
  test('takes a fault plan and gives the statistics, without a token', async () => {
    const client = await clientForTest({ token: 'secret' });
    const put = await admin(client, 'faults', {
      method: 'PUT',
      body: JSON.stringify({ rules: [{ kind: 'badGateway', times: 1 }], oddRows: true }),
    });
    expect(put.status).toBe(200);
    expect(await put.json()).toMatchObject({
      rules: [{ kind: 'badGateway', probability: 1, times: 1 }],
      oddRows: true,
    });
    expect((await client.fetch('/movie/popular')).status).toBe(502);
    const stats = await (await admin(client, 'stats')).json();
    expect(stats).toEqual(client.simulator.stats());
    expect(stats).toMatchObject({ requests: 1, faulted: 1 });
  });

  test.each([
    ['no JSON', '{', 'JSON'],
    ['another shape', '{"rules":[{"kind":"nap"}]}', '"rules.0.kind"'],
    ['too much', `"${'x'.repeat(1024 * 1024)}"`, '1 MiB'],
  ])('refuses %s with a sentence and keeps the plan', async (_what, body, part) => {
    const client = await clientForTest({ faults: { rules: [{ kind: 'notFound' }] } });
    const put = await admin(client, 'faults', { method: 'PUT', body });
    expect(put.status).toBe(400);
    expect(((await put.json()) as { error: string }).error).toContain(part);
    expect((await client.fetch('/movie/popular')).status).toBe(404);
  });

  test('knows nothing else', async () => {
    const client = await clientForTest();
    expect((await admin(client, 'faults')).status).toBe(404);
    expect((await admin(client, 'stats', { method: 'DELETE' })).status).toBe(404);
    expect((await admin(client, 'secrets')).status).toBe(404);
  });
});

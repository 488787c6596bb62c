import { describe, expect, test } from 'vitest';
import { clientForTest } from './simulator-fixture.ts';

const refusal = {
  success: false,
  status_code: 7,
  status_message: 'Invalid API key: You must be granted a valid key.',
};

describe('authorization', () => {
  test.each([
    ['no header', {}],
    ['an empty token', { Authorization: 'Bearer ' }],
    ['another scheme', { Authorization: 'Basic abc' }],
  ])('%s is answered 401 with code 7', async (_what, headers) => {
    const client = await clientForTest();
    for (const path of ['/movie/popular', '/authentication', '/nothing']) {
      expect(await client.get(path, { headers: headers as Record<string, string> })).toMatchObject({
        status: 401,
        body: refusal,
      });
    }
    expect(client.simulator.stats()).toMatchObject({ requests: 3, unauthorized: 3, answered: 0 });
  });

  test('any token will do where none is set, also as api_key', async () => {
    const client = await clientForTest();
    expect((await client.get('/authentication')).status).toBe(200);
    expect((await client.get('/authentication?api_key=any', { headers: {} })).status).toBe(200);
    expect((await client.get('/authentication?api_key=', { headers: {} })).status).toBe(401);
  });

  test('only the token that is set will do, and it can be changed while running', async () => {
    const client = await clientForTest({ token: 'right' });
    const statusWith = async (token: string): Promise<number> =>
      (await client.get('/authentication', { headers: { Authorization: `Bearer ${token}` } })).status;
    expect([await statusWith('right'), await statusWith('wrong')]).toEqual([200, 401]);
    expect((await client.get('/authentication?api_key=wrong', { headers: {} })).status).toBe(401);
    client.simulator.setToken('other');
    expect([await statusWith('right'), await statusWith('other')]).toEqual([401, 200]);
    client.simulator.setToken(undefined);
    expect(await statusWith('right')).toBe(200);
  });
});

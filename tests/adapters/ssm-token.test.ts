import { afterEach, describe, expect, it, vi } from 'vitest';
import { ssmToken } from '../../src/shared/adapters/ssm-token.ts';
import { RetryableError } from '../../src/shared/errors.ts';
import { workerEnvironmentSchema } from '../../src/shared/function-environments.ts';
import { startAwsScriptServer } from '../support/aws-script-server.ts';
import { rejectionOf } from '../support/caught.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const name = '/tmdb-pipeline/tmdb-token';
const nowMs = Date.parse('2026-11-24T08:00:00Z');

/** Parameter Store that answers with the values in turn, the last one from then on; `undefined` is an answer without any. */
async function storeWith(...values: (string | undefined)[]) {
  // Powertools' cache reads the wall clock.
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
  const server = await startAwsScriptServer((_call, nth) => {
    const value = values[Math.min(nth, values.length) - 1];
    return value === undefined ? {} : { Parameter: { Name: name, Type: 'SecureString', Value: value } };
  });
  const clock = virtualClock();
  return { server, clock, token: ssmToken(name, clock, { endpoint: server.endpoint, region: 'us-east-1' }) };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

describe('the token in Parameter Store', () => {
  it('is asked for once by all who ask at the same time, decrypted, and then known', async () => {
    const { server, token } = await storeWith('secret-1');
    stops.push(() => server.stop());
    expect(await Promise.all([token(), token(), token()])).toEqual(['secret-1', 'secret-1', 'secret-1']);
    expect(await token()).toBe('secret-1');
    expect(server.calls).toEqual([{ operation: 'GetParameter', input: { Name: name, WithDecryption: true } }]);
  });

  it('is read again after five minutes, and a new one is used from then on', async () => {
    const { server, token } = await storeWith('secret-1', 'secret-2');
    stops.push(() => server.stop());
    expect(await token()).toBe('secret-1');
    vi.setSystemTime(nowMs + 299_000);
    expect(await token()).toBe('secret-1');
    vi.setSystemTime(nowMs + 301_000);
    expect(await token()).toBe('secret-2');
  });

  it('stays in use when Parameter Store fails later, which is then left alone for a minute', async () => {
    const { server, clock, token } = await storeWith('secret-1', undefined);
    stops.push(() => server.stop());
    await token();
    vi.setSystemTime(nowMs + 301_000);
    expect(await token()).toBe('secret-1');
    const asked = server.calls.length;
    expect(await token()).toBe('secret-1');
    expect(server.calls).toHaveLength(asked);
    await clock.advance(60_001);
    expect(await token()).toBe('secret-1');
    expect(server.calls.length).toBeGreaterThan(asked);
  });

  it('is taken without the line break that files end with', async () => {
    const { server, token } = await storeWith('secret-1\n');
    stops.push(() => server.stop());
    expect(await token()).toBe('secret-1');
  });

  it.each([[undefined], [' \n'], ['sécret'], ['two words']])(
    'is none when it is %j, and is not shown',
    async (value) => {
      const { server, token } = await storeWith(value);
      stops.push(() => server.stop());
      const error = await rejectionOf(token());
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).toMatchObject({ code: 'token_unavailable', message: expect.stringContaining(name) });
      if (value !== undefined && value.trim() !== '') {
        expect(`${error} ${JSON.stringify(error)}`).not.toContain(value);
      }
    },
  );
});

describe('the worker’s environment', () => {
  const rest = {
    CONTROL_TABLE: 't',
    FETCH_QUEUE_URL: 'https://sqs.test/a',
    FETCH_DLQ_URL: 'https://sqs.test/b',
    ITEM_QUEUE_URL: 'https://sqs.test/c',
    TMDB_BASE_URL: 'https://tmdb.test/3',
  };

  it.each([
    [{ TMDB_API_TOKEN: 't' }, true],
    [{ TMDB_TOKEN_PARAMETER: '/p' }, true],
    [{}, false],
    [{ TMDB_API_TOKEN: 't', TMDB_TOKEN_PARAMETER: '/p' }, false],
  ])('names the token or its parameter, and not both: %j', (token, valid) => {
    expect(workerEnvironmentSchema.safeParse({ ...rest, ...token }).success).toBe(valid);
  });
});

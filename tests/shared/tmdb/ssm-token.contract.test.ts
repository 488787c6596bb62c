/** The token in Parameter Store, and what Parameter Store does wrong. Real HTTP; time is virtual, nobody waits. */
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { minuteMs } from '../../../src/shared/core/clock.ts';
import { RetryableError } from '../../../src/shared/core/errors.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { ssmToken, tokenSource } from '../../../src/shared/tmdb/ssm-token.ts';
import { awsError, RawAnswer, startAwsScriptServer } from '../../support/aws-script-server.ts';
import { rejectionOf } from '../../support/caught.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const name = '/tmdb-pipeline/tmdb-token';
const first = 'token-first-4c1f';
const second = 'token-second-9b2e';

type Answer = Record<string, unknown> | RawAnswer;

/** As Parameter Store has it: without decryption a SecureString is what KMS made of it. */
function holding(value: string): Answer {
  return { Parameter: { Name: name, Type: 'SecureString', Value: value, Version: 1, DataType: 'text' } };
}
const denied = awsError(400, 'AccessDeniedException');

async function parameterStore(answer: Answer) {
  let current = answer;
  const server = await startAwsScriptServer(() => current);
  onTestFinished(() => server.stop());
  const clock = virtualClock();
  return {
    calls: server.calls,
    endpoint: server.endpoint,
    token: ssmToken(name, clock, { endpoint: server.endpoint, region: 'us-east-1' }),
    answerWith: (next: Answer) => {
      current = next;
    },
    pass: (ms: number) => clock.advance(ms),
  };
}

describe('the token in Parameter Store', () => {
  it('is asked for once by all who ask at the same time, decrypted, and then known', async () => {
    const store = await parameterStore(holding(first));
    expect(await Promise.all([store.token(), store.token(), store.token()])).toEqual([first, first, first]);
    expect(await store.token()).toBe(first);
    expect(store.calls).toEqual([{ operation: 'GetParameter', input: { Name: name, WithDecryption: true } }]);
  });
});

describe('a token that is replaced', () => {
  it('is known before the breaker tries again after a rejection', async () => {
    const store = await parameterStore(holding(first));
    await store.token();
    store.answerWith(holding(second));
    await store.pass(defaultSettings.breaker.tokenOpenMs);
    expect(await store.token()).toBe(second);
  });

  it('is read once by all who ask when the old one is five minutes old', async () => {
    const store = await parameterStore(holding(first));
    await store.token();
    store.answerWith(holding(second));
    await store.pass(5 * minuteMs + 1);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, store.token)))).toEqual(new Set([second]));
    expect(store.calls).toHaveLength(2);
  });

  it.each(['', ' \n', 'sécret', 'two words', 'two\nlines'])(
    'by what is none (%j) leaves the old one in use until it is mended',
    async (value) => {
      const store = await parameterStore(holding(first));
      await store.token();
      store.answerWith(holding(value));
      await store.pass(5 * minuteMs + 1);
      expect(await store.token()).toBe(first);
      store.answerWith(holding(second));
      await store.pass(6 * minuteMs);
      expect(await store.token()).toBe(second);
    },
  );
});

describe('Parameter Store that fails when there is a token', () => {
  it('is left alone for a minute, then asked once by all, and its next answer is used', async () => {
    const store = await parameterStore(holding(first));
    await store.token();
    store.answerWith(denied);
    await store.pass(5 * minuteMs + 1);
    expect(await Promise.all([store.token(), store.token(), store.token()])).toEqual([first, first, first]);
    expect(store.calls).toHaveLength(2);
    await store.pass(minuteMs - 1);
    expect(await store.token()).toBe(first);
    expect(store.calls).toHaveLength(2);
    await store.pass(1);
    expect(await Promise.all([store.token(), store.token()])).toEqual([first, first]);
    expect(store.calls).toHaveLength(3);
    store.answerWith(holding(second));
    await store.pass(minuteMs);
    expect(await store.token()).toBe(second);
  });

  it('for a day changes nothing: the token stays', async () => {
    const store = await parameterStore(holding(first));
    await store.token();
    store.answerWith(denied);
    for (let hour = 0; hour < 24; hour += 1) {
      await store.pass(60 * minuteMs);
      expect(await store.token()).toBe(first);
    }
  });
});

describe('without a token', () => {
  it.each([
    ['that is not there', awsError(400, 'ParameterNotFound'), 'ParameterNotFound'],
    ['that the role may not read', denied, 'AccessDeniedException'],
    ['whose key the role may not use', awsError(400, 'InvalidKeyId'), 'InvalidKeyId'],
    ['without a value', { Parameter: { Name: name } }, 'NotAToken'],
    ['that is none', {}, 'NotAToken'],
    ['with an empty value', holding(''), 'NotAToken'],
  ])('the error is worth a retry and names the parameter and why: one %s', async (_name, answer, why) => {
    const store = await parameterStore(answer);
    const error = await rejectionOf(store.token());
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'token_unavailable' });
    const { message } = error as RetryableError;
    expect(message).toContain(`'${name}'`);
    expect(message).toContain(why);
    expect(message).toMatch(/^[^\n]{10,200}$/);
    // AWS's own sentences name roles and accounts.
    expect(message).not.toContain('by script');
  });

  it('the error says so as well where nobody listens', async () => {
    const token = ssmToken(name, virtualClock(), { endpoint: 'http://127.0.0.1:9', region: 'us-east-1' });
    expect(await rejectionOf(token())).toMatchObject({
      code: 'token_unavailable',
      message: expect.stringContaining(name),
    });
  });

  it('all who ask at the same time get the same failure of one call, and the next who asks gets the mended one', async () => {
    const store = await parameterStore(denied);
    const failures = await Promise.all([rejectionOf(store.token()), rejectionOf(store.token())]);
    expect(failures.every((error) => error instanceof RetryableError)).toBe(true);
    expect(store.calls).toHaveLength(1);
    store.answerWith(holding(first));
    expect(await store.token()).toBe(first);
  });

  it('a value that was none is read again within five minutes', async () => {
    const store = await parameterStore(holding('two words'));
    await rejectionOf(store.token());
    store.answerWith(holding(first));
    await store.pass(5 * minuteMs + 1);
    expect(await store.token()).toBe(first);
  });

  it.each([
    ['with a letter that no header takes', holding(`${first}é`)],
    ['of two words', holding(`${first} ${second}`)],
    ['of two lines', holding(`${first}\n${second}`)],
    ['with a null in it', holding(`${first}\u0000`)],
  ])('a value that is none is in no part of the error: one %s', async (_name, answer) => {
    const store = await parameterStore(answer);
    const error = await rejectionOf(store.token());
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(first);
  });

  it('an answer that breaks off shows nothing of the value in its message', async () => {
    const store = await parameterStore(new RawAnswer(200, JSON.stringify(holding(first)).slice(0, -3)));
    expect(String(await rejectionOf(store.token()))).not.toContain(first);
  });

  it('an answer that breaks off shows nothing of the value in its cause', async () => {
    const store = await parameterStore(new RawAnswer(200, `{"Parameter":{"Value":"${first}"`));
    const error = await rejectionOf(store.token());
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(first);
  });
});

describe('a token', () => {
  it.each(['\n', '\r\n', ' ', '\n\n'])('is used without what follows it: %j', async (suffix) => {
    expect(await (await parameterStore(holding(`${first}${suffix}`))).token()).toBe(first);
  });

  it('of the environment is used as it is, and nobody is asked', async () => {
    const source = tokenSource({ TMDB_API_TOKEN: first }, virtualClock());
    expect(await source()).toBe(first);
  });

  it('whose parameter the environment names is read where the SDK is told to', async () => {
    const store = await parameterStore(holding(first));
    for (const [variable, value] of Object.entries({
      AWS_ENDPOINT_URL_SSM: store.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'k',
      AWS_SECRET_ACCESS_KEY: 's',
    })) {
      vi.stubEnv(variable, value);
    }
    onTestFinished(() => void vi.unstubAllEnvs());
    const source = tokenSource({ TMDB_TOKEN_PARAMETER: '/other' }, virtualClock());
    expect(await source()).toBe(first);
    expect(store.calls).toEqual([{ operation: 'GetParameter', input: { Name: '/other', WithDecryption: true } }]);
  });
});

import { describe, expect, it } from 'vitest';
import { AwsCallError, namingFailures } from '../../src/cli/aws-call-failure.ts';
import { PermanentError, RetryableError, UsageError } from '../../src/shared/core/errors.ts';
import { cliServer } from '../support/cli-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const local = 'http://user:hidden@127.0.0.1:8000/';
const thrown = (error: unknown, endpoint: string | undefined): Promise<unknown> =>
  namingFailures('DynamoDB', endpoint, () => Promise.reject(error)).catch((failure: unknown) => failure);
const coded = (code: string, more: object = {}) =>
  Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code, ...more });
const named = (name: string, message: string) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });

describe('a call of AWS that failed', () => {
  it.each([
    [
      'a stack on this machine that is gone',
      local,
      coded('ECONNREFUSED'),
      'the call of DynamoDB at 127.0.0.1:8000 failed: the connection was refused: nothing listens at the address (ECONNREFUSED); start the stack with `local`, or check AWS_ENDPOINT_URL_DYNAMODB where it is set',
    ],
    [
      'a region that does not exist',
      undefined,
      coded('ENOTFOUND', { hostname: 'dynamodb.nowhere.amazonaws.com' }),
      "the call of DynamoDB at dynamodb.nowhere.amazonaws.com failed: the name of the host cannot be resolved (ENOTFOUND); check AWS_REGION and this machine's DNS",
    ],
    [
      'a connection that was broken, which the SDK calls a time-out',
      undefined,
      coded('ECONNRESET', { name: 'TimeoutError' }),
      "the call of DynamoDB failed: the connection was lost, or there is no route to the host (ECONNRESET); try again, and check this machine's network and HTTPS_PROXY",
    ],
    [
      'a page where JSON should stand',
      local,
      Object.assign(new SyntaxError('Unexpected token <'), { $metadata: { httpStatusCode: 403 } }),
      'the call of DynamoDB at 127.0.0.1:8000 failed: the answer is not from AWS: it comes from a server in between, or from another program at the address; start the stack with `local`, or check AWS_ENDPOINT_URL_DYNAMODB where it is set',
    ],
    [
      'a policy, with the action that it does not allow',
      undefined,
      named('AccessDeniedException', 'User: u is not authorized to perform: dynamodb:Scan.\nmore'),
      'the call of DynamoDB failed: the credentials lack the permission: the policy of their user or role does not allow this call (AccessDeniedException); AWS says: User: u is not authorized to perform: dynamodb:Scan; ask for a policy that allows it, or set AWS_PROFILE to another user',
    ],
  ])('%s', async (_what, endpoint, error, sentence) => {
    const failure = await thrown(error, endpoint);
    expect(failure).toBeInstanceOf(AwsCallError);
    expect(failure).toMatchObject({ message: sentence, cause: error });
  });

  it('keeps what has words of its own, and what is no failure of AWS', async () => {
    const own = [
      new UsageError('wrong'),
      new PermanentError('closed', 'the breaker changed'),
      new TypeError('x is not a function'),
      Object.assign(new Error('conditional'), { name: 'AbortError' }),
    ];
    for (const error of own) {
      expect(await thrown(error, local)).toBe(error);
    }
    expect(await namingFailures('SQS', undefined, async () => 7)).toBe(7);
  });

  it('is named behind the words of whoever met it, and instead of a repetition', async () => {
    const refused = coded('ECONNREFUSED');
    const busy = new RetryableError('table_busy', refused.message, { cause: refused });
    const stopped = new PermanentError('migration_stopped', 'the migration stopped', { cause: busy });
    expect(await thrown(stopped, local)).toBe(stopped);
    expect(stopped.cause).toMatchObject({ code: 'connection_refused' });
    const repeated = new RetryableError('table_busy', refused.message, { cause: refused });
    expect(await thrown(repeated, local)).toMatchObject({ code: 'connection_refused' });
  });
});

describe('commands without what they need', () => {
  const { runCli } = cliServer();
  const cwd = scratchFolder();
  const gone = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
  const nobody = { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-central-1', HOME: cwd };
  const refused = /^error: the call of DynamoDB at 127\.0\.0\.1:1 failed: .* \(ECONNREFUSED\); start the stack .*\n$/;
  const unknown = /^error: the call of CloudFormation failed: .* no credentials \(.*\); sign in .*\n$/;

  it.each([
    ['status', gone, refused],
    ['report', gone, refused],
    ['breaker show', gone, refused],
    ['migrate --dry-run', gone, refused],
    ['status --stack aws', nobody, unknown],
    ['dlq list fetch --stack aws', nobody, unknown],
    ['enqueue --category popular --media movie --stack aws', nobody, unknown],
    [
      'status --stack aws',
      { ...nobody, AWS_REGION: '' },
      /^error: .* no AWS region is set, or the value that is set is not a region; set AWS_REGION\n$/,
    ],
  ])('%s %j', async (typed, environment, sentence) => {
    const { code, stdout, stderr } = await runCli(typed.split(' '), { cwd, environment });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  it('say it with a code in JSON', async () => {
    const { stdout } = await runCli(['status', '--json'], { cwd, environment: gone });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'connection_refused' } });
  });
});

import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dynamoClient, sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { startAwsScriptServer } from '../../support/aws-script-server.ts';

afterEach(() => vi.unstubAllEnvs());

/** The variables of a machine, and none of this one's. */
function variables(given: Record<string, string>): void {
  const known = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS', 'AWS_PROFILE'];
  for (const name of known) {
    vi.stubEnv(name, given[name]);
  }
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
}

async function regionOf(given: Record<string, string>): Promise<string> {
  variables(given);
  const client = dynamoClient();
  onTestFinished(() => client.destroy());
  return client.config.region();
}

describe('the region of a client', () => {
  it.each([
    [{ AWS_REGION: 'eu-west-1' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-north-1' }, 'eu-north-1'],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-north-1' }, 'eu-north-1'],
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-north-1' }, 'eu-west-1'],
  ])('of %j is %s', async (given, region) => {
    expect(await regionOf(given)).toBe(region);
  });

  it('is missing where no variable names it', async () => {
    await expect(regionOf({})).rejects.toThrow('Region is missing');
    await expect(regionOf({ AWS_DEFAULT_REGION: '' })).rejects.toThrow('Region is missing');
  });
});

describe('the server that a queue is asked at', () => {
  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS'])('is that of %s, whatever the host of its URL', async (name) => {
    const server = await startAwsScriptServer(() => ({ MessageId: 'm', MD5OfMessageBody: '' }));
    onTestFinished(() => server.stop());
    variables({ AWS_REGION: 'eu-west-1', [name]: server.endpoint });
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const client = sqsClient();
    onTestFinished(() => client.destroy());
    const QueueUrl = 'https://sqs.eu-west-1.amazonaws.com/1/fetch';
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' })).catch(() => undefined);
    expect(server.calls.map(({ operation, input }) => [operation, input.QueueUrl])).toContainEqual([
      'SendMessage',
      QueueUrl,
    ]);
  });
});

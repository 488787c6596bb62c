import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';

const target = { endpoint: 'http://127.0.0.1:1', region: 'us-east-1' };
const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };
const QueueUrl = 'http://127.0.0.1:1/000000000000/items';

type Sent = { headers: Record<string, string>; body: unknown };

/** What `client` would send for a command: nothing leaves the process. */
async function sentBy(client: SQSClient, command: unknown): Promise<Sent> {
  let sent: Sent | undefined;
  client.middlewareStack.add(
    () =>
      async ({ request }) => {
        const { headers, body } = request as { headers: Record<string, string>; body: Uint8Array };
        sent = { headers, body: JSON.parse(Buffer.from(body).toString('utf8')) };
        throw new Error('not sent');
      },
    { step: 'finalizeRequest', priority: 'low', name: 'catch', override: true },
  );
  await client.send(command as SendMessageCommand).catch(() => undefined);
  if (sent === undefined) {
    throw new Error('there was no request');
  }
  return sent;
}

const ours = () => sqsClient(target);
const sdks = () => new SQSClient({ ...target, credentials });
const text = fc.string({ unit: 'binary', maxLength: 200 });
const delay = fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined });
const attributes = fc.option(
  fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.oneof(
      text.map((StringValue) => ({ DataType: 'String', StringValue })),
      fc.uint8Array({ maxLength: 20 }).map((BinaryValue) => ({ DataType: 'Binary', BinaryValue })),
    ),
    { maxKeys: 3 },
  ),
  { nil: undefined },
);

describe('a request to SQS', () => {
  const isTheSame = async (command: () => unknown) => {
    const [our, sdk] = await Promise.all([sentBy(ours(), command()), sentBy(sdks(), command())]);
    expect(our.body).toEqual(sdk.body);
    expect(our.headers['content-type']).toBe(sdk.headers['content-type']);
    expect(our.headers['x-amz-target']).toBe(sdk.headers['x-amz-target']);
    expect(our.headers['x-amzn-query-mode']).toBe(sdk.headers['x-amzn-query-mode']);
  };

  it('that sends one message says what the SDK would say', async () => {
    await fc.assert(
      fc.asyncProperty(text, delay, attributes, (MessageBody, DelaySeconds, MessageAttributes) =>
        isTheSame(() => new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds, MessageAttributes })),
      ),
      { numRuns: 40 },
    );
  });

  it('that sends several says what the SDK would say', async () => {
    const entry = fc.record({ MessageBody: text, DelaySeconds: delay, MessageAttributes: attributes });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) =>
        isTheSame(
          () =>
            new SendMessageBatchCommand({
              QueueUrl,
              Entries: entries.map((one, index) => ({ Id: String(index), ...one })),
            }),
        ),
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      'receives',
      () => new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    ],
    ['deletes', () => new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle: 'held „so“' }] })],
    ['delays', () => new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'a', VisibilityTimeout: 0 })],
  ])('that %s says what the SDK would say', async (_name, command) => {
    await isTheSame(command);
  });
});

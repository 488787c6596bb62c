import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReceivedMessage } from '../../../src/shared/queues/message-source.ts';
import { sqsMessageSource } from '../../../src/shared/queues/sqs-message-source.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { startAwsScriptServer } from '../../support/aws-script-server.ts';

type Entry = { Id: string; ReceiptHandle: string };

/** A queue that answers by script. */
async function scripted(answer: Parameters<typeof startAwsScriptServer>[0]) {
  const server = await startAwsScriptServer(answer);
  const client = sqsClient({ endpoint: server.endpoint, region: 'us-east-1' });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return { source: sqsMessageSource(client, `${server.endpoint}/000000000000/dlq`), calls: server.calls };
}

const held = (n: number): ReceivedMessage[] =>
  Array.from({ length: n }, (_, index) => ({
    messageId: `m${index}`,
    receiptHandle: `r${index}`,
    body: '',
    attributes: {},
    sentAtMs: 1,
  }));

describe('a release', () => {
  it('tries once more what SQS could not do, and says what stays hidden and why', async () => {
    const offers = new Map<string, number>();
    const { source, calls } = await scripted(({ input }) => {
      const entries = input.Entries as Entry[];
      const failed = entries.filter(({ ReceiptHandle }) => {
        const before = offers.get(ReceiptHandle) ?? 0;
        offers.set(ReceiptHandle, before + 1);
        return ReceiptHandle === 'r3' || (ReceiptHandle === 'r11' && before === 0);
      });
      const Failed = failed.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false, Message: 'try again' }));
      return { Successful: [], Failed };
    });
    expect(await source.release(held(12))).toEqual([{ messageId: 'm3', why: 'InternalError: try again' }]);
    expect(calls.map(({ input }) => (input.Entries as Entry[]).map(({ ReceiptHandle }) => ReceiptHandle))).toEqual([
      ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'],
      ['r3'],
      ['r10', 'r11'],
      ['r11'],
    ]);
  });

  it.each([
    ['ReceiptHandleIsInvalid', 'The input receipt handle is invalid.'],
    ['AWS.SimpleQueueService.MessageNotInflight', ''],
    ['InvalidParameterValue', 'Reason: Message does not exist or is not available for visibility timeout change.'],
  ])('does not call hidden what has come back by itself: %s', async (Code, Message) => {
    const { source } = await scripted(() => ({
      Successful: [],
      Failed: [{ Id: '0', Code, Message, SenderFault: true }],
    }));
    expect(await source.release(held(1))).toEqual([]);
  });
});

describe('a receive', () => {
  it('takes whatever SQS says of a message: no time, binary and empty attributes', async () => {
    const { source } = await scripted(() => ({
      Messages: [
        {
          MessageId: 'm',
          ReceiptHandle: 'r',
          Body: '',
          MD5OfBody: 'd41d8cd98f00b204e9800998ecf8427e',
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: 'by-hand' },
            code: { DataType: 'String', StringValue: '' },
            jobId: { DataType: 'Binary', BinaryValue: 'AAEC' },
          },
          Attributes: { SentTimestamp: 'never' },
        },
      ],
    }));
    expect(await source.receive(1)).toEqual([
      { messageId: 'm', receiptHandle: 'r', body: '', attributes: { reason: 'by-hand' }, sentAtMs: 0 },
    ]);
  });
});

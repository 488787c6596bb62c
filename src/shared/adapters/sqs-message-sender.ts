import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { RetryableError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { MessageSender } from '../ports/message-sender.ts';
import type { Random } from '../ports/random.ts';

/** SQS takes ten messages and 1 MiB in one batch. Source: SQS quotas, November 2026. */
const batchEntries = 10;
const batchBytes = 1_048_576;
const attempts = 4;
const backoffBaseMs = 100;

/** Sends to the SQS queue at `queueUrl`; entries that a batch call refuses are sent again, the others are not. */
export function sqsMessageSender(client: SQSClient, queueUrl: string, clock: Clock, random: Random): MessageSender {
  return {
    send: async (body, options) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          ...(options?.delaySeconds !== undefined && { DelaySeconds: options.delaySeconds }),
          ...(options?.attributes !== undefined && { MessageAttributes: stringAttributes(options.attributes) }),
        }),
      );
    },
    sendAll: async (bodies) => {
      let open: readonly string[] = bodies;
      for (let attempt = 1; open.length > 0; attempt += 1) {
        if (attempt > attempts) {
          throw new RetryableError(
            'send_incomplete',
            `${open.length} of ${bodies.length} messages were not taken by ${queueUrl}`,
          );
        }
        if (attempt > 1) {
          await clock.sleep(random.next() * backoffBaseMs * 2 ** attempt);
        }
        open = await sendOnce(client, queueUrl, open);
      }
    },
  };
}

function stringAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

/** One round over all batches; returns the bodies that were not taken. */
async function sendOnce(client: SQSClient, queueUrl: string, bodies: readonly string[]): Promise<string[]> {
  const refused: string[] = [];
  for (const batch of inBatches(bodies)) {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map((body, index) => ({ Id: String(index), MessageBody: body })),
      }),
    );
    for (const failure of answer.Failed ?? []) {
      if (failure.SenderFault === true && failure.Code !== 'ThrottlingException') {
        throw new Error(`${queueUrl} refused a message: ${failure.Code} ${failure.Message ?? ''}`);
      }
      refused.push(...batch.slice(Number(failure.Id), Number(failure.Id) + 1));
    }
  }
  return refused;
}

function* inBatches(bodies: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const bodyBytes = Buffer.byteLength(body);
    if (batch.length === batchEntries || (batch.length > 0 && bytes + bodyBytes > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += bodyBytes;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

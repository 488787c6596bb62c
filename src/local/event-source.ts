/**
 * A Lambda event source mapping: gather a batch (up to its size, or until its window is over), invoke the function, delete the messages that
 * succeeded. Failed ones stay until their visibility time-out, and SQS moves them to the dead-letter queue once they were received too
 * often. At most `maximumConcurrency` batches are in flight.
 */
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { Clock } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { arnOf, stackRegion } from './stack-endpoints.ts';

/** A mapping of one queue to one function. */
export type EventSourceOptions = {
  /** Its last segment is the queue's name. */
  queueUrl: string;
  batchSize: number;
  batchingWindowMs: number;
  maximumConcurrency: number;
  invoke(event: SQSEvent): Promise<unknown>;
  /** Receives one sentence for each invocation and each call to the queue that failed. */
  onProblem(sentence: string): void;
};

/** A running mapping. */
export type EventSource = {
  /** Invocations in flight. */
  activeInvocations(): number;
  /** Receives nothing more, and waits until the batches in flight have ended. */
  stop(): Promise<void>;
};

/** Most messages that one call receives or deletes. Source: SQS quotas, November 2026. */
const messagesPerCall = 10;
/** Longest time that a receive call waits for a first message. Source: SQS quotas, November 2026. */
export const longPollSeconds = 20;
const pauseAfterProblemMs = 1_000;

/** No response, and one without a list, mean that the whole batch succeeded. Source: Lambda developer guide, partial batch responses. */
const responseSchema = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullish();

/** Starts polling with `maximumConcurrency` pollers. */
export function startEventSource(options: EventSourceOptions, sqs: SQSClient, clock: Clock): EventSource {
  const stopping = new AbortController();
  let active = 0;

  const pollOnce = async (): Promise<void> => {
    const batch = await gatherBatch(options, sqs, clock, stopping.signal);
    if (batch.length > 0) {
      active += 1;
      try {
        await deliver(batch, options, sqs);
      } finally {
        active -= 1;
      }
    }
  };

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await pollOnce();
      } catch (error) {
        if (!stopping.signal.aborted) {
          options.onProblem(messageOf(error));
          await clock.sleep(pauseAfterProblemMs, stopping.signal);
        }
      }
    }
  };

  const pollers = Array.from({ length: options.maximumConcurrency }, poll);
  return {
    activeInvocations: () => active,
    stop: async () => {
      stopping.abort();
      await Promise.all(pollers);
    },
  };
}

async function gatherBatch(
  options: EventSourceOptions,
  sqs: SQSClient,
  clock: Clock,
  signal: AbortSignal,
): Promise<Message[]> {
  const batch = await receive(options, options.batchSize, longPollSeconds, sqs, signal);
  const windowEndsMs = clock.monotonicMs() + options.batchingWindowMs;
  while (batch.length > 0 && batch.length < options.batchSize && !signal.aborted) {
    const leftMs = windowEndsMs - clock.monotonicMs();
    if (leftMs <= 0) {
      break;
    }
    // Rounded up: SQS waits in whole seconds.
    const waitSeconds = Math.min(longPollSeconds, Math.ceil(leftMs / 1000));
    batch.push(...(await receiveMore(options, options.batchSize - batch.length, waitSeconds, sqs, signal)));
  }
  return batch;
}

/** Empty when the source is stopped meanwhile, so that the messages received so far are still delivered. */
async function receiveMore(...args: Parameters<typeof receive>): Promise<Message[]> {
  try {
    return await receive(...args);
  } catch (error) {
    if (args[4].aborted) {
      return [];
    }
    throw error;
  }
}

async function receive(
  options: EventSourceOptions,
  wanted: number,
  waitSeconds: number,
  sqs: SQSClient,
  signal: AbortSignal,
): Promise<Message[]> {
  const answer = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: options.queueUrl,
      MaxNumberOfMessages: Math.min(messagesPerCall, wanted),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal: signal },
  );
  return answer.Messages ?? [];
}

async function deliver(batch: readonly Message[], options: EventSourceOptions, sqs: SQSClient): Promise<void> {
  let failed: Set<string>;
  try {
    const event = { Records: batch.map((message) => toRecord(message, options.queueUrl)) };
    failed = failedMessages(batch, await options.invoke(event));
  } catch (error) {
    options.onProblem(messageOf(error));
    return;
  }
  const done = batch.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  for (let start = 0; start < done.length; start += messagesPerCall) {
    const entries = done.slice(start, start + messagesPerCall);
    const { Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: options.queueUrl,
        Entries: entries.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    if (Failed.length > 0) {
      const why = `${Failed[0]?.Code} ${Failed[0]?.Message ?? ''}`.trim();
      options.onProblem(`${Failed.length} processed messages could not be deleted and will be delivered again: ${why}`);
    }
  }
}

/** @throws when Lambda would reject the response, which fails the whole batch. */
function failedMessages(batch: readonly Message[], answer: unknown): Set<string> {
  const failures = responseSchema.parse(answer)?.batchItemFailures ?? [];
  const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(batch.map(({ MessageId }) => MessageId));
  for (const id of failed) {
    if (!known.has(id)) {
      throw new Error(`the function named a message that was not in its batch: ${id}`);
    }
  }
  return failed;
}

function toRecord(message: Message, queueUrl: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      stringValue: value.StringValue,
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType ?? 'String',
    },
  ]);
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: (message.Attributes ?? {}) as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: arnOf(queueUrl.slice(queueUrl.lastIndexOf('/') + 1)),
    awsRegion: stackRegion,
  };
}

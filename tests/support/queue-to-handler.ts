import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { type EventSource, type EventSourceOptions, startEventSource } from '../../src/local/event-source.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import type { QueueDefinition } from '../../src/shared/queues/queue-definitions.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { until } from './until.ts';

/** What a handler does with its n-th event (from 1 on). */
export type Handle = (event: SQSEvent, call: number) => unknown;

/** A queue, an event source that is started later, and a handler that a test wrote. */
export type QueueToHandler = {
  readonly sqs: EmbeddedSqs;
  readonly queueUrl: string;
  readonly events: readonly SQSEvent[];
  readonly problems: readonly string[];
  /** Sends the bodies in order. */
  send(...bodies: string[]): Promise<void>;
  connect(options?: Partial<EventSourceOptions>): EventSource;
  /** Calls of ReceiveMessage that were begun so far. */
  receives(): number;
  /** The bodies of each event so far, sorted. */
  bodies(): string[][];
  /** Waits for the n-th event. */
  event(n: number): Promise<SQSEvent>;
};

const defaults: QueueDefinition = {
  name: 'jobs',
  deadLetterName: 'jobs-dlq',
  visibilityTimeoutSeconds: 60,
  maxReceiveCount: 5,
  retentionSeconds: 86_400,
  deadLetterRetentionSeconds: 86_400,
};

/** Starts the emulator for one test. */
export async function queueToHandler(handle: Handle, queue: Partial<QueueDefinition> = {}): Promise<QueueToHandler> {
  const sqs = await startEmbeddedSqs([{ ...defaults, ...queue }], { port: 0, dataDir: undefined });
  const client = sqsClient({ endpoint: sqs.endpoint, region: 'us-east-1' });
  let receives = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        receives += commandName === 'ReceiveMessageCommand' ? 1 : 0;
        return next(call);
      },
    { step: 'initialize' },
  );
  const events: SQSEvent[] = [];
  const problems: string[] = [];
  const sources: EventSource[] = [];
  onTestFinished(async () => {
    await Promise.all(sources.map((source) => source.stop()));
    client.destroy();
    await sqs.stop();
  });
  const queueUrl = sqs.queueUrl('jobs');
  return {
    sqs,
    queueUrl,
    events,
    problems,
    send: async (...bodies) => {
      for (let start = 0; start < bodies.length; start += 10) {
        const Entries = bodies
          .slice(start, start + 10)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      }
    },
    connect: (options = {}) => {
      const source = startEventSource(
        {
          queueUrl,
          batchSize: 10,
          batchingWindowMs: 0,
          maximumConcurrency: 1,
          invoke: async (event) => {
            events.push(event);
            return handle(event, events.length);
          },
          onProblem: (sentence) => problems.push(sentence),
          ...options,
        },
        client,
        systemClock,
      );
      sources.push(source);
      return source;
    },
    receives: () => receives,
    bodies: () => events.map(({ Records }) => Records.map(({ body }) => body).sort()),
    event: async (n) => {
      await until(`event ${n} arrives`, () => events.length >= n);
      return events[n - 1] ?? { Records: [] };
    },
  };
}

/** `n` bodies that sort in the order they are sent. */
export function numbered(n: number): string[] {
  return Array.from({ length: n }, (_, index) => `message ${String(index + 1).padStart(2, '0')}`);
}

/** The partial batch response that fails the records with these bodies. */
export function failing(event: SQSEvent, ...bodies: string[]) {
  return {
    batchItemFailures: event.Records.filter(({ body }) => bodies.includes(body)).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  };
}

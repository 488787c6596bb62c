import { afterAll, beforeAll, describe } from 'vitest';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../../src/local/embedded-sqs.ts';
import { sqsMessageSender } from '../../../src/shared/queues/sqs-message-sender.ts';
import { sqsMessageSource } from '../../../src/shared/queues/sqs-message-source.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { contractReceives, queueContract } from '../../support/queue-contract.ts';
import { queueSource } from '../../support/queue-source.ts';
import { constantRandom } from '../../support/seeded-random.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { virtualQueue } from '../../support/virtual-queue.ts';

describe('on virtual time', () => {
  queueContract(async () => {
    const clock = virtualClock({ autoJump: true });
    const dead = virtualQueue(clock, { maxReceiveCount: Number.POSITIVE_INFINITY });
    const queue = virtualQueue(clock, { maxReceiveCount: contractReceives, deadLetters: dead });
    return { sender: queue, source: queueSource(queue, clock), deadLetters: queueSource(dead, clock) };
  });
});

describe('on the embedded SQS', () => {
  let sqs: EmbeddedSqs;
  let opened = 0;
  beforeAll(async () => {
    const definitions = Array.from({ length: 5 }, (_, n) => ({
      name: `queue-${n}`,
      deadLetterName: `queue-${n}-dlq`,
      visibilityTimeoutSeconds: 30,
      maxReceiveCount: contractReceives,
      retentionSeconds: 3_600,
      deadLetterRetentionSeconds: 3_600,
    }));
    sqs = await startEmbeddedSqs(definitions, { port: 0, dataDir: undefined });
  });
  afterAll(() => sqs.stop());

  queueContract(async () => {
    const url = sqs.queueUrl(`queue-${opened}`);
    opened += 1;
    const client = sqsClient({ endpoint: sqs.endpoint, region: 'us-east-1' });
    return {
      sender: sqsMessageSender(client, url, virtualClock(), constantRandom(0.5)),
      source: sqsMessageSource(client, url),
      deadLetters: sqsMessageSource(client, `${url}-dlq`),
    };
  });
});

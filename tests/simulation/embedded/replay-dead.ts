import { stackRegion } from '../../../src/local/stack-endpoints.ts';
import { replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { systemClock } from '../../../src/shared/core/system-clock.ts';
import type { MessageSource } from '../../../src/shared/queues/message-source.ts';
import type { QueueDefinition } from '../../../src/shared/queues/queue-definitions.ts';
import { sqsMessageSender } from '../../../src/shared/queues/sqs-message-sender.ts';
import { sqsMessageSource } from '../../../src/shared/queues/sqs-message-source.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { CampaignStack } from './campaign-stack.ts';

/** What a replay of a dead-letter queue found: how many went back, and those that the pipeline itself had put there. */
export type DeadReplay = { replayed: number; wronglyDead: string[]; failed: string[] };

/** Sends everything in the dead-letter queue of `queue` back, as `dlq replay` does, and looks at each reason. */
export async function replayDead(queue: QueueDefinition, stack: CampaignStack): Promise<DeadReplay> {
  const client = sqsClient({ endpoint: `http://127.0.0.1:${stack.sqs.port}`, region: stackRegion }, 1_000);
  try {
    const wronglyDead: string[] = [];
    const source = noting(sqsMessageSource(client, stack.queueUrl(queue.deadLetterName)), (body, reason) => {
      wronglyDead.push(`${queue.deadLetterName}: ${reason}: ${body.slice(0, 200)}`);
    });
    const target = sqsMessageSender(client, stack.queueUrl(queue.name), systemClock, seededRandom(1));
    const report = await replayDeadLetters(
      source,
      target,
      { match: new Map(), max: 10_000, perSecond: 500, holdSeconds: 10, dryRun: false, onProgress: () => undefined },
      systemClock,
      new AbortController().signal,
    );
    return { replayed: report.replayed, wronglyDead, failed: report.failed.map(({ why }) => why) };
  } finally {
    client.destroy();
  }
}

/** What SQS has moved itself, after too many receives, has no reason: that is what kills may cause. Everything else is told. */
function noting(source: MessageSource, onReason: (body: string, reason: string) => void): MessageSource {
  return {
    ...source,
    receive: async (holdSeconds) => {
      const messages = await source.receive(holdSeconds);
      for (const { body, attributes } of messages) {
        if (attributes.reason !== undefined) {
          onReason(body, attributes.reason);
        }
      }
      return messages;
    },
  };
}

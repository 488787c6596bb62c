import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../shared/core/clock.ts';
import { PermanentError } from '../../shared/core/errors.ts';

/** How far a move is. `total` is what SQS counted at the start. */
export type MoveProgress = { moved: number; total: number; status: string };

const askEveryMs = 2_000;
const ended = ['COMPLETED', 'CANCELLED', 'FAILED'];

/**
 * Moves a whole dead-letter queue by SQS's own task: faster and without a process that must live, but all or nothing, and without a
 * count of replays. Messages that were sent to the queue (rather than moved by SQS) have no source, so the destination is named.
 * @throws PermanentError when SQS refuses or gives up.
 */
export async function moveWholeQueue(
  client: SQSClient,
  queues: { fromUrl: string; toUrl: string },
  perSecond: number | undefined,
  clock: Clock,
  onProgress: (progress: MoveProgress) => void,
): Promise<MoveProgress> {
  const [fromArn, toArn] = await Promise.all([arnOf(client, queues.fromUrl), arnOf(client, queues.toUrl)]);
  await client.send(
    new StartMessageMoveTaskCommand({
      SourceArn: fromArn,
      DestinationArn: toArn,
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
    }),
  );
  for (;;) {
    const { progress, failure } = await progressOf(client, fromArn);
    onProgress(progress);
    if (progress.status === 'COMPLETED') {
      return progress;
    }
    if (ended.includes(progress.status)) {
      throw new PermanentError(
        'move_failed',
        `SQS moved ${progress.moved} messages and then gave up: ${failure}; the others are still in the dead-letter queue`,
      );
    }
    await clock.sleep(askEveryMs);
  }
}

async function progressOf(client: SQSClient, fromArn: string): Promise<{ progress: MoveProgress; failure: string }> {
  const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: fromArn, MaxResults: 1 }));
  const task = Results[0] ?? {};
  const moved = Number(task.ApproximateNumberOfMessagesMoved ?? 0);
  const total = Number(task.ApproximateNumberOfMessagesToMove ?? moved);
  const status = task.Status ?? 'RUNNING';
  return { progress: { moved, total, status }, failure: task.FailureReason ?? status.toLowerCase() };
}

async function arnOf(client: SQSClient, queueUrl: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}

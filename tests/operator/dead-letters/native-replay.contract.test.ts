import { describe, expect, it, onTestFinished } from 'vitest';
import { type MoveProgress, moveWholeQueue } from '../../../src/operator/dead-letters/native-replay-adapter.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { awsError, type ScriptedCall, startAwsScriptServer } from '../../support/aws-script-server.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const queues = { fromUrl: 'https://sqs.test/1/fetch-dlq', toUrl: 'https://sqs.test/1/fetch' };
const arns: Record<string, string> = { [queues.fromUrl]: 'arn:dlq', [queues.toUrl]: 'arn:queue' };

/** SQS by script: the n-th look at the task gets the n-th of `looks`, and the last one again. */
async function openSqs(looks: readonly Record<string, unknown>[]) {
  let looked = 0;
  const server = await startAwsScriptServer(({ operation, input }: ScriptedCall) => {
    switch (operation) {
      case 'GetQueueAttributes':
        return { Attributes: { QueueArn: arns[String(input.QueueUrl)] ?? '' } };
      case 'StartMessageMoveTask':
        return { TaskHandle: 'handle' };
      case 'ListMessageMoveTasks':
        looked += 1;
        return { Results: [looks[Math.min(looked, looks.length) - 1]] };
      default:
        return awsError(400, 'InvalidAction');
    }
  });
  const client = sqsClient({ endpoint: server.endpoint, region: 'us-east-1' });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return { server, client, clock: virtualClock({ autoJump: true }) };
}

const look = (Status: string, moved: number) => ({
  Status,
  ApproximateNumberOfMessagesMoved: moved,
  ApproximateNumberOfMessagesToMove: 1_200,
});

describe('a move of the whole queue by SQS', () => {
  it('names source, destination and rate, and tells how far it is until it is done', async () => {
    const { server, client, clock } = await openSqs([
      look('RUNNING', 0),
      look('RUNNING', 700),
      look('COMPLETED', 1_200),
    ]);
    const told: MoveProgress[] = [];
    const done = await moveWholeQueue(client, queues, 50, clock, (progress) => told.push(progress));
    expect(done).toEqual({ moved: 1_200, total: 1_200, status: 'COMPLETED' });
    expect(told.map(({ moved, status }) => [moved, status])).toEqual([
      [0, 'RUNNING'],
      [700, 'RUNNING'],
      [1_200, 'COMPLETED'],
    ]);
    expect(server.calls.find(({ operation }) => operation === 'StartMessageMoveTask')?.input).toEqual({
      SourceArn: 'arn:dlq',
      DestinationArn: 'arn:queue',
      MaxNumberOfMessagesPerSecond: 50,
    });
    expect(clock.askedDelaysMs).toEqual([2_000, 2_000]);
  });

  it('says why SQS gave up', async () => {
    const failed = { ...look('FAILED', 3), FailureReason: 'CouldNotSend' };
    const { client, clock } = await openSqs([failed]);
    await expect(moveWholeQueue(client, queues, undefined, clock, () => undefined)).rejects.toThrow(
      'SQS moved 3 messages and then gave up: CouldNotSend; the others are still in the dead-letter queue',
    );
  });
});

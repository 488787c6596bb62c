import type { SQSClient } from '@aws-sdk/client-sqs';
import { type ClientTarget, sqsClient } from '../shared/tables/aws-clients.ts';
import { namingFailures } from './aws-call-failure.ts';

/**
 * A client for SQS that is closed when `act` has ended. `longPollMs` is how long a receive may wait on purpose.
 * @throws AwsCallError for a call that failed.
 */
export async function withSqs<T>(
  target: ClientTarget | undefined,
  longPollMs: number,
  act: (client: SQSClient) => Promise<T>,
): Promise<T> {
  const client = sqsClient(target, longPollMs);
  try {
    return await namingFailures('SQS', target?.endpoint, () => act(client));
  } finally {
    client.destroy();
  }
}

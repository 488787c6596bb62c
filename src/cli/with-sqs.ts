import type { SQSClient } from '@aws-sdk/client-sqs';
import { type ClientTarget, sqsClient } from '../shared/adapters/aws-clients.ts';

/** A client for SQS that is closed when `act` has ended. `longPollMs` is how long a receive may wait on purpose. */
export async function withSqs<T>(
  target: ClientTarget | undefined,
  longPollMs: number,
  act: (client: SQSClient) => Promise<T>,
): Promise<T> {
  const client = sqsClient(target, longPollMs);
  try {
    return await act(client);
  } finally {
    client.destroy();
  }
}

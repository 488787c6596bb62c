import { SQSClient } from '@aws-sdk/client-sqs';
import type { ClientTarget } from '../src/shared/core/client-target.ts';
import { clientOptions } from '../src/shared/tables/aws-clients.ts';

/** SQS as peers use it: the SDK's client with its defaults, with attempts and time-outs as the pipeline's own has them. */
export function peerSqsClient(target: ClientTarget, longPollMs: number): SQSClient {
  const { logger: _ours, ...options } = clientOptions(target, longPollMs);
  return new SQSClient(options);
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * Attempts the SDK makes for one call, the first included. Only throttles and connection faults of AWS itself are retried
 * there; what TMDB does is retried in one place, by the worker.
 */
const maxAttempts = 4;

/** Where a client connects to when it is not AWS; region and credentials come from the environment otherwise. */
export type ClientTarget = { endpoint: string; region: string };

/** A connection that is not there in this time is none, and an answer neither: silence must not use up an invocation. */
const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 4_000;

/** DynamoDB with plain values instead of typed attributes; `undefined` members are left out. */
export function dynamoClient(target?: ClientTarget): DynamoDBDocumentClient {
  const client = new DynamoDBClient(clientOptions(target));
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** SQS. Queue URLs are used as they are. `longPollMs` is how long a receive may wait on purpose. */
export function sqsClient(target?: ClientTarget, longPollMs = 0): SQSClient {
  return new SQSClient(clientOptions(target, longPollMs));
}

/** Attempts, time-outs and target of any client; `longPollMs` is how long an answer may be held back on purpose. */
export function clientOptions(target?: ClientTarget, longPollMs = 0) {
  const requestTimeout = longPollMs + requestTimeoutMs;
  return {
    maxAttempts,
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout, throwOnRequestTimeout: true },
    ...(target && { ...target, credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } }),
  };
}

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

/** DynamoDB with plain values instead of typed attributes; `undefined` members are left out. */
export function dynamoClient(target?: ClientTarget): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts, ...connection(target) }), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/** SQS. Queue URLs are used as they are. */
export function sqsClient(target?: ClientTarget): SQSClient {
  return new SQSClient({ maxAttempts, ...connection(target) });
}

function connection(target: ClientTarget | undefined) {
  return target === undefined
    ? {}
    : { ...target, credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } };
}

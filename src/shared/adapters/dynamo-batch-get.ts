import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../errors.ts';

/** DynamoDB reads at most this many keys in one BatchGetItem. Source: its API reference, November 2026. */
const keysPerCall = 100;
const attempts = 5;

/** What to read; `attributes` limits the answer to these (the read units stay those of whole rows). */
export type BatchGetRequest = {
  tableName: string;
  keys: readonly Record<string, string>[];
  consistent: boolean;
  attributes?: readonly string[];
};

/**
 * Reads any number of distinct keys, asking again for what DynamoDB left unprocessed.
 * @throws RetryableError when keys are still unprocessed after five rounds.
 */
export async function batchGetAll(
  client: DynamoDBDocumentClient,
  request: BatchGetRequest,
): Promise<{ items: Record<string, unknown>[]; readUnits: number }> {
  const items: Record<string, unknown>[] = [];
  let readUnits = 0;
  for (let start = 0; start < request.keys.length; start += keysPerCall) {
    let open: Record<string, unknown>[] = request.keys.slice(start, start + keysPerCall);
    for (let attempt = 1; open.length > 0; attempt += 1) {
      if (attempt > attempts) {
        throw new RetryableError('read_incomplete', `${open.length} keys of ${request.tableName} stayed unread`);
      }
      const answer = await readOnce(client, request, open);
      items.push(...answer.items);
      readUnits += answer.readUnits;
      open = answer.unread;
    }
  }
  return { items, readUnits };
}

async function readOnce(client: DynamoDBDocumentClient, request: BatchGetRequest, keys: Record<string, unknown>[]) {
  const { tableName, consistent, attributes } = request;
  const names = Object.fromEntries((attributes ?? []).map((name, index) => [`#a${index}`, name]));
  const answer = await client.send(
    new BatchGetCommand({
      RequestItems: {
        [tableName]: {
          Keys: keys,
          ConsistentRead: consistent,
          ...(attributes && {
            ProjectionExpression: Object.keys(names).join(', '),
            ExpressionAttributeNames: names,
          }),
        },
      },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  return {
    items: answer.Responses?.[tableName] ?? [],
    readUnits: (answer.ConsumedCapacity ?? []).reduce((sum, table) => sum + (table.CapacityUnits ?? 0), 0),
    unread: answer.UnprocessedKeys?.[tableName]?.Keys ?? [],
  };
}

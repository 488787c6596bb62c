import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../core/errors.ts';
import { takeAll } from '../core/retries.ts';
import { systemClock, systemRandom } from '../core/system-clock.ts';

/** DynamoDB reads at most this many keys in one BatchGetItem. Source: its API reference, November 2026. */
const keysPerCall = 100;
/** Gives up after this many rounds in a row that returned nothing. */
const idleRounds = 5;
const baseMs = 20;

type Keys = readonly Record<string, unknown>[];

/** What to read. `attributes` limits the answer to these; the read units are still those of whole rows. */
type BatchGetRequest = {
  tableName: string;
  keys: readonly Record<string, string>[];
  consistent: boolean;
  attributes?: readonly string[];
};

/** The items that exist, in no particular order, and the consumed read units. */
type BatchGetAnswer = { items: Record<string, unknown>[]; readUnits: number };

/**
 * Reads any number of distinct keys, and requests again the keys that DynamoDB left unprocessed.
 * @throws RetryableError `read_incomplete` when five rounds in a row return nothing.
 */
export async function batchGetAll(client: DynamoDBDocumentClient, request: BatchGetRequest): Promise<BatchGetAnswer> {
  const all: BatchGetAnswer = { items: [], readUnits: 0 };
  for (let start = 0; start < request.keys.length; start += keysPerCall) {
    await readUntilDone(client, request, request.keys.slice(start, start + keysPerCall), all);
  }
  return all;
}

async function readUntilDone(
  client: DynamoDBDocumentClient,
  request: BatchGetRequest,
  keys: Keys,
  all: BatchGetAnswer,
): Promise<void> {
  const readSome = async (open: Keys): Promise<Keys> => {
    const answer = await readOnce(client, request, open);
    all.items.push(...answer.items);
    all.readUnits += answer.readUnits;
    return answer.unread;
  };
  const unread = await takeAll(keys, readSome, { idleRounds, baseMs, clock: systemClock, random: systemRandom });
  if (unread.length > 0) {
    throw new RetryableError(
      'read_incomplete',
      `${unread.length} keys of ${request.tableName} were not read: DynamoDB left them unprocessed ${idleRounds} times in a row`,
    );
  }
}

async function readOnce(client: DynamoDBDocumentClient, request: BatchGetRequest, keys: Keys) {
  const { tableName, consistent, attributes } = request;
  const names = Object.fromEntries((attributes ?? []).map((name, index) => [`#a${index}`, name]));
  const answer = await client.send(
    new BatchGetCommand({
      RequestItems: {
        [tableName]: {
          Keys: [...keys],
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

import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../core/errors.ts';
import { takeAll } from '../core/retries.ts';
import { systemClock, systemRandom } from '../core/system-clock.ts';
import { batchGetAll } from './dynamo-batch-get.ts';
import { type FeedsInFlight, feedInFlightSchema } from './feeds-in-flight.ts';

/** The limit of BatchWriteItem. Source: its API reference, November 2026. */
const itemsPerCall = 25;
/** Gives up after this many rounds in a row that took nothing. */
const idleRounds = 5;
const baseMs = 100;

/** Marks as items of the control table `tableName`. A mark of another layout counts as absent. */
export function dynamoFeedsInFlight(client: DynamoDBDocumentClient, tableName: string): FeedsInFlight {
  const putSome = async (items: readonly Record<string, unknown>[]) => {
    const { UnprocessedItems } = await client.send(
      new BatchWriteCommand({ RequestItems: { [tableName]: items.map((Item) => ({ PutRequest: { Item } })) } }),
    );
    return (UnprocessedItems?.[tableName] ?? []).flatMap(({ PutRequest }) => PutRequest?.Item ?? []);
  };
  const putAll = async (items: readonly Record<string, unknown>[]): Promise<void> => {
    const open = await takeAll(items, putSome, { idleRounds, baseMs, clock: systemClock, random: systemRandom });
    if (open.length > 0) {
      throw new RetryableError(
        'marks_incomplete',
        `${open.length} items of ${tableName} were not written: DynamoDB left them unprocessed ${idleRounds} times in a row`,
      );
    }
  };
  return {
    mark: async (marks) => {
      // DynamoDB refuses a whole request that has the same key twice.
      const distinct = [...new Map(marks.map((mark) => [mark.id, mark])).values()];
      for (let start = 0; start < distinct.length; start += itemsPerCall) {
        await putAll(distinct.slice(start, start + itemsPerCall));
      }
    },
    read: async (ids) => {
      const keys = [...new Set(ids)].map((id) => ({ id }));
      const { items } = await batchGetAll(client, { tableName, keys, consistent: true });
      return new Map(
        items.flatMap((item) => feedInFlightSchema.safeParse(item).data ?? []).map((mark) => [mark.id, mark]),
      );
    },
  };
}

import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../core/errors.ts';
import { systemClock, systemRandom } from '../core/system-clock.ts';
import { batchGetAll } from './dynamo-batch-get.ts';
import { type FeedsOnTheWay, onTheWaySchema } from './feeds-in-flight.ts';

/** BatchWriteItem takes as many. Source: its API reference, November 2026. */
const itemsPerCall = 25;
const attempts = 5;
const pauseMs = 50;

/** Marks as items of the control table `tableName`; one of another layout counts as none. */
export function dynamoFeedsOnTheWay(client: DynamoDBDocumentClient, tableName: string): FeedsOnTheWay {
  const putAll = async (items: readonly Record<string, unknown>[]): Promise<void> => {
    let open: Record<string, unknown>[] = [...items];
    for (let attempt = 1; open.length > 0; attempt += 1) {
      if (attempt > attempts) {
        throw new RetryableError('marks_incomplete', `${open.length} items of ${tableName} were not taken`);
      }
      if (attempt > 1) {
        await systemClock.sleep(systemRandom.next() * pauseMs * 2 ** attempt);
      }
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: open.map((Item) => ({ PutRequest: { Item } })) } }),
      );
      open = (UnprocessedItems?.[tableName] ?? []).flatMap(({ PutRequest }) => PutRequest?.Item ?? []);
    }
  };
  return {
    mark: async (marks) => {
      // A request with the same key twice is refused as a whole.
      const distinct = [...new Map(marks.map((mark) => [mark.id, mark])).values()];
      for (let start = 0; start < distinct.length; start += itemsPerCall) {
        await putAll(distinct.slice(start, start + itemsPerCall));
      }
    },
    read: async (ids) => {
      const keys = [...new Set(ids)].map((id) => ({ id }));
      const { items } = await batchGetAll(client, { tableName, keys, consistent: true });
      return new Map(items.flatMap((item) => onTheWaySchema.safeParse(item).data ?? []).map((mark) => [mark.id, mark]));
    },
  };
}

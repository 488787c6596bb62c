import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { batchGetAll } from './dynamo-batch-get.ts';
import { isFeedCounter } from './feed-counters.ts';
import { isPipelineCounter, isTitleEnd, parseCounterName, type UsageCounters, type UsageStore } from './usage-store.ts';

/**
 * Usage counters as items of the control table `tableName`. `add` is one update without a condition: if its answer is lost and the SDK
 * sends it again, it counts twice, which is acceptable for statistics.
 */
export function dynamoUsageStore(client: DynamoDBDocumentClient, tableName: string): UsageStore {
  return {
    add: async (id, counters, expiresAtMs) => {
      const entries = Object.entries(counters);
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { id },
          UpdateExpression: `SET expiration = :expiration ADD ${entries.map((_, n) => `#c${n} :c${n}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(entries.map(([name], n) => [`#c${n}`, name])),
          ExpressionAttributeValues: {
            ':expiration': Math.floor(expiresAtMs / 1_000),
            ...Object.fromEntries(entries.map(([, count], n) => [`:c${n}`, count])),
          },
        }),
      );
    },
    read: async (ids) => {
      const keys = ids.map((id) => ({ id }));
      const { items } = await batchGetAll(client, { tableName, keys, consistent: false });
      return new Map(items.map((item) => [String(item.id), countersOf(item)]));
    },
  };
}

/** Leaves out unknown names and invalid counts, because a damaged item must not make a report fail. */
function countersOf(item: Record<string, unknown>): UsageCounters {
  const entries = Object.entries(item).filter(
    ([name, count]) => isCounter(name) && Number.isFinite(count) && Number(count) > 0,
  );
  return Object.fromEntries(entries) as UsageCounters;
}

function isCounter(name: string): boolean {
  return parseCounterName(name) !== undefined || isPipelineCounter(name) || isFeedCounter(name) || isTitleEnd(name);
}

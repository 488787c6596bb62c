import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type BreakerStore, breakerRecordSchema } from './breaker-record.ts';
import { controlItems } from './dynamo-control-items.ts';

/** Id of the breaker's item in the control table. */
export const breakerId = 'breaker';

/**
 * The breaker as one item of the control table `tableName`. Reads are consistent; `readItem` may be
 * shared with the rate schedule. A record of another layout counts as absent, so that it
 * does not stop calls; the next change replaces it.
 */
export function dynamoBreakerStore(
  client: DynamoDBDocumentClient,
  tableName: string,
  readItem = controlItems(client, tableName),
): BreakerStore {
  let unreadableRevision: unknown;
  return {
    read: async () => {
      const item = await readItem(breakerId);
      const { data } = breakerRecordSchema.safeParse(item);
      unreadableRevision = data === undefined ? item?.revision : undefined;
      return data;
    },
    replace: async (next, seenRevision) => {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { id: breakerId, ...next },
            ConditionExpression: 'attribute_not_exists(id) OR attribute_not_exists(revision) OR revision = :seen',
            ExpressionAttributeValues: { ':seen': seenRevision === 0 ? (unreadableRevision ?? 0) : seenRevision },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          return false;
        }
        throw error;
      }
    },
  };
}

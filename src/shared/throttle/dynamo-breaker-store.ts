import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type BreakerStore, breakerRecordSchema } from './breaker-record.ts';

/** Id of the breaker's item in the control table. */
export const breakerId = 'breaker';

/**
 * The breaker as one item of the control table `tableName`. Reads are consistent. A record of another layout counts as absent, so that it
 * does not stop calls; the next change replaces it.
 */
export function dynamoBreakerStore(client: DynamoDBDocumentClient, tableName: string): BreakerStore {
  let unreadableRevision: unknown;
  return {
    read: async () => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { id: breakerId }, ConsistentRead: true }),
      );
      const { data } = breakerRecordSchema.safeParse(Item);
      unreadableRevision = data === undefined ? Item?.revision : undefined;
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

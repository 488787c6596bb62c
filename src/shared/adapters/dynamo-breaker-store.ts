import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { breakerRecordSchema } from '../breaker/breaker-record.ts';
import type { BreakerStore } from '../ports/breaker-store.ts';

/** Id of the breaker's item in the control table. */
export const breakerId = 'breaker';

/** The breaker as one item of the control table `tableName`. Reads are consistent. */
export function dynamoBreakerStore(client: DynamoDBDocumentClient, tableName: string): BreakerStore {
  return {
    read: async () => {
      const answer = await client.send(
        new GetCommand({ TableName: tableName, Key: { id: breakerId }, ConsistentRead: true }),
      );
      return answer.Item === undefined ? undefined : breakerRecordSchema.parse(answer.Item);
    },
    replace: async (next, seenRevision) => {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { id: breakerId, ...next },
            ConditionExpression: 'attribute_not_exists(id) OR revision = :seen',
            ExpressionAttributeValues: { ':seen': seenRevision },
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

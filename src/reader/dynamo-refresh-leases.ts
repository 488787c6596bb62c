import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { clockSkewMs } from '../shared/core/clock.ts';
import type { RefreshLeases } from './pipeline-requests.ts';

/** Leases as items `refresh#<subject>` of the control table `tableName`. */
export function dynamoRefreshLeases(client: DynamoDBDocumentClient, tableName: string): RefreshLeases {
  return {
    take: async (subject, seen, nowMs, periodMs) => {
      const expiration = Math.ceil((nowMs + periodMs) / 1_000);
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { id: idOf(subject), seen, takenAtMs: nowMs, expiration },
            ConditionExpression: 'attribute_not_exists(id) OR seen < :seen OR takenAtMs <= :over OR takenAtMs > :ahead',
            // A lease from the future is that of a clock that was wrong, or is now: it must not last.
            ExpressionAttributeValues: {
              ':seen': seen,
              ':over': nowMs - periodMs,
              ':ahead': nowMs + Math.min(periodMs, clockSkewMs),
            },
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
    release: async (subject) => {
      await client.send(new DeleteCommand({ TableName: tableName, Key: { id: idOf(subject) } }));
    },
  };
}

function idOf(subject: string): string {
  return `refresh#${subject}`;
}

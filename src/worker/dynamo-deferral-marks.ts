import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DeferralMarks } from './work-dependencies.ts';

/** Marks as items `deferred#<key>` of the control table `tableName`. */
export function dynamoDeferralMarks(client: DynamoDBDocumentClient, tableName: string): DeferralMarks {
  return {
    wasSent: async (key) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { id: idOf(key) }, ConsistentRead: true }),
      );
      return Item !== undefined;
    },
    sent: async (key, expiresAtMs) => {
      const expiration = Math.ceil(expiresAtMs / 1_000);
      await client.send(new PutCommand({ TableName: tableName, Item: { id: idOf(key), expiration } }));
    },
  };
}

function idOf(key: string): string {
  return `deferred#${key}`;
}

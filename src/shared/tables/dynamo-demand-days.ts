import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type DemandDays, demandDaySchema } from './demand-days.ts';
import { batchGetAll } from './dynamo-batch-get.ts';

/** Days of demand as items of the control table `tableName`. A damaged item counts as absent. */
export function dynamoDemandDays(client: DynamoDBDocumentClient, tableName: string): DemandDays {
  return {
    read: async (ids) => {
      const keys = ids.map((id) => ({ id }));
      const { items } = await batchGetAll(client, { tableName, keys, consistent: false });
      return new Map(
        items.flatMap((item) => {
          const day = demandDaySchema.safeParse(item);
          return day.success ? [[String(item.id), day.data] as const] : [];
        }),
      );
    },
    put: async (id, day, expiresAtMs) => {
      const expiration = Math.floor(expiresAtMs / 1_000);
      await client.send(new PutCommand({ TableName: tableName, Item: { id, ...day, expiration } }));
    },
  };
}

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { controlItems } from './dynamo-control-items.ts';

/** An item whose every change increments its revision. */
export type RevisionedItem<Item extends { revision: number }> = {
  /** The current item; `undefined` if there is none. */
  read(): Promise<Item | undefined>;
  /** Stores `next` if the item still has the revision `seenRevision` (0: there was none). Returns whether it did. */
  replace(next: Item, seenRevision: number): Promise<boolean>;
};

/**
 * The item `id` of the control table `tableName`. Reads are consistent; `readItem` may be shared with other items. An item of another layout
 * counts as absent, so that it does not stop anything; the next change replaces it.
 */
export function dynamoRevisionedItem<Item extends { revision: number }>(
  client: DynamoDBDocumentClient,
  tableName: string,
  id: string,
  schema: z.ZodType<Item>,
  readItem = controlItems(client, tableName),
): RevisionedItem<Item> {
  let unreadableRevision: unknown;
  return {
    read: async () => {
      const item = await readItem(id);
      // Most often there is none, and an error that says so would be made for each read.
      const data = item === undefined ? undefined : schema.safeParse(item).data;
      unreadableRevision = data === undefined ? item?.revision : undefined;
      return data;
    },
    replace: async (next, seenRevision) => {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { id, ...next },
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

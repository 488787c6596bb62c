import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { CatalogStore } from './catalog.ts';
import { batchGetAll } from './dynamo-batch-get.ts';
import { rowBytes, rowKeyText, writeUnitsFor } from './row.ts';

/** The catalog table `tableName` for the writer: BatchGet reads what exists, conditional puts write rows. */
export function dynamoCatalogStore(client: DynamoDBDocumentClient, tableName: string): CatalogStore {
  return {
    readPresent: async (keys) => {
      // Consistent reads cost twice as much, and an outdated version only causes a put that is refused.
      const { items, readUnits } = await batchGetAll(client, {
        tableName,
        keys: keys.map(({ mediaId, mediaType }) => ({ mediaId, mediaType })),
        consistent: false,
        attributes: ['mediaId', 'mediaType', 'version', 'snapshot', 'places'],
      });
      const present = items.map(({ mediaId, mediaType, version, snapshot, places }) => {
        const key = rowKeyText({ mediaId: String(mediaId), mediaType: String(mediaType) });
        // Rows of the predecessor (see `migrate`) have no version: the empty text is smaller than any version.
        const page = typeof snapshot === 'string' && Array.isArray(places) ? { snapshot, places } : {};
        return [key, { version: String(version ?? ''), ...page }] as const;
      });
      return { present: new Map(present), readUnits };
    },
    putIfNewer: async (row) => {
      try {
        const answer = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: row,
            ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': row.version },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        return { written: true, writeUnits: answer.ConsumedCapacity?.CapacityUnits ?? 0 };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          // DynamoDB bills a refused put by the size of the row, but does not report the units.
          return { written: false, writeUnits: writeUnitsFor(rowBytes(row)) };
        }
        throw error;
      }
    },
  };
}

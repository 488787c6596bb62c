import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, NumberValue, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { RowKey } from '../../shared/tables/row.ts';
import { dynamoTableSettings } from './dynamo-table-settings-adapter.ts';
import type { MigrationTable, StoredRow } from './migration-table.ts';
import { plainItem } from './plain-item-adapter.ts';
import { retryable } from './retryable-errors-adapter.ts';

type RawItem = Record<string, AttributeValue>;

/** The table `TableName` of the predecessor. Scans are eventually consistent: what they see too late, a condition finds out. */
export function dynamoMigrationTable(client: DynamoDBDocumentClient, TableName: string): MigrationTable {
  const stillAsSeen = ({ image }: StoredRow) => ({
    ConditionExpression: 'attribute_not_exists(#version) AND #fetchedAt = :fetchedAt',
    ExpressionAttributeNames: { '#version': 'version', '#fetchedAt': 'fetchedAt' },
    ExpressionAttributeValues: { ':fetchedAt': exactly((image as RawItem).fetchedAt) },
  });
  return {
    ...dynamoTableSettings(client, TableName),
    scan: (after, Limit) =>
      retryable(async () => {
        const start = after && { ExclusiveStartKey: rawKey(after) };
        const answer = await client.send(new ScanCommand({ TableName, Limit, ...start }));
        const next = answer.LastEvaluatedKey;
        return { rows: (answer.Items ?? []).map(storedRow), next: next && keyOf(next) };
      }),
    read: (key) =>
      retryable(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: rawKey(key), ConsistentRead: true }));
        return Item && storedRow(Item);
      }),
    replace: (seen, Item) => conditional(() => client.send(new PutCommand({ TableName, Item, ...stillAsSeen(seen) }))),
    putIfNewer: (row) =>
      conditional(() =>
        client.send(
          new PutCommand({
            TableName,
            Item: row,
            ConditionExpression:
              'attribute_not_exists(mediaId) OR (schemaVersion = :schemaVersion AND #version < :version)',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':schemaVersion': row.schemaVersion, ':version': row.version },
          }),
        ),
      ),
    remove: (seen) =>
      conditional(() => client.send(new DeleteCommand({ TableName, Key: { ...seen.key }, ...stillAsSeen(seen) }))),
  };
}

function storedRow(item: RawItem): StoredRow {
  return { key: keyOf(item), attributes: plainItem(item), image: item };
}

function keyOf(item: RawItem): RowKey {
  return { mediaId: item.mediaId?.S ?? '', mediaType: item.mediaType?.S ?? '' };
}

function rawKey({ mediaId, mediaType }: RowKey): RawItem {
  return { mediaId: { S: mediaId }, mediaType: { S: mediaType } };
}

/** A number with all its digits: rounded, it would never be found equal. */
function exactly(value: AttributeValue | undefined): unknown {
  return value?.N === undefined ? value?.S : NumberValue.from(value.N);
}

/** Whether the condition held. */
async function conditional(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await retryable(send);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
}

import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Item } from './memory-migration.ts';

/** How the predecessor's table was made: on demand, or with so many units. */
export type LegacyTableOptions = { units?: { read: number; write: number }; keys?: [hash: string, range: string] };

/** Creates a table as the predecessor had it: two string keys, no index, no TTL. */
export async function createLegacyTable(
  client: DynamoDBDocumentClient,
  TableName: string,
  { units, keys = ['mediaId', 'mediaType'] }: LegacyTableOptions = {},
): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? 'HASH' : 'RANGE' })),
      ...(units === undefined
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : {
            BillingMode: 'PROVISIONED',
            ProvisionedThroughput: { ReadCapacityUnits: units.read, WriteCapacityUnits: units.write },
          }),
    }),
  );
  let status: string | undefined;
  while (status !== 'ACTIVE') {
    status = (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
  }
  return TableName;
}

/** Puts all items, 25 a call. */
export async function putAll(client: DynamoDBDocumentClient, table: string, items: readonly Item[]): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    const puts = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
  }
}

import { join } from 'node:path';
import { type DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoEngine, startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import { catalogTable, categoryIndex, controlTable } from '../../src/shared/tables/table-definitions.ts';
import { titlesOfPage } from './list-pages.ts';

/** A row as it lies in the table. */
export type Item = Record<string, unknown>;

/** Opens the tables that a run left below `dataDir`, while `act` runs. */
export async function withDataDir<T>(
  dataDir: string,
  act: (client: DynamoDBDocumentClient) => Promise<T>,
  engine?: DynamoEngine,
): Promise<T> {
  const server = await startEmbeddedDynamo({ port: 0, dataDir: join(dataDir, 'dynamodb'), engine });
  const client = dynamoClient({ endpoint: server.endpoint, region: 'us-east-1' });
  try {
    return await act(client);
  } finally {
    client.destroy();
    await server.stop();
  }
}

/** Every row of both tables below `dataDir`, in the order of their keys. */
export function dumpTables(dataDir: string, engine?: DynamoEngine): Promise<{ catalog: Item[]; control: Item[] }> {
  return withDataDir(
    dataDir,
    async (client) => ({
      catalog: await scanAll(client, catalogTable.name),
      control: await scanAll(client, controlTable.name),
    }),
    engine,
  );
}

/** Every row of a table, in the order of their keys. */
export async function scanAll(client: DynamoDBDocumentClient, tableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const answer = await client.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ...(startKey && { ExclusiveStartKey: startKey }) }),
    );
    items.push(...(answer.Items ?? []));
    startKey = answer.LastEvaluatedKey;
  } while (startKey !== undefined);
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What the index holds of one category and media, by rank; a title that stands on two pages is there twice. */
export async function queryIndex(client: DynamoDBDocumentClient, category: string, media: string) {
  const answer = await client.send(
    new QueryCommand({
      TableName: catalogTable.name,
      IndexName: categoryIndex,
      KeyConditionExpression: 'category = :c AND begins_with(contentType, :m)',
      ExpressionAttributeValues: { ':c': category, ':m': `${media}#` },
      ScanIndexForward: false,
    }),
  );
  return titlesIn(answer.Items ?? []);
}

/** The titles of those of `rows` that are pages of a feed whose id begins with `feed`. */
export function titlesIn(rows: readonly Item[], feed = '') {
  const pages = rows.filter((row) => 'places' in row && String(row.mediaId).startsWith(feed)) as ListPageRow[];
  return pages.flatMap(titlesOfPage);
}

function keyOf(item: Item): string {
  return 'id' in item ? String(item.id) : `${item.mediaId} ${item.mediaType}`;
}

/**
 * Write and read units of the table model on dynoxide, beside two others, over a week of daily runs:
 * one item per page of a list, and the same rows by BatchWriteItem without conditions.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createTable } from '../src/local/create-tables.ts';
import { startEmbeddedDynamo } from '../src/local/embedded-dynamodb.ts';
import { dynamoClient } from '../src/shared/adapters/aws-clients.ts';
import { feedId } from '../src/shared/feed.ts';
import type { ItemPage } from '../src/shared/messages/item-page.ts';
import type { CatalogRow } from '../src/shared/ports/catalog.ts';
import { defaultSettings } from '../src/shared/settings.ts';
import { cardOf, encodeCard } from '../src/shared/table/card.ts';
import {
  catalogTable,
  categoryIndex,
  controlTable,
  type TableDefinition,
} from '../src/shared/table/table-definitions.ts';
import { type BenchReport, type BenchResult, benchEnvironment } from './bench-report.ts';
import { dailyPages } from './daily-pages.ts';
import { applyPages, batchWriteRows, rowsAskedFor } from './write-pages.ts';

const days = 7;
const listTable: TableDefinition = {
  name: 'OneItemPerPage',
  keys: [
    { attribute: 'feed', type: 'HASH' },
    { attribute: 'page', type: 'RANGE' },
  ],
  indexes: [],
  ttlAttribute: 'expiresAt',
};
const blindTable: TableDefinition = { ...catalogTable, name: 'BlindPuts' };

/** Runs the comparison. @throws where dynoxide is not installed: only it counts capacity as DynamoDB does. */
export async function benchTableWrites(): Promise<BenchReport> {
  const server = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: 'dynoxide' });
  const client = dynamoClient({ endpoint: server.endpoint, region: 'us-east-1' });
  try {
    for (const definition of [catalogTable, controlTable, listTable, blindTable]) {
      await createTable(client, definition, server.engine);
    }
    const week = await dailyPages(days, defaultSettings);
    const late = week[0] ?? [];
    const results = [
      ...(await writeWeek(week, client)),
      ...(await readOnce(client)),
      ...(await deliverLate(late, client)),
    ];
    return {
      bench: 'table-writes',
      method: `${days} daily runs (7 pages, 140 rows each) of the simulator's drifting lists, written by each model into its own table of one dynoxide; capacity as DynamoDB would report it. Then one list of 20 read, then the first day's pages delivered again after the last day's.`,
      environment: benchEnvironment({ dynoxide: '1.2.1' }),
      results,
      targets: [],
    };
  } finally {
    client.destroy();
    await server.stop();
  }
}

async function writeWeek(week: readonly ItemPage[][], client: DynamoDBDocumentClient): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [day, pages] of week.entries()) {
    const metric = day === 0 ? 'write units, first day' : `write units, day ${day + 1}`;
    const ours = await applyPages(client, pages);
    results.push({ subject: 'a row per title and placement', metric, value: ours.writeUnits, unit: 'WCU' });
    results.push({ subject: 'one item per page of a list', metric, value: await putLists(client, pages), unit: 'WCU' });
    const blind = await batchWriteRows(client, blindTable.name, rowsAskedFor(pages));
    results.push({ subject: 'the same rows by BatchWriteItem', metric, value: blind, unit: 'WCU' });
    if (day === days - 1) {
      results.push({
        subject: 'a row per title and placement',
        metric: `read units, day ${days}`,
        value: ours.readUnits,
        unit: 'RCU',
      });
    }
  }
  return results;
}

async function readOnce(client: DynamoDBDocumentClient): Promise<BenchResult[]> {
  const query = await client.send(
    new QueryCommand({
      TableName: catalogTable.name,
      IndexName: categoryIndex,
      KeyConditionExpression: 'category = :c AND begins_with(contentType, :p)',
      ExpressionAttributeValues: { ':c': 'popular/global/en-US', ':p': 'movie#' },
      ScanIndexForward: false,
      Limit: 20,
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  const item = await client.send(
    new GetCommand({
      TableName: listTable.name,
      Key: { feed: 'popular/movie/global/en-US', page: '1' },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  return [
    {
      subject: 'a row per title and placement',
      metric: 'read units, list of 20',
      value: query.ConsumedCapacity?.CapacityUnits ?? 0,
      unit: 'RCU',
    },
    {
      subject: 'one item per page of a list',
      metric: 'read units, list of 20',
      value: item.ConsumedCapacity?.CapacityUnits ?? 0,
      unit: 'RCU',
    },
  ];
}

/** The first day's messages once more, after the last day's: a replayed dead letter. */
async function deliverLate(pages: readonly ItemPage[], client: DynamoDBDocumentClient): Promise<BenchResult[]> {
  const rows = rowsAskedFor(pages);
  const ours = await applyPages(client, pages);
  const before = await versionsOf(client, blindTable.name, rows);
  const blind = await batchWriteRows(client, blindTable.name, rows);
  const wentBack = rows.filter((row) => (before.get(`${row.mediaId} ${row.mediaType}`) ?? '') > row.version).length;
  return [
    {
      subject: 'a row per title and placement',
      metric: 'write units, late delivery',
      value: ours.writeUnits,
      unit: 'WCU',
    },
    {
      subject: 'the same rows by BatchWriteItem',
      metric: 'write units, late delivery',
      value: blind,
      unit: 'WCU',
    },
    { subject: 'a row per title and placement', metric: 'rows that went back', value: ours.rowsWritten, unit: 'rows' },
    { subject: 'the same rows by BatchWriteItem', metric: 'rows that went back', value: wentBack, unit: 'rows' },
  ];
}

async function putLists(client: DynamoDBDocumentClient, pages: readonly ItemPage[]): Promise<number> {
  let writeUnits = 0;
  for (const page of pages) {
    const answer = await client.send(
      new PutCommand({
        TableName: listTable.name,
        Item: {
          feed: feedId(page.feed),
          page: String(page.page),
          snapshot: page.snapshot,
          fetchedAt: page.fetchedAt,
          titles: page.titles.map((listed) => ({
            id: listed.id,
            mediaType: listed.mediaType,
            ...encodeCard(cardOf(listed)),
          })),
        },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    writeUnits += answer.ConsumedCapacity?.CapacityUnits ?? 0;
  }
  return writeUnits;
}

async function versionsOf(client: DynamoDBDocumentClient, tableName: string, rows: readonly CatalogRow[]) {
  const versions = new Map<string, string>();
  for (const { mediaId, mediaType } of rows) {
    const answer = await client.send(new GetCommand({ TableName: tableName, Key: { mediaId, mediaType } }));
    versions.set(`${mediaId} ${mediaType}`, String(answer.Item?.version ?? ''));
  }
  return versions;
}

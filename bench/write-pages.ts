/** Ways to bring rows into a table: this writer's, and two that write whatever they are given. */

import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import type { Item, ItemPage } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import type { CatalogRow } from '../src/shared/tables/catalog.ts';
import { dynamoCatalogStore } from '../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../src/shared/tables/dynamo-feed-heads.ts';
import { catalogTable, controlTable } from '../src/shared/tables/table-definitions.ts';
import { applyItems } from '../src/writer/apply-items.ts';
import { candidateOf, mergeRows } from '../src/writer/decide-rows.ts';

/** BatchWriteItem takes as many. Source: its API reference, November 2026. */
const batchWriteSize = 25;
const { parallelWrites } = defaultSettings.writer;

/** What the writer says of its batches; `listWriteUnits` are those of the lists' pages, among `writeUnits`. */
export type Applied = {
  writeUnits: number;
  listWriteUnits: number;
  readUnits: number;
  rowsWritten: number;
  rowsUnchanged: number;
};

/** The rows of this table that pages ask for, each once. */
export function rowsAskedFor(pages: readonly ItemPage[]): CatalogRow[] {
  const drafts = mergeRows(pages.map((page) => candidateOf('', page, defaultSettings)));
  return [...drafts.values()].map((draft) => draft.build());
}

/** This writer, in one batch: pages and single titles. @throws when one of them fails. */
export async function applyPages(
  client: DynamoDBDocumentClient,
  items: readonly Item[],
  tables = { catalog: catalogTable.name, control: controlTable.name },
): Promise<Applied> {
  const total: Applied = { writeUnits: 0, listWriteUnits: 0, readUnits: 0, rowsWritten: 0, rowsUnchanged: 0 };
  const store = dynamoCatalogStore(client, tables.catalog);
  const failures = await applyItems(
    items.map((item) => ({ messageId: item.jobId, item })),
    {
      store: {
        ...store,
        putIfNewer: async (row) => {
          const put = await store.putIfNewer(row);
          total.listWriteUnits += 'places' in row ? put.writeUnits : 0;
          return put;
        },
      },
      heads: dynamoFeedHeads(client, tables.control),
      settings: defaultSettings,
      pace: { waitFor: async () => undefined },
      telemetry: {
        event: (event) => {
          if (event.event === 'batch-written') {
            total.writeUnits += event.writeUnits;
            total.readUnits += event.readUnits;
            total.rowsWritten += event.rowsWritten;
            total.rowsUnchanged += event.rowsUnchanged;
          }
        },
        metric: () => undefined,
        warn: () => undefined,
      },
    },
  );
  if (failures.size > 0) {
    throw new Error(`${failures.size} messages failed: ${[...failures.values()][0]?.detail}`);
  }
  return total;
}

/** BatchWriteItem; answers with the write units. @throws when it leaves rows out. */
export async function batchWriteRows(
  client: DynamoDBDocumentClient,
  tableName: string,
  rows: readonly Record<string, unknown>[],
): Promise<number> {
  const batches = Array.from({ length: Math.ceil(rows.length / batchWriteSize) }, (_, index) =>
    rows.slice(index * batchWriteSize, (index + 1) * batchWriteSize),
  );
  const units = await sideBySide(batches, async (batch) => {
    const { ConsumedCapacity = [], UnprocessedItems = {} } = await client.send(
      new BatchWriteCommand({
        RequestItems: { [tableName]: batch.map((Item) => ({ PutRequest: { Item } })) },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    if (Object.keys(UnprocessedItems).length > 0) {
      throw new Error(`BatchWriteItem left rows of ${tableName} out`);
    }
    return ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  });
  return units.reduce((sum, some) => sum + some, 0);
}

/** A PutItem for each row; answers with the write units. */
export async function putRows(
  client: DynamoDBDocumentClient,
  tableName: string,
  rows: readonly Record<string, unknown>[],
): Promise<number> {
  const units = await sideBySide(rows, async (Item) => {
    const put = new PutCommand({ TableName: tableName, Item, ReturnConsumedCapacity: 'TOTAL' });
    return (await client.send(put)).ConsumedCapacity?.CapacityUnits ?? 0;
  });
  return units.reduce((sum, some) => sum + some, 0);
}

/** With as many requests in flight as the writer has puts. */
function sideBySide<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const limit = pLimit(parallelWrites);
  return Promise.all(items.map((item) => limit(act, item)));
}

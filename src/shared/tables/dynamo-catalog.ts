import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { type Feed, rowsPerPage } from '../core/feed.ts';
import type { CatalogJoinedRow, CatalogReader, CatalogRow, CatalogStore } from './catalog.ts';
import { type DetailsRow, detailsRowSchema, isDetailsKey } from './details-row.ts';
import { batchGetAll } from './dynamo-batch-get.ts';
import { externalIdKey, externalIdRowSchema } from './external-id-row.ts';
import type { StoredRow } from './joined-row.ts';
import { feedPartition, feedPrefix, type ListPageRow, listPageRowSchema, titlesOn } from './list-page-row.ts';
import { configurationKey, referenceRowSchema, referenceRowsOf, servicesKey } from './reference-row.ts';
import { type OnDamaged, type RowKey, rowBytes, rowKeyText, writeUnitsFor } from './row.ts';
import { categoryIndex } from './table-definitions.ts';
import { type TitleRow, titleRowSchema } from './title-row.ts';

/** Page size after an unreadable row: there may be many more, and a small page would need a query for each. */
const rowsBehindUnreadable = 25;

/** Reads the catalog table `tableName`: lists through its index, titles by key. All reads are eventually consistent. */
export function dynamoCatalogReader(client: DynamoDBDocumentClient, tableName: string): CatalogReader {
  const readRows = async <T extends RowKey>(
    schemaOf: (item: Record<string, unknown>) => z.ZodType<T>,
    keys: readonly RowKey[],
    onDamaged?: OnDamaged,
  ) => {
    const { items } = await batchGetAll(client, {
      tableName,
      keys: keys.map(({ mediaId, mediaType }) => ({ mediaId, mediaType })),
      consistent: false,
    });
    const rows = items.flatMap((item) => readable(schemaOf(item), item, onDamaged));
    return new Map(rows.map((row) => [rowKeyText(row), row]));
  };
  return {
    listPages: (feed, titles, onDamaged) => queryPages(client, tableName, { feed, titles, onDamaged }),
    readTitles: (keys, onDamaged) => readRows(() => titleRowSchema, keys, onDamaged),
    readCardsAndDetails: (keys, onDamaged) =>
      readRows<TitleRow | DetailsRow>(
        (item) => (isDetailsKey(item) ? detailsRowSchema : titleRowSchema),
        keys,
        onDamaged,
      ),
    readDetails: (keys, onDamaged) => readRows(() => detailsRowSchema, keys, onDamaged),
    readExternalId: async (text, onDamaged) => {
      const rows = await readRows(() => externalIdRowSchema, [externalIdKey(text)], onDamaged);
      return rows.values().next().value;
    },
    readReference: async (onDamaged) => {
      const rows = await readRows(() => referenceRowSchema, [configurationKey, servicesKey], onDamaged);
      return referenceRowsOf([...rows.values()]);
    },
  };
}

/** Pages of a feed from the first on, until they hold at least `titles` different titles. */
async function queryPages(
  client: DynamoDBDocumentClient,
  tableName: string,
  { feed, titles, onDamaged }: { feed: Feed; titles: number; onDamaged: OnDamaged | undefined },
): Promise<ListPageRow[]> {
  const pages: ListPageRow[] = [];
  let limit = pagesFor(titles);
  let startKey: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: categoryIndex,
        KeyConditionExpression: 'category = :category AND begins_with(contentType, :prefix)',
        ExpressionAttributeValues: { ':category': feedPartition(feed), ':prefix': feedPrefix(feed) },
        ScanIndexForward: false,
        Limit: limit,
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    const { Items: items = [] } = answer;
    const pagesRead = items.flatMap((item) => readable(listPageRowSchema, item, onDamaged));
    pages.push(...pagesRead);
    limit = pagesRead.length < items.length ? rowsBehindUnreadable : pagesFor(titles - titlesOn(pages));
    startKey = answer.LastEvaluatedKey;
  } while (startKey !== undefined && titlesOn(pages) < titles);
  return pages;
}

function pagesFor(titles: number): number {
  return Math.ceil(titles / rowsPerPage);
}

/** A row of another layout (older, newer or damaged) counts as absent. */
function readable<T>(schema: z.ZodType<T>, item: Record<string, unknown>, onDamaged: OnDamaged = () => undefined): T[] {
  const parsed = schema.safeParse(item);
  if (parsed.success) {
    return [parsed.data];
  }
  const [issue] = parsed.error.issues;
  onDamaged(
    { mediaId: String(item.mediaId), mediaType: String(item.mediaType) },
    `${String(issue?.path[0])}: ${issue?.code}`,
  );
  return [];
}

/** Puts `row` on `condition`, which may speak of `#version` and of `values`. */
async function putOn(
  client: DynamoDBDocumentClient,
  tableName: string,
  row: CatalogRow | CatalogJoinedRow,
  [condition, values]: readonly [string, Record<string, string>],
): Promise<{ written: boolean; writeUnits: number }> {
  try {
    const answer = await client.send(
      new PutCommand({
        TableName: tableName,
        Item: row,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: values,
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
}

/** The catalog table `tableName` for the writer: BatchGet reads what exists, conditional puts write rows. */
export function dynamoCatalogStore(client: DynamoDBDocumentClient, tableName: string): CatalogStore {
  const putRow = (row: CatalogRow | CatalogJoinedRow, condition: string, values: Record<string, string>) =>
    putOn(client, tableName, row, [condition, values]);
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
    putIfNewer: (row) =>
      putRow(row, 'attribute_not_exists(#version) OR #version < :version', { ':version': row.version }),
    readStored: async (keys, consistent) => {
      const { items, readUnits } = await batchGetAll(client, {
        tableName,
        keys: keys.map(({ mediaId, mediaType }) => ({ mediaId, mediaType })),
        consistent,
      });
      const keyOf = (item: StoredRow) =>
        rowKeyText({ mediaId: String(item.mediaId), mediaType: String(item.mediaType) });
      return { rows: new Map(items.map((item) => [keyOf(item), item])), readUnits };
    },
    replace: async (row, seen) => {
      // A version that is no text is none: without this such a row would never be replaced.
      const { written, writeUnits } = await (seen === undefined
        ? putRow(row, 'NOT attribute_type(#version, :text)', { ':text': 'S' })
        : putRow(row, '#version = :version', { ':version': seen }));
      return { replaced: written, writeUnits };
    },
  };
}

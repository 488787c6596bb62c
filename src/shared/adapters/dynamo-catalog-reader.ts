import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { rowsPerPage } from '../messages/item-page.ts';
import type { CatalogReader } from '../ports/catalog.ts';
import { feedPartition, feedPrefix, type ListPageRow, listPageRowSchema, titlesOn } from '../table/list-page-row.ts';
import { rowKeyText } from '../table/row.ts';
import { categoryIndex } from '../table/table-definitions.ts';
import { titleRowSchema } from '../table/title-row.ts';
import { batchGetAll } from './dynamo-batch-get.ts';

/** Where one row cannot be read there may be many, and one at a time they would take a query each. */
const rowsBehindUnreadable = 25;

/** Reads the catalog table `tableName`: lists through its index, titles by their key. Eventually consistent. */
export function dynamoCatalogReader(client: DynamoDBDocumentClient, tableName: string): CatalogReader {
  return {
    listPages: async (feed, titles) => {
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
        const readable = items.flatMap(readablePage);
        pages.push(...readable);
        limit = readable.length < items.length ? rowsBehindUnreadable : pagesFor(titles - titlesOn(pages));
        startKey = answer.LastEvaluatedKey;
      } while (startKey !== undefined && titlesOn(pages) < titles);
      return pages;
    },
    readTitles: async (keys) => {
      const { items } = await batchGetAll(client, {
        tableName,
        keys: keys.map(({ mediaId, mediaType }) => ({ mediaId, mediaType })),
        consistent: false,
      });
      const rows = items.flatMap((item) => titleRowSchema.safeParse(item).data ?? []);
      return new Map(rows.map((row) => [rowKeyText(row), row]));
    },
  };
}

function pagesFor(titles: number): number {
  return Math.ceil(titles / rowsPerPage);
}

/** A row of another layout (older, newer or damaged) is as good as absent, in a list as for a title. */
function readablePage(item: Record<string, unknown>): ListPageRow[] {
  const parsed = listPageRowSchema.safeParse(item);
  return parsed.success ? [parsed.data] : [];
}

/** Ways to lay lists out in a table: this project's, and those that it is measured beside. */
import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Feed, feedId, rowsPerPage } from '../src/shared/core/feed.ts';
import type { ItemPage } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { cardOf, encodeCard } from '../src/shared/tables/card.ts';
import { dynamoCatalogStore } from '../src/shared/tables/dynamo-catalog.ts';
import { feedPartition, feedPrefix, listPageDraft, placedTitles } from '../src/shared/tables/list-page-row.ts';
import { rowKeyText } from '../src/shared/tables/row.ts';
import { catalogTable, categoryIndex, type TableDefinition } from '../src/shared/tables/table-definitions.ts';
import { writeRows } from '../src/writer/write-rows.ts';
import { placementLayoutOf } from './placement-rows.ts';
import { applyPages, batchWriteRows } from './write-pages.ts';

/** A row of any layout. */
export type Row = Record<string, unknown>;

/** Capacity that pages take; `listWriteUnits` are those of the lists, among `writeUnits`. */
export type Taken = { writeUnits: number; listWriteUnits: number; readUnits: number };

/** A layout in a table of its own, and how it is written and read. */
export type TableModel = {
  name: string;
  table: TableDefinition;
  listRows(pages: readonly ItemPage[]): Row[];
  titleRows(pages: readonly ItemPage[]): Row[];
  write(client: DynamoDBDocumentClient, model: TableModel, pages: readonly ItemPage[]): Promise<Taken>;
  /** The query for the first `titles` titles of a feed. */
  query(feed: Feed, titles: number): Omit<QueryCommandInput, 'TableName'>;
};

const pageTable: TableDefinition = {
  name: 'OneItemPerPage',
  keys: [
    { attribute: 'feed', type: 'HASH' },
    { attribute: 'page', type: 'RANGE' },
  ],
  indexes: [],
  ttlAttribute: 'expiresAt',
};

/** This project's first. */
export const tableModels: readonly TableModel[] = [
  {
    name: 'a row per title and page of a list',
    table: catalogTable,
    listRows: (pages) => pages.flatMap((page) => listPageDraft(page, defaultSettings)?.build() ?? []),
    titleRows: (pages) => placementLayoutOf(pages).titles,
    write: async (client, _model, pages) => applyPages(client, pages),
    query: (feed, titles) => indexQuery(feed, pagesFor(titles)),
  },
  {
    name: 'the same with the cards side by side',
    table: { ...catalogTable, name: 'CardsSideBySide' },
    listRows: (pages) => pages.flatMap(sideBySide),
    titleRows: (pages) => placementLayoutOf(pages).titles,
    write: writeBlindly,
    query: (feed, titles) => indexQuery(feed, pagesFor(titles)),
  },
  {
    name: 'a row per title and placement',
    table: { ...catalogTable, name: 'Placements' },
    listRows: (pages) => placementLayoutOf(pages).placements,
    titleRows: (pages) => placementLayoutOf(pages).titles,
    write: writePlacements,
    query: indexQuery,
  },
  {
    name: 'the same rows by BatchWriteItem',
    table: { ...catalogTable, name: 'BlindPlacements' },
    listRows: (pages) => placementLayoutOf(pages).placements,
    titleRows: (pages) => placementLayoutOf(pages).titles,
    write: writeBlindly,
    query: indexQuery,
  },
  {
    name: 'one item per page of a list',
    table: pageTable,
    listRows: (pages) => pages.map(pageItem),
    titleRows: () => [],
    write: writeBlindly,
    query: pageQuery,
  },
];

function pagesFor(titles: number): number {
  return Math.ceil(titles / rowsPerPage);
}

function indexQuery(feed: Feed, rows: number): Omit<QueryCommandInput, 'TableName'> {
  return {
    IndexName: categoryIndex,
    KeyConditionExpression: 'category = :category AND begins_with(contentType, :prefix)',
    ExpressionAttributeValues: { ':category': feedPartition(feed), ':prefix': feedPrefix(feed) },
    ScanIndexForward: false,
    Limit: rows,
  };
}

function pageQuery(feed: Feed, titles: number): Omit<QueryCommandInput, 'TableName'> {
  return {
    KeyConditionExpression: 'feed = :feed',
    ExpressionAttributeValues: { ':feed': feedId(feed) },
    Limit: pagesFor(titles),
  };
}

/** Any size beyond a write unit: a row of twenty cards compresses their overviews. */
const pageBytes = 4_096;

/** This table's row of a page, its cards as attributes instead of one stream. */
function sideBySide(page: ItemPage): Row[] {
  const row = listPageDraft(page, defaultSettings)?.build();
  const cards = placedTitles(page).map((listed) => encodeCard(cardOf(listed), pageBytes));
  return row === undefined ? [] : [{ ...row, cards }];
}

function pageItem({ feed, page, snapshot, fetchedAt, titles }: ItemPage): Row {
  const cards = titles.map((listed) => ({
    id: listed.id,
    mediaType: listed.mediaType,
    ...encodeCard(cardOf(listed), pageBytes),
  }));
  return { feed: feedId(feed), page: String(page), snapshot, fetchedAt, titles: cards };
}

/** BatchWriteItem, whatever is there. */
async function writeBlindly(
  client: DynamoDBDocumentClient,
  { table, listRows, titleRows }: TableModel,
  pages: readonly ItemPage[],
): Promise<Taken> {
  const listWriteUnits = await batchWriteRows(client, table.name, listRows(pages));
  const titleWriteUnits = await batchWriteRows(client, table.name, titleRows(pages));
  return { writeUnits: listWriteUnits + titleWriteUnits, listWriteUnits, readUnits: 0 };
}

/** As this writer writes, without the heads of the feeds: what is there is read first, and every put has its condition. */
async function writePlacements(
  client: DynamoDBDocumentClient,
  { table }: TableModel,
  pages: readonly ItemPage[],
): Promise<Taken> {
  const store = dynamoCatalogStore(client, table.name);
  const { placements, titles } = placementLayoutOf(pages);
  const [lists, ofTitles] = [await write(placements), await write(titles)];
  return {
    writeUnits: lists.writeUnits + ofTitles.writeUnits,
    listWriteUnits: lists.writeUnits,
    readUnits: lists.readUnits + ofTitles.readUnits,
  };

  function write(rows: typeof titles) {
    const drafts = new Map(rows.map((row) => [rowKeyText(row), { ...row, build: () => row }]));
    return writeRows(drafts, store, defaultSettings.writer.parallelWrites, { waitFor: async () => undefined });
  }
}

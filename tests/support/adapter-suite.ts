import { randomBytes } from 'node:crypto';
import { PutCommand, type QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { DynamoEngine } from '../../src/local/embedded-dynamodb.ts';
import { batchGetAll } from '../../src/shared/tables/dynamo-batch-get.ts';
import { dynamoCatalogReader, dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import { assembleList } from '../../src/shared/tables/read-list.ts';
import { advanceHead } from '../../src/writer/apply-items.ts';
import { catalogContract, catalogListContract, titleOf } from './catalog-contract.ts';
import { describeOnEngine, type EmbeddedTables } from './embedded-tables.ts';
import { feedHeadsContract, sampleHead } from './feed-heads-contract.ts';
import { type OnPage, pageContent, pageKeys } from './list-pages.ts';
import { sampleFeed } from './sample-messages.ts';
import { sampleListPage, sampleTitleRow } from './sample-rows.ts';

/** Everything that talks to DynamoDB, on one engine. */
export function adapterSuite(engine: DynamoEngine): void {
  describeOnEngine(engine, 'DynamoDB adapters', (tables) => {
    const open = async () => openCatalog(tables);
    catalogContract(open);
    catalogListContract(open);
    feedHeadsContract(async () => dynamoFeedHeads(tables.client, await tables.newControl()));
    describe('feed heads in a control table', () => listedHeadSuite(tables));
    describe('feed heads of another layout', () => oldHeadSuite(tables));
    describe('feed heads that were made by hand or restored,', () => digestSuite(tables));
    describe('catalog reader', () => readerSuite(tables));
    describe('batch get', () => batchGetSuite(tables));
    if (engine === 'dynoxide') {
      describe('capacity', () => capacitySuite(tables));
    }
  });
}

async function openCatalog({ client, newCatalog }: EmbeddedTables) {
  const table = await newCatalog();
  return {
    table,
    store: dynamoCatalogStore(client, table),
    reader: dynamoCatalogReader(client, table),
    putItem: (item: Record<string, unknown>) => client.send(new PutCommand({ TableName: table, Item: item })),
  };
}

/** The n-th page of the sample feed with one title, at the page's first rank; members given replace its own. */
function nth(page: number, over: Partial<ListPageRow> = {}, title: OnPage = {}) {
  const rank = 20 * (page - 1) + 1;
  return sampleListPage({ ...pageKeys(sampleFeed(), page), ...pageContent([{ rank, ...title }]), ...over });
}

function readerSuite(tables: EmbeddedTables): void {
  it('pages over a list of more than 1 MB', async () => {
    const { store, reader } = await openCatalog(tables);
    const cards = new Uint8Array(randomBytes(30_000));
    const pages = Array.from({ length: 50 }, (_, n) => n + 1);
    await Promise.all(pages.map((page) => store.putIfNewer(nth(page, { cards }))));
    const read = async (titles: number) => (await reader.listPages(sampleFeed(), titles)).map(pageNumber);
    expect(await read(1_000)).toEqual(pages);
    expect(await read(45)).toEqual(pages.slice(0, 45));
  });

  it('goes on behind rows of another layout until it has as many as asked for', async () => {
    const { reader, putItem } = await openCatalog(tables);
    const broken = [{ schemaVersion: 2 }, { cards: 'none' }, { places: ['first'] }, { expiresAt: '2026-11-26' }];
    for (let page = 1; page <= 12; page += 1) {
      const damage = page % 3 === 0 ? {} : (broken[page % broken.length] ?? {});
      await putItem({ ...nth(page), ...damage });
    }
    const read = async (titles: number) => (await reader.listPages(sampleFeed(), titles)).map(pageNumber);
    expect(await read(1)).toContain(3);
    expect((await read(3)).slice(0, 3)).toEqual([3, 6, 9]);
    expect(await read(20)).toEqual([3, 6, 9, 12]);
  });

  it('takes no query for each row that cannot be read', async () => {
    const { table, putItem } = await openCatalog(tables);
    for (let rank = 1; rank <= 60; rank += 1) {
      const contentType = `movie#2026-11-23T08:00:00Z.0badcafe#${9_999 - rank}`;
      await putItem({ ...nth(1), mediaId: `${rank}`, mediaType: 'movie#popular/movie/global/en-US', contentType });
    }
    let queries = 0;
    const client: typeof tables.client = Object.create(tables.client);
    client.send = ((command: QueryCommand) => {
      queries += 1;
      return tables.client.send(command);
    }) as typeof client.send;
    const reader = dynamoCatalogReader(client, table);
    expect(await reader.listPages(sampleFeed(), 20)).toEqual([]);
    expect(queries).toBeLessThanOrEqual(4);
  });

  it('gives rows past their hard TTL to nobody as a list', async () => {
    const { store, reader } = await openCatalog(tables);
    const nowMs = Date.UTC(2026, 10, 23, 12);
    const nowSeconds = nowMs / 1000;
    await store.putIfNewer(nth(1, { expiresAt: nowSeconds - 1 }));
    await store.putIfNewer(nth(2, { expiresAt: nowSeconds }));
    await store.putIfNewer(nth(3, { expiresAt: nowSeconds + 1 }));
    const list = assembleList(await reader.listPages(sampleFeed(), 20), 20, nowMs);
    expect(list.map(({ rank }) => rank)).toEqual([41]);
  });

  it('lets the writer replace a row of the predecessor, which has no version', async () => {
    const { store, reader, putItem } = await openCatalog(tables);
    await putItem({ mediaId: '550', mediaType: 'movie', category: 'popular', contentType: 'movie' });
    const row = sampleTitleRow();
    expect((await store.readPresent([row])).present).toEqual(new Map([['550\nmovie', { version: '' }]]));
    expect(await store.putIfNewer(row)).toMatchObject({ written: true });
    expect(await titleOf(reader, row)).toEqual(row);
  });
}

function oldHeadSuite(tables: EmbeddedTables): void {
  const open = async () => {
    const table = await tables.newControl();
    const { lastOutcome: _lastOutcome, ...old } = sampleHead();
    await tables.client.send(new PutCommand({ TableName: table, Item: old }));
    return dynamoFeedHeads(tables.client, table);
  };

  it('are as good as absent', async () => {
    const heads = await open();
    expect((await heads.read([sampleHead().id])).heads).toEqual(new Map());
  });

  it('are replaced by the next page', async () => {
    const heads = await open();
    await advanceHead(sampleHead(), heads);
    expect((await heads.read([sampleHead().id])).heads.get(sampleHead().id)).toEqual(sampleHead());
  });
}

function digestSuite(tables: EmbeddedTables): void {
  const { snapshot, pages, fetchedAt } = sampleHead();
  const known = sampleHead({ newest: { snapshot, pages, fetchedAt, outcomes: { 2: 'rejected' } } });
  const whole = sampleHead({ pagesApplied: [1, 2], lastOutcome: 'complete' });
  const { lastOutcome: _lastOutcome, ...unreadable } = known;

  it.each([
    ['without a digest', known],
    ['with the digest of something else', { ...known, newestDigest: '0123456789abcdef' }],
    ['with a digest that is none', { ...known, newestDigest: 7 }],
    ['of another layout, without a digest', unreadable],
  ])('%s are replaced by the next page', async (_name, item) => {
    const table = await tables.newControl();
    await tables.client.send(new PutCommand({ TableName: table, Item: item }));
    const heads = dynamoFeedHeads(tables.client, table);
    await advanceHead(whole, heads);
    expect((await heads.read([whole.id])).heads.get(whole.id)).toMatchObject({ pagesApplied: [1, 2] });
  });

  it('without a digest are not replaced where another writer was faster', async () => {
    const table = await tables.newControl();
    await tables.client.send(new PutCommand({ TableName: table, Item: known }));
    const [slow, fast] = [dynamoFeedHeads(tables.client, table), dynamoFeedHeads(tables.client, table)];
    const seen = (await slow.read([known.id])).heads.get(known.id);
    const other = sampleHead({ newest: { snapshot, pages, fetchedAt, outcomes: { 2: 'not-found' } } });
    expect(await fast.replace(other, (await fast.read([known.id])).heads.get(known.id))).toMatchObject({
      replaced: true,
    });
    await slow.read([known.id]);
    expect(await slow.replace(whole, seen)).toMatchObject({ replaced: false });
  });
}

function listedHeadSuite(tables: EmbeddedTables): void {
  it('are listed without what else is there, and without what is damaged', async () => {
    const table = await tables.newControl();
    const put = (item: Record<string, unknown>) => tables.client.send(new PutCommand({ TableName: table, Item: item }));
    const head = sampleHead();
    await put(head);
    await put({ ...head, id: 'usage#2026-11-23T08#feeds' });
    await put({ ...head, id: 'breaker' });
    await put({ ...head, id: 'feed#popular/tv/global/en-US', pages: 'two' });
    expect(await dynamoFeedHeads(tables.client, table).list()).toEqual([head]);
  });

  it('are listed over more than the 1 MB that one answer holds', async () => {
    const table = await tables.newControl();
    const put = (item: Record<string, unknown>) => tables.client.send(new PutCommand({ TableName: table, Item: item }));
    const many = Array.from({ length: 30 }, (_, n) => sampleHead({ id: `feed#genre_${n + 100}/movie/global/en-US` }));
    for (const [n, head] of many.entries()) {
      await put(head);
      await put({ id: `usage#${n}`, text: 'x'.repeat(100_000) });
    }
    const listed = await dynamoFeedHeads(tables.client, table).list();
    expect(listed.map(({ id }) => id)).toEqual(many.map(({ id }) => id).sort());
  });
}

function batchGetSuite(tables: EmbeddedTables): void {
  it('reads more keys than one call takes, whole items or named attributes', async () => {
    const { table, putItem } = await openCatalog(tables);
    const keys = Array.from({ length: 230 }, (_, n) => ({ mediaId: `${n}`, mediaType: 'movie' }));
    await Promise.all(keys.filter((_, n) => n % 2 === 0).map((key) => putItem({ ...key, title: 'even', votes: 1 })));
    const whole = await batchGetAll(tables.client, { tableName: table, keys, consistent: false });
    expect(whole.items.map(({ mediaId }) => Number(mediaId)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 115 }, (_, n) => 2 * n),
    );
    expect(whole.items[0]).toMatchObject({ title: 'even', votes: 1 });
    expect(whole.readUnits).toBe(115);
    const named = await batchGetAll(tables.client, {
      tableName: table,
      keys,
      consistent: true,
      attributes: ['mediaId', 'votes'],
    });
    expect(named.items).toHaveLength(115);
    expect(Object.keys(named.items[0] ?? {}).sort()).toEqual(['mediaId', 'votes']);
    expect(named.readUnits).toBe(230);
  });

  it('makes no call for no keys', async () => {
    const request = { tableName: 'no-such-table', keys: [], consistent: true };
    expect(await batchGetAll(tables.client, request)).toEqual({ items: [], readUnits: 0 });
  });
}

/** dynoxide alone counts the index; figures by the price list: 1 KB a unit, and the index again where it is touched. */
function capacitySuite(tables: EmbeddedTables): void {
  it('of a title is one unit for each KB, and the index none', async () => {
    const { store } = await openCatalog(tables);
    expect((await store.putIfNewer(sampleTitleRow())).writeUnits).toBe(1);
    const long = sampleTitleRow({ version: 'n', overview: 'x'.repeat(1500) });
    expect((await store.putIfNewer(long)).writeUnits).toBe(2);
  });

  it('of a page is its size twice, the second time for the index, whether it is new or replaced', async () => {
    const { store } = await openCatalog(tables);
    const small = nth(1);
    expect((await store.putIfNewer(small)).writeUnits).toBe(2);
    expect((await store.putIfNewer({ ...nth(1, {}, { id: 7 }), version: 'n' })).writeUnits).toBe(2);
    const cards = new Uint8Array(randomBytes(4_500));
    expect((await store.putIfNewer(nth(1, { cards, version: 'o' }))).writeUnits).toBe(10);
    expect((await store.putIfNewer(small)).writeUnits).toBe(1);
  });
}

function pageNumber({ mediaType }: ListPageRow): number {
  return Number(mediaType.slice('page#'.length));
}

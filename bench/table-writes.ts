/** Write and read units of the table on dynoxide, beside other layouts of the same lists (table-models.ts), over a week of daily runs. */
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Feed } from '../src/shared/core/feed.ts';
import type { ItemPage } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { rowBytes } from '../src/shared/tables/row.ts';
import { controlTable } from '../src/shared/tables/table-definitions.ts';
import { type BenchReport, type BenchResult, benchEnvironment, quantile, spreadOf } from './bench-report.ts';
import { dailyPages } from './daily-pages.ts';
import { withTables } from './emulated-services.ts';
import { recordedFolder, recordedPages } from './recorded-pages.ts';
import { type Row, type TableModel, type Taken, tableModels } from './table-models.ts';

const days = 7;
const readFeed: Feed = { category: 'popular', media: 'movie', region: 'global', language: 'en-US' };
const readSizes = [20, 40];

/** The week's pages, and recorded titles in the place of a simulated page's. */
type Samples = { simulated: readonly ItemPage[]; recorded: readonly ItemPage[] };

/** Runs the comparison. @throws where dynoxide is not installed: only it counts capacity as DynamoDB does. */
export async function benchTableWrites(): Promise<BenchReport> {
  const week = await dailyPages(days, defaultSettings);
  const samples = { simulated: week.flat(), recorded: recordedLike(week[0]?.[0]) };
  return withTables([controlTable, ...tableModels.map((model) => model.table)], async (client) => {
    const results: BenchResult[] = [];
    for (const model of tableModels) {
      results.push(
        ...(await writeWeek(model, week, client)),
        ...(await readLists(model, client)),
        ...bytesOf(model, samples),
        ...(await deliverLate(model, week[0] ?? [], client)),
      );
    }
    return {
      bench: 'table-writes',
      method: method(samples),
      environment: benchEnvironment({ dynoxide: '1.2.1' }),
      results,
      targets: [],
    };
  });
}

/** Recorded pages as `like`, with their own titles. */
function recordedLike(like: ItemPage | undefined): ItemPage[] {
  return like === undefined ? [] : recordedPages().map((titles) => ({ ...like, titles }));
}

async function writeWeek(
  model: TableModel,
  week: readonly ItemPage[][],
  client: DynamoDBDocumentClient,
): Promise<BenchResult[]> {
  const taken: Taken[] = [];
  for (const pages of week) {
    taken.push(await model.write(client, model, pages));
  }
  const units = (metric: string, unit: string, of: (day: Taken) => number) => [
    ...spreadOf(model.name, `${metric}, first day`, unit, taken.slice(0, 1).map(of)),
    ...spreadOf(model.name, `${metric}, days 2 to ${days}`, unit, taken.slice(1).map(of)),
  ];
  return [
    ...units('write units', 'WCU', ({ writeUnits }) => writeUnits),
    ...units('write units of the lists alone', 'WCU', ({ listWriteUnits }) => listWriteUnits),
    ...units('read units before writing', 'RCU', ({ readUnits }) => readUnits),
  ];
}

async function readLists({ name, table, query }: TableModel, client: DynamoDBDocumentClient): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const size of readSizes) {
    const command = { TableName: table.name, ...query(readFeed, size), ReturnConsumedCapacity: 'TOTAL' as const };
    const { ConsumedCapacity } = await client.send(new QueryCommand(command));
    const value = ConsumedCapacity?.CapacityUnits ?? 0;
    results.push({ subject: name, metric: `read units, list of ${size}`, value, unit: 'RCU' });
  }
  return results;
}

function bytesOf({ name, listRows }: TableModel, { simulated, recorded }: Samples): BenchResult[] {
  const ofPages = (which: string, pages: readonly ItemPage[]) => {
    const bytes = pages.map((page) => listRows([page]).reduce((sum, row) => sum + rowBytes(row), 0));
    const figure = (metric: string, value: number) => ({ subject: name, metric, value, unit: 'bytes' });
    return pages.length === 0
      ? []
      : [
          figure(`${which} page, median`, Math.round(quantile(bytes, 0.5))),
          figure(`${which} page, highest`, Math.max(...bytes)),
        ];
  };
  return [...ofPages('simulated', simulated), ...ofPages('recorded', recorded)];
}

/** The first day's messages once more, after the last day's: a replayed dead letter. */
async function deliverLate(
  model: TableModel,
  pages: readonly ItemPage[],
  client: DynamoDBDocumentClient,
): Promise<BenchResult[]> {
  const rows = [...model.listRows(pages), ...model.titleRows(pages)];
  const before = await versionsOf(model, rows, client);
  const { writeUnits } = await model.write(client, model, pages);
  const after = await versionsOf(model, rows, client);
  const wentBack = after.filter((version, index) => version < (before[index] ?? '')).length;
  return [
    { subject: model.name, metric: 'write units, late delivery', value: writeUnits, unit: 'WCU' },
    { subject: model.name, metric: 'rows that went back', value: wentBack, unit: 'rows' },
  ];
}

/** What the table holds for `rows`: their versions, or their snapshots where a layout has no versions. */
function versionsOf({ table }: TableModel, rows: readonly Row[], client: DynamoDBDocumentClient): Promise<string[]> {
  return Promise.all(
    rows.map(async (row) => {
      const Key = Object.fromEntries(table.keys.map(({ attribute }) => [attribute, row[attribute]]));
      const { Item } = await client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
      return String(Item?.version ?? Item?.snapshot ?? '');
    }),
  );
}

function method({ simulated, recorded }: Samples): string {
  return [
    `${days} daily runs (${simulated.length / days} pages of 20 rows each) of the simulator's drifting lists, written by each model into its own table of one dynoxide, capacity as it reports it, table and index together; this writer's include the heads of the feeds; one item per page has no index and no titles' rows: it is to be compared by the lists alone`,
    "then the first titles of a list are read by query, eventually consistent; then the first day's pages are delivered again after the last day's",
    'the bytes of a page are those of all the rows in which its twenty titles lie, as DynamoDB counts them, without the index',
    recorded.length > 0
      ? `recorded pages: ${recorded.length} of TMDB's, each once, under the key of a simulated one`
      : `recorded pages: skipped, ${recordedFolder} is not there`,
  ].join('; ');
}

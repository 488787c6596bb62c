/**
 * What a written row costs: this writer beside one PutItem for each row and BatchWriteItem, on the first day of a table and day
 * by day from then on. Each brings the same pages into a table of its own: the peers in the layout of the design, and one in ours.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../src/shared/core/system-clock.ts';
import type { ItemPage } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { catalogTable, controlTable, type TableDefinition } from '../src/shared/tables/table-definitions.ts';
import type { TitleRow } from '../src/shared/tables/title-row.ts';
import {
  type BenchReport,
  type BenchResult,
  type BenchTarget,
  benchEnvironment,
  quantile,
  spreadOf,
} from './bench-report.ts';
import { type CapacityMeter, meterCapacity } from './capacity-meter.ts';
import { dailyPages } from './daily-pages.ts';
import { withTables } from './emulated-services.ts';
import { listDrift } from './list-drift.ts';
import { placementLayoutOf } from './placement-rows.ts';
import { applyPages, batchWriteRows, putRows, rowsAskedFor } from './write-pages.ts';

const rounds = 3;
const days = 4;
const highestShare = 0.5;
/** The daily plan with three regions: 31 pages. Their titles come in other languages, and so in rows of their own. */
const settings = {
  ...defaultSettings,
  regions: [
    { region: 'DE', language: 'de-DE' },
    { region: 'FR', language: 'fr-FR' },
    { region: 'JP', language: 'ja-JP' },
  ],
};
const putTable: TableDefinition = { ...catalogTable, name: 'PutByRow' };
const batchTable: TableDefinition = { ...catalogTable, name: 'PutByBatch' };
const pagesTable: TableDefinition = { ...catalogTable, name: 'PutByPage' };

type Subject = { name: string; write(client: DynamoDBDocumentClient, pages: readonly ItemPage[]): Promise<unknown> };
type Phase = 'first fill' | 'day over day';
type DayTrial = CapacityMeter & { subject: string; phase: Phase; rows: number; tookMs: number };

const ourName = 'this writer';
const putName = 'PutItem for each row';
const subjects: readonly Subject[] = [
  { name: ourName, write: applyPages },
  { name: putName, write: (client, pages) => putRows(client, putTable.name, listRowsAndTitles(pages)) },
  {
    name: 'BatchWriteItem',
    write: (client, pages) => batchWriteRows(client, batchTable.name, listRowsAndTitles(pages)),
  },
  {
    name: "PutItem for each of this writer's rows",
    write: (client, pages) => putRows(client, pagesTable.name, rowsAskedFor(pages)),
  },
];

/** Runs the comparison. @throws where dynoxide is not installed: only it counts capacity as DynamoDB does. */
export async function benchWrites(): Promise<BenchReport> {
  const runs = await dailyPages(days, settings);
  const trials: DayTrial[] = [];
  for (let round = 0; round < rounds; round += 1) {
    trials.push(...(await writeDays(runs, round)));
  }
  const perDay = (runs[0] ?? []).reduce((sum, { titles }) => sum + titles.length, 0);
  return {
    bench: 'writes',
    method: method(runs[0]?.length ?? 0, perDay),
    environment: benchEnvironment({ dynoxide: '1.2.1' }),
    results: [
      ...[...Map.groupBy(trials, ({ subject, phase }) => `${phase}: ${subject}`)].flatMap(resultsOf),
      ...listDrift(runs),
    ],
    targets: [targetOf(trials)],
  };
}

/** A fresh dynoxide for each round, in which each day begins with another subject. */
function writeDays(runs: readonly ItemPage[][], round: number): Promise<DayTrial[]> {
  return withTables([catalogTable, controlTable, putTable, batchTable, pagesTable], async (client) => {
    const meter = meterCapacity(client);
    const trials: DayTrial[] = [];
    for (const [day, pages] of runs.entries()) {
      for (let turn = 0; turn < subjects.length; turn += 1) {
        const subject = subjects[(day + round + turn) % subjects.length] as Subject;
        const phase: Phase = day === 0 ? 'first fill' : 'day over day';
        trials.push({ subject: subject.name, phase, ...(await writeDay(subject, pages, client, meter)) });
      }
    }
    return trials;
  });
}

/** In batches of as many pages as the writer is invoked with. */
async function writeDay(
  { write }: Subject,
  pages: readonly ItemPage[],
  client: DynamoDBDocumentClient,
  meter: CapacityMeter,
) {
  const before = { ...meter };
  const { batchSize } = defaultSettings.writer;
  let rows = 0;
  let tookMs = 0;
  for (let start = 0; start < pages.length; start += batchSize) {
    const batch = pages.slice(start, start + batchSize);
    rows += listRowsAndTitles(batch).length;
    const startedMs = systemClock.monotonicMs();
    await write(client, batch);
    tookMs += systemClock.monotonicMs() - startedMs;
  }
  return {
    rows,
    tookMs,
    readUnits: meter.readUnits - before.readUnits,
    writeUnits: meter.writeUnits - before.writeUnits,
    requests: meter.requests - before.requests,
  };
}

/** What every subject's figures are counted by, whatever rows it makes of them. */
function listRowsAndTitles(pages: readonly ItemPage[]): TitleRow[] {
  const { placements, titles } = placementLayoutOf(pages);
  return [...placements, ...titles];
}

function resultsOf([subject, trials]: [string, DayTrial[]]): BenchResult[] {
  const spread = (metric: string, unit: string, of: (trial: DayTrial) => number) =>
    spreadOf(subject, metric, unit, trials.map(of));
  return [
    ...spread('rows a second', '', ({ rows, tookMs }) => rows / (tookMs / 1_000)),
    ...spread('requests per row', '', ({ requests, rows }) => requests / rows),
    ...spread('write units per row', 'WCU', ({ writeUnits, rows }) => writeUnits / rows),
    ...spread('read units per row', 'RCU', ({ readUnits, rows }) => readUnits / rows),
  ];
}

function targetOf(trials: readonly DayTrial[]): BenchTarget {
  const unitsOf = (name: string) =>
    quantile(
      trials
        .filter(({ subject, phase }) => subject === name && phase === 'day over day')
        .map(({ writeUnits, rows }) => writeUnits / rows),
      0.5,
    );
  const share = unitsOf(ourName) / unitsOf(putName);
  return {
    name: "write units per row day over day, beside PutItem for each row of the design's layout",
    value: Number(share.toFixed(3)),
    target: `at most ${highestShare}`,
    met: share <= highestShare,
  };
}

function method(pages: number, listRows: number): string {
  return [
    `${days} daily runs of ${pages} pages (${listRows} list rows) of the simulator's drifting lists, with the regions DE, FR and JP in their languages, in batches of ${defaultSettings.writer.batchSize} pages; each subject writes into a table and index of its own of one dynoxide, each day another one first; ${rounds} rounds, each with a fresh dynoxide`,
    'a row is, for every subject, what the lists ask for once the pages of a batch are merged: one for each place of a list and one for each title and language; rows a second, requests and units are divided by the number of these, and the time includes making what is written',
    "PutItem and BatchWriteItem write these rows as the design lays them out, one item for each (a placement moves in the index with its snapshot); this writer puts the twenty places of a page into one item, whose key in the index stays, and the titles into the same rows as they do; PutItem for each of this writer's rows writes its items without looking at what is there: the distance from it to PutItem for each row is the layout, and that is most of the gain; the distance from it to this writer is the titles that another batch of the day has brought already, less the heads of the feeds: from day to day nothing is left unwritten",
    "units as dynoxide reports them, table and index together; this writer's include the heads of the feeds; it and both of PutItem have 16 requests in flight, BatchWriteItem has up to 16 of 25 rows each",
  ].join('; ');
}

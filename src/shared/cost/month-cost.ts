import { rowsPerPage } from '../core/feed.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { freeTier, type PriceName, priceTable } from './price-table.ts';
import { requestsPerPage, writeUnitsOfPage } from './run-cost.ts';
import type { TemplateInventory } from './template-inventory.ts';

/** The bill of a month of 30 days, line by line: standing costs, and what the plan's jobs use. */

/** The number of jobs and of schedule occurrences in a month. */
export type MonthPlan = { jobs: number; occurrences: number };

/** One line. `usd`: by list price. `usdWithFreeTier`: what an account pays that uses its free tier for this pipeline only. */
type CostLine = {
  item: string;
  price: PriceName;
  quantity: number;
  freeQuantity: number;
  usd: number;
  usdWithFreeTier: number;
};

/** A month's lines and sums. */
export type MonthCost = { lines: CostLine[]; usd: number; usdWithFreeTier: number };

const daysPerMonth = 30;
const hoursPerMonth = 24 * daysPerMonth;
/** An idle event source polls every 20 s with five pollers. Source: Lambda developer guide, SQS scaling, November 2026. */
export const documentedPollers = 5;
/** Pollers that were measured at a maximum concurrency of two. Source: published measurements, November 2026. */
export const measuredPollers = 2;
const pollSeconds = 20;

/** Share of a page's titles that change from one daily run to the next: 167 write units were measured for seven jobs (docs/adr/0017). */
const changedShareOfDay = 0.8;

/**
 * What a job uses, from its plan to its rows. The catalog's units are those of a daily run from the second day on (docs/adr/0017: 61 read
 * units for seven jobs; a recorded page takes two write units more than a simulated one). The rest are upper estimates: each job accesses
 * the control table for breaker, slot, planner record and head on its own, and functions wait for a second for TMDB or for the table.
 */
export const perJob = {
  workerMs: 1_500,
  writerMs: 1_500,
  catalogWriteUnits: writeUnitsOfPage(changedShareOfDay),
  catalogReadUnits: 10,
  controlWriteUnits: 6,
  controlReadUnits: 4,
  logBytes: 6_000,
} as const;

/**
 * What a read uses, an upper estimate: a warm container usually answers in a few milliseconds; a recommendation after a cold start reads
 * 20 lists. Catalog units are billed in on-demand mode only.
 */
const perRead = { readerMs: 60, catalogReadUnits: 2, logBytes: 1_000 } as const;
/**
 * What an occurrence uses of the control table in addition to its jobs, with four weeks of history. Read, eventually consistent: for each
 * day an item of reads and one of changes, the hours of the current day, the plans of a week, the calls of a day; also the heads of feeds
 * that it may fetch. Written: the plan's counters and, once a day, a day of reads.
 */
const perOccurrence = { controlReadUnits: 140, controlWriteUnits: 6 } as const;
/** Writing the counters of one window takes two updates, of items of one to two kilobytes. */
const unitsPerUsageWindow = 3;

/** Assumed size of the tables, far below the free gigabytes. */
const storedGb = 0.05;
const plannerMs = 2_000;

/** Prices a month. `pollers` is how many pollers an idle event source keeps. */
export function monthCost(
  inventory: TemplateInventory,
  plan: MonthPlan,
  settings: Settings,
  emittedMetrics: number,
  pollers: number,
): MonthCost {
  const quantities = [...standing(inventory, settings, emittedMetrics, pollers), ...used(plan, settings)];
  const free = new Map(Object.entries(freeTier));
  const lines = quantities.map(([item, price, quantity]) => {
    const freeQuantity = Math.min(quantity, free.get(price) ?? 0);
    free.set(price, (free.get(price) ?? 0) - freeQuantity);
    const usd = quantity * priceTable[price];
    return { item, price, quantity, freeQuantity, usd, usdWithFreeTier: (quantity - freeQuantity) * priceTable[price] };
  });
  const sum = (member: 'usd' | 'usdWithFreeTier') => lines.reduce((total, line) => total + line[member], 0);
  return { lines, usd: sum('usd'), usdWithFreeTier: sum('usdWithFreeTier') };
}

type Quantity = readonly [item: string, price: PriceName, quantity: number];

function standing(
  inventory: TemplateInventory,
  settings: Settings,
  emittedMetrics: number,
  pollers: number,
): Quantity[] {
  const polls = (inventory.eventSources * pollers * hoursPerMonth * 3_600) / pollSeconds;
  const { readUnits, writeUnits } = provisionedUnits(inventory, settings);
  const recovered = settings.deployment.catalogTable.pointInTimeRecovery;
  return [
    [`idle polling: ${inventory.eventSources} event sources, ${pollers} pollers each`, 'sqsRequest', polls],
    ['provisioned write units, by the hour', 'dynamoProvisionedWriteUnitHour', writeUnits * hoursPerMonth],
    ['provisioned read units, by the hour', 'dynamoProvisionedReadUnitHour', readUnits * hoursPerMonth],
    ['stored rows, GB', 'dynamoGbMonth', storedGb],
    ['point-in-time recovery, GB', 'dynamoRecoveryGbMonth', recovered ? storedGb : 0],
    ['custom metrics', 'metricMonth', emittedMetrics],
    ['alarms, by metric', 'alarmMonth', inventory.alarmMetrics],
    ['dashboards', 'dashboardMonth', inventory.dashboards],
    ['customer-managed keys', 'keyMonth', inventory.keys],
    ['secrets', 'secretMonth', inventory.secrets],
  ];
}

/** The provisioned units. An imported table is not in the template, so its units come from the settings. */
function provisionedUnits(inventory: TemplateInventory, { capacity, deployment }: Settings) {
  if (!deployment.catalogTable.existing || capacity.mode === 'on-demand') {
    return inventory.provisioned;
  }
  return {
    readUnits: capacity.catalog.readUnits + capacity.index.readUnits,
    writeUnits: capacity.catalog.writeUnits + capacity.index.writeUnits,
  };
}

function used({ jobs, occurrences }: MonthPlan, settings: Settings): Quantity[] {
  const { planner, worker, writer, reader } = settings;
  const reads = settings.deployment.reader.readsPerDay * daysPerMonth;
  // Assumes one container: windows with a read are at most as many as the reads, and as the windows of the month.
  const usageWindows = Math.min(reads, (hoursPerMonth * 3_600) / reader.usage.windowSeconds);
  const gbSeconds =
    (occurrences * plannerMs * planner.memoryMb +
      jobs * perJob.workerMs * worker.memoryMb +
      jobs * perJob.writerMs * writer.memoryMb +
      reads * perRead.readerMs * reader.memoryMb) /
    (1_000 * 1_024);
  const learning = planner.adaptive.enabled ? occurrences : 0;
  const onDemand = settings.capacity.mode === 'on-demand';
  const catalogReads = jobs * perJob.catalogReadUnits + reads * perRead.catalogReadUnits;
  return [
    ['requests of jobs and pages', 'sqsRequest', jobs * requestsPerPage],
    ['function invocations', 'lambdaRequest', occurrences + 2 * jobs + reads],
    ['function time, GB-s', 'lambdaGbSecond', gbSeconds],
    ['catalog write units on demand', 'dynamoWriteUnit', onDemand ? jobs * perJob.catalogWriteUnits : 0],
    ['catalog read units on demand', 'dynamoReadUnit', onDemand ? catalogReads : 0],
    ['control write units of jobs', 'dynamoWriteUnit', jobs * perJob.controlWriteUnits],
    ['control read units of jobs', 'dynamoReadUnit', jobs * perJob.controlReadUnits],
    ['history and plans, read units', 'dynamoReadUnit', learning * perOccurrence.controlReadUnits],
    ['plans and days of reads, write units', 'dynamoWriteUnit', learning * perOccurrence.controlWriteUnits],
    [`usage counters of ${reads} reads, write units`, 'dynamoWriteUnit', usageWindows * unitsPerUsageWindow],
    ['logs, GB', 'logGb', (jobs * perJob.logBytes + reads * perRead.logBytes) / 1e9],
    ['schedule occurrences', 'schedulerInvocation', occurrences],
  ];
}

/** What jobs are expected to use of TMDB and of the catalog table. */
export type PlanTakes = {
  /** One call for each job, without retries. */
  calls: number;
  /** Upper bound: a row for each page and one for each of its titles. A title in several lists has only one row. */
  rows: number;
  /** Write units of the catalog and its index from the second day on; an empty table needs about three quarters of that. */
  writeUnits: number;
};

/** What `jobs` jobs use. */
export function takesOf(jobs: number): PlanTakes {
  return { calls: jobs, rows: jobs * (1 + rowsPerPage), writeUnits: jobs * perJob.catalogWriteUnits };
}

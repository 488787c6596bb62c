import { rowsPerPage } from '../core/feed.ts';
import { documentedPollers, writersAtMost } from '../settings/event-source-pollers.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { freeTier, type PriceName, priceOf, priceTable } from './price-table.ts';
import { perRead, platformLogBytes, type ReadLoad, secondsPerMonth } from './read-load.ts';
import { requestsPerPage, writeUnitsOfPage } from './run-cost.ts';
import type { EventSourceFacts, TemplateInventory } from './template-inventory.ts';
import { storedGbOfTitles, type TitleLoad, usedByTitles } from './title-cost.ts';

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

/** What a month is made of. */
export type MonthUse = {
  inventory: TemplateInventory;
  plan: MonthPlan;
  settings: Settings;
  emittedMetrics: number;
  reads: ReadLoad;
  /** Whole titles that are kept. */
  titles: TitleLoad;
  /** Which of the documented numbers of pollers idle event sources keep. */
  pollers: 'least' | 'most';
};

const hoursPerMonth = secondsPerMonth / 3_600;
/** A long poll. Source: Lambda developer guide, SQS scaling behavior, November 2026. */
const pollSeconds = 20;

/** Share of a page's titles that change from one daily run to the next: 167 write units were measured for seven jobs (docs/adr/0017). */
const changedShareOfDay = 0.8;

/**
 * What a job uses, from its plan to its rows. The catalog's units are those of a daily run from the second day on (docs/adr/0017: 61 read
 * units for seven jobs; a recorded page takes two write units more than a simulated one). `logBytes` are those of all three functions. The
 * rest are upper estimates: each job accesses the control table for breaker, slot, planner record and head on its own, and functions wait
 * for a second for TMDB or for the table.
 */
export const perJob = {
  workerMs: 1_500,
  writerMs: 1_500,
  catalogWriteUnits: writeUnitsOfPage(changedShareOfDay),
  catalogReadUnits: 10,
  controlWriteUnits: 6,
  controlReadUnits: 4,
  logBytes: 3_000,
} as const;

/**
 * What an occurrence uses of the control table in addition to its jobs, with four weeks of history. Read, eventually consistent: for each
 * day an item of reads and one of changes, the hours of the current day, the plans of a week, the calls of a day; also the heads of feeds
 * that it may fetch. Written: the plan's counters and, once a day, a day of reads.
 */
const perOccurrence = { controlReadUnits: 140, controlWriteUnits: 6 } as const;
/** Writing the counters of one window takes two updates, of items of one to two kilobytes. */
const unitsPerUsageWindow = 3;

/** Assumed size of the tables without whole titles, far below the free gigabytes. */
const storedGbOfLists = 0.05;
const plannerMs = 2_000;
/** Logs are stored compressed, to about this share. Source: CloudWatch pricing examples, November 2026. */
const storedLogShare = 0.15;

/** Prices a month. */
export function monthCost(use: MonthUse): MonthCost {
  const left = new Map(Object.entries(freeTier));
  const counted = new Map<PriceName, number>();
  const ofTitles = usedByTitles(use.titles, use.settings);
  const used = [...standing(use), ...usedByJobs(use), ...ofTitles, ...usedByReads(use)];
  const lines = used.map(([item, price, quantity]) => {
    const freeQuantity = Math.min(quantity, left.get(price) ?? 0);
    left.set(price, (left.get(price) ?? 0) - freeQuantity);
    const before = counted.get(price) ?? 0;
    counted.set(price, before + quantity);
    const usd = priceOf(price, before + quantity) - priceOf(price, before);
    // What is free comes first, at the highest price.
    return { item, price, quantity, freeQuantity, usd, usdWithFreeTier: usd - freeQuantity * priceTable[price] };
  });
  const sum = (member: 'usd' | 'usdWithFreeTier') => lines.reduce((total, line) => total + line[member], 0);
  return { lines, usd: sum('usd'), usdWithFreeTier: sum('usdWithFreeTier') };
}

type Quantity = readonly [item: string, price: PriceName, quantity: number];

/** Empty receives a month of an idle event source with so many pollers. */
export function idlePolls(pollers: number): number {
  return (pollers * secondsPerMonth) / pollSeconds;
}

/** Pollers of an idle event source, as AWS documents it: a maximum concurrency keeps all five. */
export function pollersOf({ maximumConcurrency }: EventSourceFacts, which: MonthUse['pollers']): number {
  return maximumConcurrency === undefined ? documentedPollers[which] : documentedPollers.most;
}

function standing({ inventory, settings, emittedMetrics, pollers, titles }: MonthUse): Quantity[] {
  const storedGb = storedGbOfLists + storedGbOfTitles(titles);
  const { readUnits, writeUnits } = provisionedUnits(inventory, settings);
  const recovered = settings.deployment.catalogTable.pointInTimeRecovery;
  return [
    ...inventory.eventSources.map((source): Quantity => {
      const count = pollersOf(source, pollers);
      return [`idle polling, ${source.name}: ${count} pollers`, 'sqsRequest', idlePolls(count)];
    }),
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

function gbSeconds(ms: number, memoryMb: number): number {
  return (ms * memoryMb) / (1_000 * 1_024);
}

/** Each occurrence starts a planner, and as many workers and writers as it has at once, cold. */
function usedByJobs({ plan: { jobs, occurrences }, settings }: MonthUse): Quantity[] {
  const { planner, worker, writer } = settings;
  const writers = writersAtMost(settings) ?? documentedPollers.most;
  const cold = occurrences * perRead.coldStartMs;
  const functionTime =
    gbSeconds(occurrences * plannerMs + cold, planner.memoryMb) +
    gbSeconds(jobs * perJob.workerMs + cold * worker.maximumConcurrency, worker.memoryMb) +
    gbSeconds(jobs * perJob.writerMs + cold * writers, writer.memoryMb);
  const learning = planner.adaptive.enabled ? occurrences : 0;
  const onDemand = settings.capacity.mode === 'on-demand';
  const invocations = occurrences + 2 * jobs;
  const logGb = (jobs * perJob.logBytes + invocations * platformLogBytes) / 1e9;
  return [
    ['requests of jobs and pages', 'sqsRequest', jobs * requestsPerPage],
    ['invocations of planner, worker and writer', 'lambdaRequest', invocations],
    ['time of planner, worker and writer, GB-s', 'lambdaGbSecond', functionTime],
    ['catalog write units on demand', 'dynamoWriteUnit', onDemand ? jobs * perJob.catalogWriteUnits : 0],
    ['catalog read units of jobs on demand', 'dynamoReadUnit', onDemand ? jobs * perJob.catalogReadUnits : 0],
    ['control write units of jobs', 'dynamoWriteUnit', jobs * perJob.controlWriteUnits],
    ['control read units of jobs', 'dynamoReadUnit', jobs * perJob.controlReadUnits],
    ['history and plans, read units', 'dynamoReadUnit', learning * perOccurrence.controlReadUnits],
    ['plans and days of reads, write units', 'dynamoWriteUnit', learning * perOccurrence.controlWriteUnits],
    ['schedule occurrences', 'schedulerInvocation', occurrences],
    ['decryptions of the token, by workers', 'kmsRequest', occurrences * worker.maximumConcurrency],
    ['logs of jobs, GB', 'logGb', logGb],
    ['stored logs of jobs, GB', 'logGbMonth', storedLogGb(logGb, settings)],
    // They come in runs of a few seconds, so that most are the first of their second.
    ['traces of planner, worker and writer', 'trace', settings.deployment.tracing ? invocations : 0],
  ];
}

function usedByReads({ inventory, settings, reads }: MonthUse): Quantity[] {
  const { reader, capacity, deployment } = settings;
  const count = reads.readsPerSecond * secondsPerMonth;
  const requests = reads.requestsPerSecond * secondsPerMonth;
  // Windows with a read: at most as many as the requests, and as the windows of all containers.
  const windows = Math.min(requests, (reads.containers * secondsPerMonth) / reader.usage.windowSeconds);
  const logged = inventory.loggedInvocations.some((id) => id.startsWith('Reader'));
  const platform = logged ? requests * platformLogBytes : 0;
  const logGb = (reads.logBytesPerSecond * secondsPerMonth + platform) / 1e9;
  const functionMs = requests * reads.requestMs + reads.coldStartsPerMonth * perRead.coldStartMs;
  const tableReads = capacity.mode === 'on-demand' ? reads.tableReadsPerSecond * secondsPerMonth : 0;
  const gb = (count * perRead.answerBytes) / 1e9;
  return [
    ['requests to the reader', 'lambdaRequest', requests],
    ['time of the reader, GB-s', 'lambdaGbSecond', gbSeconds(functionMs, reader.memoryMb)],
    ['catalog read units of reads on demand', 'dynamoReadUnit', tableReads * perRead.catalogReadUnits],
    ['usage counters, write units', 'dynamoWriteUnit', windows * unitsPerUsageWindow],
    ['decryptions of the token, by readers', 'kmsRequest', reads.coldStartsPerMonth],
    ['logs of reads, GB', 'logGb', logGb],
    ['stored logs of reads, GB', 'logGbMonth', storedLogGb(logGb, settings)],
    ['transfer out of the reader, GB', 'transferGb', reads.cdn ? 0 : gb],
    ['requests to CloudFront', 'cdnRequest', reads.cdn ? count : 0],
    ['transfer out of CloudFront, GB', 'cdnGb', reads.cdn ? gb : 0],
    ['traces of the reader', 'trace', deployment.tracing ? tracedOf(reads.requestsPerSecond) * secondsPerMonth : 0],
  ];
}

/** Lambda traces the first invocation of a second and 5 % of the others. Source: Lambda developer guide, X-Ray, November 2026. */
function tracedOf(perSecond: number): number {
  return Math.min(perSecond, 1) + 0.05 * Math.max(0, perSecond - 1);
}

/** Mean gigabytes of logs that are kept. */
function storedLogGb(logGb: number, { deployment }: Settings): number {
  return (logGb * storedLogShare * deployment.logRetentionDays) / 30;
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

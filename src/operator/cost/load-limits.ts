/** What the modelled load asks of quotas and capacity, and which of them ends first. */
import { perJob } from '../../shared/cost/month-cost.ts';
import { perRead, type ReadLoad } from '../../shared/cost/read-load.ts';
import { type TitleLoad, writeUnitsOfTitle } from '../../shared/cost/title-cost.ts';
import { documentedPollers, writersAtMost } from '../../shared/settings/event-source-pollers.ts';
import { type Settings, unitsPerPage } from '../../shared/settings/settings-schema.ts';
import type { PlannedMonth } from './month-plan.ts';

/** One quota or capacity. `need` and `limit` are in the unit that the name says; `remedy` is what to do where the need is greater. */
export type LoadLimit = { name: string; need: number; limit: number; remedy: string };

/** What is asked of AWS and TMDB: the plan's month, the reads, whole titles, and the account's quota of concurrent executions. */
export type AskedLoad = {
  settings: Settings;
  plan: PlannedMonth;
  reads: ReadLoad;
  titles: TitleLoad;
  lambdaQuota: number;
};

/** Concurrent executions of an account by default; new accounts were seen to have 10. Source: Lambda quotas, November 2026. */
export const defaultLambdaQuota = 1_000;
/** Requests a second for each concurrent execution of the quota. Source: Lambda quotas, November 2026. */
const requestsPerExecution = 10;
/** What a new table on demand and each of its partitions bear. Source: DynamoDB developer guide, November 2026. */
const dynamo = { tableWrites: 4_000, partitionWrites: 1_000, partitionReads: 3_000 } as const;
/** Of one distribution. Source: CloudFront quotas, November 2026. */
const cdnRequestsPerSecond = 250_000;
/** What is nearer to its limit than this leaves no room for peaks. */
const comfortableShare = 0.8;

const moreQuota = 'ask AWS for a higher quota of concurrent executions, or put the CDN in front of the reader';

/** All limits of the load, those of reads first. */
export function loadLimits(load: AskedLoad): LoadLimit[] {
  return [...readLimits(load), ...planLimits(load)];
}

/** What reads need at their mean rate: peaks need more. */
export function readLimits({ settings, reads, lambdaQuota }: AskedLoad): LoadLimit[] {
  const { capacity, worker, deployment } = settings;
  const { reservedConcurrency } = deployment.reader;
  const pipeline = 1 + worker.maximumConcurrency + (writersAtMost(settings) ?? documentedPollers.most);
  const units = reads.tableReadsPerSecond * perRead.catalogReadUnits;
  const more = 'raise capacity in the settings, or set its mode to on-demand';
  return [
    {
      name: 'requests to functions a second',
      need: reads.requestsPerSecond,
      limit: requestsPerExecution * lambdaQuota,
      remedy: moreQuota,
    },
    { name: 'concurrent executions', need: reads.containers + pipeline, limit: lambdaQuota, remedy: moreQuota },
    ...(reservedConcurrency === undefined
      ? []
      : [
          {
            name: 'concurrent executions of the reader',
            need: reads.containers,
            limit: reservedConcurrency,
            remedy:
              'raise deployment.reader.reservedConcurrency in the settings, or put the CDN in front of the reader',
          },
        ]),
    capacity.mode === 'provisioned'
      ? {
          name: 'provisioned read units a second of the index',
          need: units,
          limit: capacity.index.readUnits,
          remedy: more,
        }
      : {
          name: 'read units a second of one partition of the index',
          need: units,
          limit: dynamo.partitionReads,
          remedy: 'put the CDN in front of the reader, or raise reader.memory.listSeconds',
        },
    ...(reads.cdn
      ? [
          {
            name: 'requests to CloudFront a second',
            need: reads.readsPerSecond,
            limit: cdnRequestsPerSecond,
            remedy: 'ask AWS for a higher quota',
          },
        ]
      : []),
  ];
}

/** What the plan needs: of TMDB's budget of calls, and of the table while the writer keeps up with the full rate of calls. */
function planLimits({ settings, plan, titles }: AskedLoad): LoadLimit[] {
  const { capacity, tmdb } = settings;
  const [perDay, ratePerDay] = [plan.jobs / 30, tmdb.requestsPerSecond * 86_400];
  const slower = 'raise tmdb.requestsPerSecond, or configure fewer regions';
  const calls = [
    { name: 'calls of TMDB a day', need: perDay + titles.callsPerDay, limit: ratePerDay, remedy: slower },
    {
      name: 'seconds for the calls of the largest run',
      need: plan.largestRun / tmdb.requestsPerSecond,
      limit: tmdb.maxAgeHours * 3_600,
      remedy: slower,
    },
  ];
  if (capacity.mode === 'provisioned') {
    const units = capacity.catalog.writeUnits + capacity.index.writeUnits;
    return [
      ...calls,
      {
        name: 'provisioned write units a day',
        need: perDay * perJob.catalogWriteUnits + titles.callsPerDay * writeUnitsOfTitle(titles, settings),
        limit: units * 86_400,
        remedy: 'raise capacity in the settings, or set its mode to on-demand',
      },
    ];
  }
  return [
    ...calls,
    {
      name: 'write units a second of the table at the full rate of calls',
      need: tmdb.requestsPerSecond * (unitsPerPage.catalog + unitsPerPage.index),
      limit: dynamo.tableWrites,
      remedy: 'lower tmdb.requestsPerSecond',
    },
    {
      name: 'write units a second of one partition of the index at the full rate of calls',
      need: tmdb.requestsPerSecond * unitsPerPage.index,
      limit: dynamo.partitionWrites,
      remedy: 'lower tmdb.requestsPerSecond',
    },
  ];
}

/** The limit that ends first when the load grows. */
export function firstBottleneck(limits: readonly LoadLimit[]): LoadLimit {
  return limits.reduce((first, one) => (shareOf(one) > shareOf(first) ? one : first));
}

/** A sentence for each limit that the load exceeds, or leaves less than a fifth of. */
export function loadWarnings(limits: readonly LoadLimit[]): string[] {
  return limits
    .filter((one) => shareOf(one) > comfortableShare)
    .map((one) => {
      const how = shareOf(one) > 1 ? 'more than there are' : 'with little room for peaks';
      return `${needText(one)}, ${how}: ${one.remedy}`;
    });
}

/** `concurrent executions: 108 of 1000`. */
export function needText({ name, need, limit }: LoadLimit): string {
  return `${name}: ${amount(need)} of ${amount(limit)}`;
}

function shareOf({ need, limit }: LoadLimit): number {
  return need / limit;
}

function amount(count: number): string {
  return String(Number(count.toPrecision(3)));
}

import { hourMs } from '../core/clock.ts';
import type { Settings } from '../settings/settings-schema.ts';

/** What reads ask of the reader's containers, of the table and of the logs, at a constant rate. */

/** A month of 30 days. */
export const secondsPerMonth = 30 * 86_400;

/** What a read and a container use. The test of log bytes holds the bytes to what the bundles write. */
export const perRead = {
  /** Answered from memory: 4 ms on a whole core, of which 512 MB have 0.29. */
  warmMs: 15,
  /** More when the table is read. */
  tableMs: 10,
  /** Import of the bundle and the first connections; Node's initialization is billed. */
  coldStartMs: 500,
  /** A list of 20 in a recorded page's size, from the index, eventually consistent; twice that for what a recommendation reads. */
  catalogReadUnits: 2,
  /** A list of 20 compressed with gzip (16 KB as it is), and the response's headers. Clients that ask for no compression get 16.6 KB. */
  answerBytes: 4_400,
  /** Log records of a container: at most one in this time. */
  secondsPerRecord: 10,
  /** A record's bytes, with the 26 that CloudWatch Logs adds, what each read adds, and the most there are. */
  recordBytes: 350,
  recordBytesPerRead: 12,
  mostRecordBytes: 2_000,
} as const;

/** START, END and REPORT of one invocation, which Lambda writes where the function's system log level is not WARN. */
export const platformLogBytes = 360;

/** A container without requests ends some minutes later, and one with requests after some hours. AWS documents neither; assumed. */
const idleSeconds = 300;
const lifeSeconds = 7_200;

/** Regional edge caches, each of which fetches an answer once in its life. Source: CloudFront developer guide, November 2026. */
const edgeCaches = 13;
/** Answers that no shared cache may keep (recommendations are private), and lists that are read too rarely: assumed. */
const uncachedShare = 0.01;

/** The load of a constant rate of reads. */
export type ReadLoad = {
  readsPerSecond: number;
  cdn: boolean;
  /** Share of reads that CloudFront answers; 0 without it. */
  cdnHitShare: number;
  /** Requests a second that reach the reader. */
  requestsPerSecond: number;
  /** Billed milliseconds of a request, cold starts apart. */
  requestMs: number;
  /** Containers at once: the mean and four standard deviations of requests that arrive independently. */
  containers: number;
  coldStartsPerMonth: number;
  tableReadsPerSecond: number;
  logBytesPerSecond: number;
};

/**
 * The load of reads.
 * @param lists how many different lists are read: a container keeps each for `reader.memory.listSeconds`, an edge cache for half the
 * shortest soft TTL (the mean of what is left of `max-age`).
 */
export function readLoad(
  readsPerSecond: number,
  { settings, lists, cdn }: { settings: Settings; lists: number; cdn: boolean },
): ReadLoad {
  if (readsPerSecond === 0) {
    return { ...idle, cdn };
  }
  const requestsPerSecond = cdn ? forwarded(readsPerSecond, lists, settings) : readsPerSecond;
  const meanBusy = (requestsPerSecond * (perRead.warmMs + perRead.tableMs)) / 1_000;
  const containers = Math.max(1, Math.ceil(meanBusy + 4 * Math.sqrt(meanBusy)));
  const tableReadsPerSecond = Math.min(requestsPerSecond, (containers * lists) / settings.reader.memory.listSeconds);
  return {
    readsPerSecond,
    cdn,
    cdnHitShare: 1 - requestsPerSecond / readsPerSecond,
    requestsPerSecond,
    requestMs: perRead.warmMs + (tableReadsPerSecond / requestsPerSecond) * perRead.tableMs,
    containers,
    coldStartsPerMonth: coldStarts(requestsPerSecond, containers),
    tableReadsPerSecond,
    logBytesPerSecond: logBytes(requestsPerSecond, containers / perRead.secondsPerRecord),
  };
}

const idle = {
  readsPerSecond: 0,
  cdnHitShare: 0,
  requestsPerSecond: 0,
  requestMs: 0,
  containers: 0,
  coldStartsPerMonth: 0,
  tableReadsPerSecond: 0,
  logBytesPerSecond: 0,
};

/** Bytes of the records of reads, of which there are at most so many. */
export function logBytes(reads: number, mostRecords: number): number {
  const records = Math.min(reads, mostRecords);
  const { recordBytes, recordBytesPerRead, mostRecordBytes } = perRead;
  return records * Math.min(recordBytes + (recordBytesPerRead * reads) / records, mostRecordBytes);
}

/** A container that waits longer than `idleSeconds` has ended; one that is busy ends at `lifeSeconds`. */
function coldStarts(requestsPerSecond: number, containers: number): number {
  const requests = requestsPerSecond * secondsPerMonth;
  const afterIdle = Math.exp((-requestsPerSecond * idleSeconds) / containers);
  return Math.min(requests, requests * afterIdle + (containers * secondsPerMonth) / lifeSeconds);
}

/** What CloudFront passes on: each list once in its life to each edge cache, and what cannot be cached. */
function forwarded(readsPerSecond: number, lists: number, { feeds }: Settings): number {
  const softHours = Math.min(
    ...Object.values(feeds)
      .flat()
      .map(({ softTtlHours }) => softTtlHours),
  );
  const answerSeconds = (softHours * hourMs) / 2 / 1_000;
  const fetched = (lists * edgeCaches) / answerSeconds;
  return Math.min(readsPerSecond, Math.max(readsPerSecond * uncachedShare, fetched));
}

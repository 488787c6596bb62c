/** One subject drains one fetch queue. */
import type { EmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { runIdFor, snapshotFor } from '../../src/shared/core/snapshot.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { fetchJobsFor } from '../../src/shared/queues/fetch-job.ts';
import { messageBody } from '../../src/shared/queues/parse-message.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { sqsMessageSender } from '../../src/shared/queues/sqs-message-sender.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import type { FaultPlan } from '../../src/tmdb-simulator/fault-plan.ts';
import { type EmulatedServices, startEmulatedServices } from '../emulated-services.ts';
import { type MeasuredProcess, startMeasured } from '../measured-process.ts';
import type { DrainConfig } from './drain-job.ts';

/** A subject of the comparison. */
export type DrainSubject = { name: string; program: URL; strictWindow: boolean };

/** The simulator's faults; `jobs` are on the queue when the subject starts. */
export type DrainScenario = { name: string; jobs: number; faults: FaultPlan };

/** What a trial measured. A job that is not done counts as lost when it is on no queue either. */
export type DrainTrial = {
  jobsPerSecond: number;
  lastJobSeconds: number;
  tmdbCalls: number;
  refusedByLimit: number;
  highestInAnySecond: number;
  sqsRequests: number;
  notDone: number;
  lost: number;
  peakRssMb: number;
  cpuMs: number;
};

/** TMDB's documented limit is about 40 calls a second; subjects are configured for three quarters of it. */
export const limitPerSecond = 40;
export const { requestsPerSecond } = defaultSettings.tmdb;
/** The rate is measured over this share of the jobs: the last ones may have been deferred. */
export const countedShare = 0.95;
/** Longer than a third deferral's delay, and than a crawler waits for its next minute: after that no more jobs are expected. */
const stallMs = 75_000;
const pollMs = 50;
const pagesPerFeed = 50;
const regions = ['DE', 'FR', 'GB', 'IT', 'ES', 'PL', 'SE', 'NL', 'JP', 'BR'];

/** Runs it on emulators of its own. */
export async function runDrainTrial(subject: DrainSubject, scenario: DrainScenario): Promise<DrainTrial> {
  const services = await startEmulatedServices({ requestsPerSecond: limitPerSecond, faults: scenario.faults });
  let subjectProcess: MeasuredProcess | undefined;
  try {
    await fillQueue(scenario.jobs, services);
    const requestsBefore = services.sqs.billedRequests();
    const { strictWindow, program } = subject;
    const concurrency = defaultSettings.worker.maximumConcurrency;
    const config: DrainConfig = { endpoints: services.endpoints, requestsPerSecond, concurrency, strictWindow };
    subjectProcess = await startMeasured(program, config);
    const arrivals = await Promise.race([arrivalsOf(scenario.jobs, services.sqs), subjectProcess.ended]);
    const sqsRequests = services.sqs.billedRequests() - requestsBefore;
    const { peakRssMb, cpuMs } = await subjectProcess.use();
    const traffic = await services.tmdb.traffic();
    return {
      ...pace(arrivals, scenario.jobs),
      tmdbCalls: traffic.requests,
      refusedByLimit: traffic.throttled,
      highestInAnySecond: traffic.maxRequestsInAnySecond,
      sqsRequests,
      ...fates(scenario.jobs, services.sqs),
      peakRssMb,
      cpuMs,
    };
  } finally {
    await subjectProcess?.stop().catch(() => undefined);
    await services.stop();
  }
}

async function fillQueue(jobs: number, { endpoints: stack }: EmulatedServices): Promise<void> {
  const sqs = sqsClient({ endpoint: stack.endpoints.sqs, region: stack.region });
  const nowMs = systemClock.nowMs();
  const runId = runIdFor('bench drain');
  const run = { runId, snapshot: snapshotFor(nowMs, runId), origin: 'ad-hoc', firstSeenAt: isoFromMs(nowMs) };
  const bodies = regions
    .flatMap((region) => (['movie', 'tv'] as const).map((media) => ({ region, media })))
    .map((place) => ({ category: 'popular', language: 'en-US', ...place }))
    .flatMap((feed) => fetchJobsFor(run, { feed, pages: pagesPerFeed, why: 'asked for by a bench' }))
    .slice(0, jobs)
    .map(messageBody);
  await sqsMessageSender(sqs, stack.fetchQueueUrl, systemClock, systemRandom).sendAll(bodies);
  sqs.destroy();
}

/** Milliseconds from now until each page's first delivery; ends with the last page, or when none comes for `stallMs`. */
async function arrivalsOf(jobs: number, sqs: EmbeddedSqs): Promise<number[]> {
  const startedMs = systemClock.monotonicMs();
  const seen = new Set<string>();
  const arrivals: number[] = [];
  let looked = 0;
  while (seen.size < jobs && systemClock.monotonicMs() - startedMs - (arrivals.at(-1) ?? 0) < stallMs) {
    await systemClock.sleep(pollMs);
    const held = sqs.inspect(itemQueue(defaultSettings).name);
    const nowMs = systemClock.monotonicMs() - startedMs;
    for (const { body } of held.slice(looked)) {
      const jobId = jobIdIn(body);
      arrivals.push(...(seen.has(jobId) ? [] : [nowMs]));
      seen.add(jobId);
    }
    looked = held.length;
  }
  return arrivals;
}

function pace(arrivals: readonly number[], jobs: number): { jobsPerSecond: number; lastJobSeconds: number } {
  const counted = Math.min(arrivals.length, Math.floor(jobs * countedShare));
  return {
    jobsPerSecond: counted / ((arrivals[counted - 1] ?? Number.NaN) / 1_000),
    lastJobSeconds: (arrivals.at(-1) ?? Number.NaN) / 1_000,
  };
}

function fates(jobs: number, sqs: EmbeddedSqs): { notDone: number; lost: number } {
  const { name, deadLetterName } = fetchQueue(defaultSettings);
  const idsOn = (queue: string) => sqs.inspect(queue).map(({ body }) => jobIdIn(body));
  const done = new Set(idsOn(itemQueue(defaultSettings).name));
  const known = new Set([...done, ...idsOn(name), ...idsOn(deadLetterName)]);
  return { notDone: jobs - done.size, lost: jobs - known.size };
}

function jobIdIn(body: string): string {
  return String(JSON.parse(body).jobId);
}

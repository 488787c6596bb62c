/** One subject drains one fetch queue. */
import type { EmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { FaultPlan } from '../../src/tmdb-simulator/fault-plan.ts';
import { startEmulatedServices } from '../emulated-services.ts';
import { type MeasuredProcess, startMeasured } from '../measured-process.ts';
import { startSimulatedTmdb } from '../simulated-tmdb.ts';
import type { DrainConfig } from './drain-job.ts';
import { fatesOf, fillFetchQueue, type JobFates, jobIdIn } from './fetch-queue.ts';

/** A subject of the comparison. */
export type DrainSubject = { name: string; program: URL; strictWindow: boolean };

/** The simulator's faults; `jobs` are on the queue when the subject starts. */
export type DrainScenario = { name: string; jobs: number; faults: FaultPlan };

/** What a trial measured. A job that is not done counts as lost when it is on no queue either. */
export type DrainTrial = JobFates & {
  jobsPerSecond: number;
  lastJobSeconds: number;
  tmdbCalls: number;
  refusedByLimit: number;
  highestInAnySecond: number;
  sqsRequests: number;
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

/** Runs it on emulators of its own. */
export async function runDrainTrial(subject: DrainSubject, scenario: DrainScenario): Promise<DrainTrial> {
  const services = await startEmulatedServices(() =>
    startSimulatedTmdb({ requestsPerSecond: limitPerSecond, faults: scenario.faults }),
  );
  const over = new AbortController();
  let subjectProcess: MeasuredProcess | undefined;
  try {
    await fillFetchQueue(scenario.jobs, services.endpoints);
    const requestsBefore = services.sqs.billedRequests();
    const { strictWindow, program } = subject;
    const concurrency = defaultSettings.worker.maximumConcurrency;
    const config: DrainConfig = { endpoints: services.endpoints, requestsPerSecond, concurrency, strictWindow };
    subjectProcess = await startMeasured(program, config);
    const arrivals = await Promise.race([arrivalsOf(scenario.jobs, services.sqs, over.signal), subjectProcess.ended]);
    const sqsRequests = services.sqs.billedRequests() - requestsBefore;
    const { peakRssMb, cpuMs } = await subjectProcess.use();
    const traffic = await services.tmdb.traffic();
    return {
      ...pace(arrivals, scenario.jobs),
      tmdbCalls: traffic.requests,
      refusedByLimit: traffic.throttled,
      highestInAnySecond: traffic.maxRequestsInAnySecond,
      sqsRequests,
      ...fatesOf(scenario.jobs, services.sqs),
      peakRssMb,
      cpuMs,
    };
  } finally {
    over.abort();
    // A subject that does not end in time is killed; what was measured stays.
    await subjectProcess?.stop().catch(() => undefined);
    await services.stop();
  }
}

/** Milliseconds from now until each page's first delivery; ends with the last page, or when none comes for `stallMs`. */
async function arrivalsOf(jobs: number, sqs: EmbeddedSqs, over: AbortSignal): Promise<number[]> {
  const startedMs = systemClock.monotonicMs();
  const seen = new Set<string>();
  const arrivals: number[] = [];
  let looked = 0;
  const isStalled = () => systemClock.monotonicMs() - startedMs - (arrivals.at(-1) ?? 0) >= stallMs;
  while (seen.size < jobs && !isStalled() && !over.aborted) {
    await systemClock.sleep(pollMs, over);
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

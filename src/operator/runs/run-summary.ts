import { runCostUsd } from '../../shared/cost/run-cost.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import {
  endedJobs,
  kindOfJob,
  openOf,
  plannedOf,
  type RunEnd,
  type RunProgress,
  type RunTracker,
  type SentJobs,
} from './run-tracker.ts';

/**
 * Jobs by how they ended. A page of which no row could be read counts in `planned` alone. `notFound`: TMDB knows no such list or title.
 * `open`: neither done nor a dead letter; `deferred` are those of them that were deferred at least once.
 */
export type JobCounts = {
  planned: number;
  succeeded: number;
  notFound: number;
  deferred: number;
  deadLettered: number;
  open: number;
};

/** What `run --json` prints: `jobs` and `rows` count pages of lists, `titles` calls for whole titles. */
export type RunSummary = {
  schedule: string;
  runId: string;
  jobs: JobCounts;
  tmdb: {
    requests: number;
    throttled: number;
    retries: number;
    latencyMs: { p50: number; p95: number; max: number };
  };
  /** List rows; `received` is the sum of the other four. */
  rows: { received: number; written: number; unchanged: number; superseded: number; rejected: number };
  /** Of the writer, on both tables; without the reads before each call and the planner's record. */
  capacity: { writeUnits: number; readUnits: number };
  titles: JobCounts;
  durationMs: number;
  /** On AWS, without the free tier and without standing costs. */
  estimatedCostUsd: number;
};

/** How the rate limit slowed the run; printed for people only. */
export type Pacing = { highestPerSecond: number; slotWaitMs: { total: number; max: number }; deferrals: number };

/** The pacing of a run, from its calls. */
export function pacingOf({ calls, slotWaitMs, deferrals }: RunProgress): Pacing {
  const starts = calls.map(({ startedAtMs }) => startedAtMs).sort((a, b) => a - b);
  const inSecondFrom = (startMs: number) => starts.filter((ms) => ms >= startMs && ms < startMs + 1_000).length;
  return { highestPerSecond: Math.max(0, ...starts.map(inSecondFrom)), slotWaitMs, deferrals };
}

/** Functions that a run uses. */
const meteredServices = ['planner', 'worker', 'writer'] as const;

type MeteredService = (typeof meteredServices)[number];

/** Counters of a stack that grow over all its runs; two readings give what one run used. */
export type UsageReading = {
  functions: Record<MeteredService, { invocations: number; billedMs: number }>;
  sqsRequests: number;
  capacity: { writeUnits: number; readUnits: number };
};

/** What a stack on this machine counts as AWS would bill it. */
type MeteredStack = { usage(): UsageReading['functions']; sqs: { billedRequests(): number } };

/** Reads the counters. */
export function readUsage(stack: MeteredStack, tracker: RunTracker): UsageReading {
  return { functions: stack.usage(), sqsRequests: stack.sqs.billedRequests(), capacity: tracker.capacity() };
}

/** The facts of a run that are in no counter. */
type RunFacts = { schedule: string; runId: string; sent: SentJobs; end: RunEnd; durationMs: number };

/** Puts a run's summary together. */
export function summarizeRun(
  facts: RunFacts,
  tracker: RunTracker,
  before: UsageReading,
  after: UsageReading,
  settings: Settings,
): RunSummary {
  const progress = tracker.progress(facts.runId);
  const { calls, rows } = progress;
  const { lists, titles } = countJobs(facts, progress);
  const latencies = calls.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const capacity = {
    writeUnits: after.capacity.writeUnits - before.capacity.writeUnits,
    readUnits: after.capacity.readUnits - before.capacity.readUnits,
  };
  return {
    schedule: facts.schedule,
    runId: facts.runId,
    jobs: lists,
    tmdb: {
      requests: calls.length,
      throttled: calls.filter(({ outcome }) => outcome === 'throttled').length,
      retries: retriesAmong(calls),
      latencyMs: { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), max: latencies.at(-1) ?? 0 },
    },
    rows: { ...rows },
    capacity,
    titles,
    durationMs: Math.round(facts.durationMs),
    estimatedCostUsd: Number(runCostUsd({ ...usedBetween(before, after, settings), ...capacity }).toFixed(8)),
  };
}

/** Calls of a job beyond its first; the check of a rejected token is none. */
function retriesAmong(calls: RunProgress['calls']): number {
  const ofJobs = calls.filter(({ attempt }) => attempt > 0);
  return ofJobs.length - new Set(ofJobs.map(({ jobId }) => jobId)).size;
}

/** Lists' jobs and titles' jobs apart, without those for reference data. */
function countJobs({ sent, end }: RunFacts, progress: RunProgress): { lists: JobCounts; titles: JobCounts } {
  const { applied, notFound, deferred, outcomes } = progress;
  const ended = new Set([...endedJobs(progress), ...end.deadLetteredJobs]);
  const missing = new Set([
    ...[...notFound.keys()].filter((jobId) => kindOfJob(jobId) === 'titles' && !applied.has(jobId)),
    ...[...outcomes].flatMap(([jobId, outcome]) => (outcome === 'not-found' ? [jobId] : [])),
  ]);
  const countsOf = (kind: 'lists' | 'titles'): JobCounts => {
    const which = (jobId: string) => kindOfJob(jobId) === kind;
    return {
      planned: plannedOf(sent, kind),
      succeeded: count(applied, (jobId) => which(jobId) && !missing.has(jobId) && outcomes.get(jobId) !== 'rejected'),
      notFound: count(missing, which),
      deferred: count(deferred.keys(), (jobId) => which(jobId) && !ended.has(jobId)),
      deadLettered: count(end.deadLetteredJobs, which),
      open: openOf(sent, ended, kind),
    };
  };
  return { lists: countsOf('lists'), titles: countsOf('titles') };
}

function count(jobIds: Iterable<string>, which: (jobId: string) => boolean): number {
  return [...jobIds].filter(which).length;
}

function usedBetween(before: UsageReading, after: UsageReading, settings: Settings) {
  return {
    functions: meteredServices.map((service) => ({
      invocations: after.functions[service].invocations - before.functions[service].invocations,
      billedMs: after.functions[service].billedMs - before.functions[service].billedMs,
      memoryMb: settings[service].memoryMb,
    })),
    sqsRequests: after.sqsRequests - before.sqsRequests,
  };
}

/** By nearest rank; 0 for no values. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

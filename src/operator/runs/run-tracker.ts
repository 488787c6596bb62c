import type { Clock } from '../../shared/core/clock.ts';
import { betterOutcome, type PageOutcome } from '../../shared/core/feed.ts';
import { systemClock } from '../../shared/core/system-clock.ts';
import { isListJobId, isTitleJobId } from '../../shared/queues/fetch-job.ts';
import type { RunEvent } from '../../shared/telemetry/run-event.ts';

/** What is known of one run from its events. */
export type RunProgress = {
  /** Jobs by the stage that they have reached; an applied job is in both sets. */
  fetched: Set<string>;
  applied: Set<string>;
  /** What TMDB said of lists and titles that it does not know, by job. */
  notFound: Map<string, string>;
  /** What each applied page of a list brought. */
  outcomes: Map<string, PageOutcome>;
  /** Why each job was deferred last. */
  deferred: Map<string, string>;
  /** When each of them is due again, in epoch milliseconds. */
  dueAtMs: Map<string, number>;
  deferrals: number;
  /** `attempt` 0: the call that checked a rejected token. */
  calls: {
    jobId: string;
    attempt: number;
    startedAtMs: number;
    latencyMs: number;
    outcome: 'ok' | 'throttled' | 'failed';
  }[];
  /** Milliseconds that calls waited for their slots, together and at most. */
  slotWaitMs: { total: number; max: number };
  rows: { received: number; written: number; unchanged: number; superseded: number; rejected: number };
};

/**
 * What a run sent: how many jobs for pages of lists, for titles, and for reference data; or, where it was sent before, the jobs that
 * are still on a queue.
 */
export type SentJobs = Readonly<Record<JobKind, number>> | ReadonlySet<string>;

/** What jobs are for; those of reference data are waited for, and counted in neither of the others. */
export type JobKind = (typeof jobKinds)[number];

const jobKinds = ['lists', 'titles', 'reference'] as const;

/** How a run ended. `open`: neither done nor in a dead-letter queue; `openJobs` are those of them that are on a queue. */
export type RunEnd = {
  reason: 'done' | 'timed-out' | 'token-rejected' | 'interrupted';
  /** All jobs that were waited for. */
  planned: number;
  deadLetteredJobs: string[];
  open: number;
  openJobs: string[];
  /** Breaker and throttle as they were when the time was up. */
  standstill?: readonly string[];
};

/** Gathers the events of all runs of one stack. */
export type RunTracker = {
  observe(event: RunEvent): void;
  progress(runId: string): RunProgress;
  /** Why each job of a run was last deferred, failed or dead-lettered. */
  lastReasons(runId: string): Map<string, string>;
  /** Capacity units of all writer batches. */
  capacity(): { writeUnits: number; readUnits: number };
  /** TMDB's words when it rejected the token; `undefined` before that, and after the breaker has closed. */
  tokenRejection(): string | undefined;
  /** Calls `listener` after each event, until the returned function is called. */
  onChange(listener: () => void): () => void;
};

/** A tracker that has seen nothing. */
export function trackRuns(clock: Clock = systemClock): RunTracker {
  /** By job: these events name no run, and also come for a body that could not be read. */
  const reasons = new Map<string, string>();
  const runs = new Map<string, RunProgress>();
  const listeners = new Set<() => void>();
  const stack: StackFacts = { capacity: { writeUnits: 0, readUnits: 0 }, tokenRejection: undefined };
  const progress = (runId: string): RunProgress => {
    const known = runs.get(runId) ?? emptyProgress();
    runs.set(runId, known);
    return known;
  };
  return {
    observe: (event) => {
      noteReason(event, reasons);
      noteStack(event, stack);
      if ('runId' in event) {
        advance(progress(event.runId), event, clock.nowMs());
      }
      for (const listener of listeners) {
        listener();
      }
    },
    progress,
    lastReasons: (runId) => new Map([...reasons].filter(([jobId]) => jobId.startsWith(`${runId}/`))),
    capacity: () => ({ ...stack.capacity }),
    tokenRejection: () => stack.tokenRejection,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What events tell of the whole stack rather than of a run. */
type StackFacts = { capacity: { writeUnits: number; readUnits: number }; tokenRejection: string | undefined };

function noteStack(event: RunEvent, stack: StackFacts): void {
  switch (event.event) {
    case 'batch-written':
      stack.capacity.writeUnits += event.writeUnits;
      stack.capacity.readUnits += event.readUnits;
      break;
    case 'token-rejected':
      stack.tokenRejection = event.detail;
      break;
    case 'breaker-changed':
      stack.tokenRejection = event.state === 'closed' ? undefined : stack.tokenRejection;
      break;
    default:
      break;
  }
}

function noteReason(event: RunEvent, reasons: Map<string, string>): void {
  switch (event.event) {
    case 'job-deferred':
    case 'job-failed':
      reasons.set(event.jobId, `${event.code}: ${event.detail}`);
      break;
    case 'job-dead-lettered':
      reasons.set(event.jobId, `${event.reason}, ${event.code}: ${event.detail}`);
      break;
    case 'page-fetched':
    case 'page-applied':
    case 'job-not-found':
      reasons.delete(event.jobId);
      break;
    default:
      break;
  }
}

/** What a job is for, by its id. */
export function kindOfJob(jobId: string): JobKind {
  return isTitleJobId(jobId) ? 'titles' : isListJobId(jobId) ? 'lists' : 'reference';
}

/** How many of the sent jobs of a kind have not ended, or of all. */
export function openOf(sent: SentJobs, ended: ReadonlySet<string>, kind?: JobKind | undefined): number {
  if ('has' in sent) {
    return [...sent].filter((id) => !ended.has(id) && (kind === undefined || kindOfJob(id) === kind)).length;
  }
  const endedOf = (one: JobKind) => [...ended].filter((id) => kindOfJob(id) === one).length;
  const kinds: readonly JobKind[] = kind === undefined ? jobKinds : [kind];
  return kinds.reduce((sum, one) => sum + Math.max(0, sent[one] - endedOf(one)), 0);
}

/** How many jobs of a kind were sent, or of all. */
export function plannedOf(sent: SentJobs, kind?: JobKind | undefined): number {
  return openOf(sent, new Set(), kind);
}

/**
 * Jobs that have ended in any way but as dead letters. A list that TMDB does not know ends when the writer has applied that; a title
 * that TMDB does not know is never sent to the writer, so it ends with the answer; reference data likewise.
 */
export function endedJobs({ applied, notFound }: RunProgress): Set<string> {
  return new Set([...applied, ...[...notFound.keys()].filter((jobId) => !isListJobId(jobId))]);
}

/** A call that checks a refused token tells of no wait. */
function addWait({ slotWaitMs }: RunProgress, waitMs = 0): void {
  slotWaitMs.total += waitMs;
  slotWaitMs.max = Math.max(slotWaitMs.max, waitMs);
}

function advance(run: RunProgress, event: RunEvent, nowMs: number): void {
  switch (event.event) {
    case 'tmdb-call':
      run.calls.push(event);
      addWait(run, event.slotWaitMs);
      break;
    case 'job-deferred':
      run.deferred.set(event.jobId, `${event.code}: ${event.detail}`);
      run.dueAtMs.set(event.jobId, nowMs + event.delaySeconds * 1_000);
      run.deferrals += 1;
      break;
    case 'page-fetched':
      run.fetched.add(event.jobId);
      break;
    case 'job-not-found':
      run.notFound.set(event.jobId, `${event.code}: ${event.detail}`);
      break;
    case 'page-applied':
      if (event.outcome !== undefined) {
        run.outcomes.set(event.jobId, betterOutcome(event.outcome, run.outcomes.get(event.jobId) ?? event.outcome));
      }
      // A page that is delivered twice is reported twice; the run counts it once.
      if (!run.applied.has(event.jobId)) {
        run.applied.add(event.jobId);
        countRows(run, event);
      }
      break;
    default:
      break;
  }
}

/** Rows are those of lists; titles that were fetched by themselves are counted as jobs (run-summary.ts), reference data not at all. */
function countRows(run: RunProgress, event: Extract<RunEvent, { event: 'page-applied' }>): void {
  if (!isListJobId(event.jobId)) {
    return;
  }
  for (const fate of ['received', 'written', 'unchanged', 'superseded', 'rejected'] as const) {
    run.rows[fate] += event[fate];
  }
}

function emptyProgress(): RunProgress {
  return {
    fetched: new Set(),
    applied: new Set(),
    notFound: new Map(),
    outcomes: new Map(),
    deferred: new Map(),
    dueAtMs: new Map(),
    deferrals: 0,
    calls: [],
    slotWaitMs: { total: 0, max: 0 },
    rows: { received: 0, written: 0, unchanged: 0, superseded: 0, rejected: 0 },
  };
}

/** The feed of a list's job: `popular/movie/global/en-US` of `run/popular/movie/global/en-US/1`. */
export function feedOfJob(jobId: string): string {
  return jobId.split('/').slice(1, -1).join('/');
}

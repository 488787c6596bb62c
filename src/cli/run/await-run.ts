import type { EmbeddedStack } from '../../local/embedded-stack.ts';
import { endedJobs, type RunTracker } from '../../operator/runs/run-tracker.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { deadLetteredJobs, jobsUnderWay } from './run-jobs.ts';

/** How a run ended. `open`: neither done nor in a dead-letter queue; `openJobs` are those of them that are on a queue. */
export type RunEnd = {
  reason: 'done' | 'timed-out' | 'token-rejected' | 'interrupted';
  deadLetteredJobs: string[];
  open: number;
  openJobs: string[];
  /** Breaker and throttle as they were when the time was up. */
  standstill?: readonly string[];
};

/** What waiting needs. */
export type AwaitRunOptions = {
  runId: string;
  /** How many jobs to wait for, or which. */
  jobs: number | ReadonlySet<string>;
  timeoutMs: number;
  /** Ends the waiting early. */
  signal: AbortSignal;
  onProgress(): void;
};

/** Events wake the wait; this is for what makes none, such as SQS moving a message to a dead-letter queue. */
const lookAgainMs = 250;

/** Waits until every job of the run has been applied, whatever it brought, or is a dead letter. */
export async function awaitRun(
  options: AwaitRunOptions,
  stack: EmbeddedStack,
  tracker: RunTracker,
  settings: Settings,
  clock: Clock,
): Promise<RunEnd> {
  const deadlineMs = clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    const end = endOf(options, stack, tracker, settings, clock.monotonicMs() >= deadlineMs);
    if (end !== undefined) {
      return end;
    }
    const woken = new AbortController();
    const wake = () => woken.abort();
    const unsubscribe = tracker.onChange(wake);
    options.signal.addEventListener('abort', wake, { once: true });
    await clock.sleep(lookAgainMs, woken.signal);
    options.signal.removeEventListener('abort', wake);
    unsubscribe();
    options.onProgress();
  }
}

function endOf(
  options: AwaitRunOptions,
  stack: EmbeddedStack,
  tracker: RunTracker,
  settings: Settings,
  timedOut: boolean,
): RunEnd | undefined {
  const dead = deadLetteredJobs(options.runId, stack, settings);
  const settled = new Set([...endedJobs(tracker.progress(options.runId)), ...dead]);
  const { jobs } = options;
  const open =
    typeof jobs === 'number' ? Math.max(0, jobs - settled.size) : [...jobs].filter((id) => !settled.has(id)).length;
  const endedBy = (reason: RunEnd['reason']): RunEnd => {
    const openJobs = [...jobsUnderWay(options.runId, stack, settings)].filter((jobId) => !settled.has(jobId));
    return { reason, deadLetteredJobs: [...dead], open, openJobs };
  };
  if (open === 0) {
    return endedBy('done');
  }
  if (options.signal.aborted) {
    return endedBy('interrupted');
  }
  if (tracker.tokenRejection() !== undefined && stack.activeInvocations() === 0) {
    return endedBy('token-rejected');
  }
  return timedOut ? endedBy('timed-out') : undefined;
}

import type { EmbeddedStack } from '../local/embedded-stack.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { fetchQueue, itemQueue } from '../shared/queue-definitions.ts';
import type { Settings } from '../shared/settings.ts';
import { jobIdOf } from '../shared/telemetry/describe-failure.ts';
import type { RunTracker } from './run-tracker.ts';

/** How a run ended. `open`: neither done nor in a dead-letter queue. */
export type RunEnd = {
  reason: 'done' | 'timed-out' | 'token-rejected' | 'interrupted';
  deadLettered: number;
  open: number;
};

/** What waiting needs. */
export type AwaitRunOptions = {
  runId: string;
  jobs: number;
  timeoutMs: number;
  /** Ends the waiting early. */
  signal: AbortSignal;
  onProgress(): void;
};

/** Events wake the wait; this is for what makes none, such as SQS moving a message to a dead-letter queue. */
const lookAgainMs = 250;

/** Waits until every job of the run is in the table, skipped or dead-lettered. */
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
  const { applied, skipped } = tracker.progress(options.runId);
  const deadLettered = deadLetteredJobs(options.runId, stack, settings).size;
  const open = Math.max(0, options.jobs - applied.size - skipped.size - deadLettered);
  if (open === 0) {
    return { reason: 'done', deadLettered, open };
  }
  if (options.signal.aborted) {
    return { reason: 'interrupted', deadLettered, open };
  }
  if (tracker.tokenRejection() !== undefined && stack.activeInvocations() === 0) {
    return { reason: 'token-rejected', deadLettered, open };
  }
  return timedOut ? { reason: 'timed-out', deadLettered, open } : undefined;
}

function deadLetteredJobs(runId: string, stack: EmbeddedStack, settings: Settings): Set<string> {
  const queues = [fetchQueue(settings), itemQueue(settings)];
  const jobIds = queues
    .flatMap(({ deadLetterName }) => stack.sqs.inspect(deadLetterName))
    .map(({ body }) => jobIdOf(body))
    .filter((jobId) => jobId.startsWith(`${runId}/`));
  return new Set(jobIds);
}

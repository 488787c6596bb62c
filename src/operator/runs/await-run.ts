/** Follows a run on a stack of this machine until all its jobs have ended, and tells what it is waiting for meanwhile. */
import type { Clock } from '../../shared/core/clock.ts';
import { fetchQueue, itemQueue, type QueueDefinition } from '../../shared/queues/queue-definitions.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { jobIdOf } from '../../shared/telemetry/describe-failure.ts';
import type { Depth, WaitFacts } from '../status/why-waiting.ts';
import { endedJobs, openOf, plannedOf, type RunEnd, type RunTracker, type SentJobs } from './run-tracker.ts';

/** What a stack tells of itself without a receive: an emulator's queues and how many functions are running. */
type InspectedStack = {
  sqs: { inspect(queueName: string): readonly { body: string; state: 'ready' | 'delayed' | 'inflight' }[] };
  /** Invocations in flight now. */
  activeInvocations(): number;
};

/** What waiting needs. */
type AwaitRunOptions = {
  runId: string;
  /** What is waited for. */
  sent: SentJobs;
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
  stack: InspectedStack,
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
  stack: InspectedStack,
  tracker: RunTracker,
  settings: Settings,
  timedOut: boolean,
): RunEnd | undefined {
  const dead = deadLetteredJobs(options.runId, stack, settings);
  const settled = new Set([...endedJobs(tracker.progress(options.runId)), ...dead]);
  const open = openOf(options.sent, settled);
  const endedBy = (reason: RunEnd['reason']): RunEnd => {
    const openJobs = [...queuedJobs(options.runId, stack, settings)].filter((jobId) => !settled.has(jobId));
    return { reason, planned: plannedOf(options.sent), deadLetteredJobs: [...dead], open, openJobs };
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

/** Jobs of run `runId` that are on a queue: waiting, delayed or in flight. */
export function queuedJobs(runId: string, stack: InspectedStack, settings: Settings): Set<string> {
  return jobsOn(runId, stack, settings, ({ name }) => name);
}

function deadLetteredJobs(runId: string, stack: InspectedStack, settings: Settings): Set<string> {
  return jobsOn(runId, stack, settings, ({ deadLetterName }) => deadLetterName);
}

function jobsOn(
  runId: string,
  stack: InspectedStack,
  settings: Settings,
  queueName: (queue: QueueDefinition) => string,
): Set<string> {
  const jobIds = [fetchQueue(settings), itemQueue(settings)]
    .flatMap((queue) => stack.sqs.inspect(queueName(queue)))
    .map(({ body }) => jobIdOf(body))
    .filter((jobId) => jobId.startsWith(`${runId}/`));
  return new Set(jobIds);
}

/** What the queues and the events of the functions tell of why run `runId` is not done yet. */
export function runWaitFacts(
  runId: string,
  stack: InspectedStack,
  tracker: RunTracker,
  settings: Settings,
): Pick<WaitFacts, 'queues' | 'othersWaiting' | 'lastReasons' | 'nextDelayedMs' | 'deadLetters'> {
  const progress = tracker.progress(runId);
  const reasons = tracker.lastReasons(runId);
  const dead = deadLetteredJobs(runId, stack, settings);
  const ended = endedJobs(progress);
  const isOpen = (jobId: string) => !ended.has(jobId) && !dead.has(jobId);
  const others = stack.sqs
    .inspect(fetchQueue(settings).name)
    .filter(({ body }) => !jobIdOf(body).startsWith(`${runId}/`));
  const dueMs = [...progress.dueAtMs].filter(([jobId]) => isOpen(jobId)).map(([, atMs]) => atMs);
  return {
    queues: { fetch: depthOf(stack, fetchQueue(settings).name), items: depthOf(stack, itemQueue(settings).name) },
    othersWaiting: others.length,
    lastReasons: new Map([...reasons].filter(([jobId]) => isOpen(jobId))),
    nextDelayedMs: dueMs.length === 0 ? undefined : Math.min(...dueMs),
    deadLetters: new Map([...dead].map((jobId) => [jobId, reasons.get(jobId) ?? ''])),
  };
}

function depthOf(stack: InspectedStack, queueName: string): Depth {
  const held = stack.sqs.inspect(queueName);
  const number = (state: 'ready' | 'delayed' | 'inflight') => held.filter((message) => message.state === state).length;
  return { visible: number('ready'), delayed: number('delayed'), inFlight: number('inflight') };
}

import type { EmbeddedStack } from '../../local/embedded-stack.ts';
import { endedJobs, type RunTracker } from '../../operator/runs/run-tracker.ts';
import type { Depth } from '../../operator/status/describe-status.ts';
import { type WaitFacts, whyWaiting } from '../../operator/status/why-waiting.ts';
import type { Clock } from '../../shared/core/clock.ts';
import { messageOf } from '../../shared/core/errors.ts';
import { fetchQueue, itemQueue } from '../../shared/queues/queue-definitions.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { jobIdOf } from '../../shared/telemetry/describe-failure.ts';
import { dynamoBreakerStore } from '../../shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule } from '../../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-schedule.ts';
import type { CliContext } from '../cli-context.ts';
import { withDynamo, withSqs, withTablesAt } from '../open-tables.ts';
import type { QueueUrls, StackPlace } from '../stack-place.ts';
import { deadLetteredJobs } from './run-jobs.ts';

type TrackedStack = { stack: EmbeddedStack; tracker: RunTracker };

/** Breaker and throttle of an embedded stack. */
export function readStandstills({ stack }: TrackedStack, context: CliContext): Promise<WaitFacts> {
  const { endpoints, catalogTable, controlTable } = stack.endpoints;
  return withTablesAt(
    { dynamodb: endpoints.dynamodb, catalogTable, controlTable },
    context,
    async ({ breaker, rate }) => ({
      breaker: await breaker.read(),
      rate: { state: await rate.read(), limits: rateLimitsOf(context.settings) },
    }),
  );
}

/** All that an embedded stack, which hears its functions' events, knows of run `runId`. */
export async function readWaitFacts(runId: string, tracked: TrackedStack, context: CliContext): Promise<WaitFacts> {
  const { stack, tracker } = tracked;
  const { settings } = context;
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
    ...(await readStandstills(tracked, context)),
    queues: { fetch: depthOf(stack, fetchQueue(settings).name), items: depthOf(stack, itemQueue(settings).name) },
    othersWaiting: others.length,
    lastReasons: new Map([...reasons].filter(([jobId]) => isOpen(jobId))),
    nextDelayedMs: dueMs.length === 0 ? undefined : Math.min(...dueMs),
    deadLetters: new Map([...dead].map((jobId) => [jobId, reasons.get(jobId) ?? ''])),
  };
}

/** What any stack tells of what it is waiting for, this machine's or AWS's. */
export async function readPlaceWaitFacts(
  { dynamodb, sqs, controlTable, queues }: StackPlace & { queues: QueueUrls },
  context: CliContext,
): Promise<WaitFacts> {
  const limits = rateLimitsOf(context.settings);
  const [state, depths] = await Promise.all([
    withDynamo(dynamodb, async (client) => ({
      breaker: await dynamoBreakerStore(client, controlTable).read(),
      rate: { state: await dynamoRateSchedule(client, controlTable, limits, context.clock).read(), limits },
    })),
    withSqs(sqs, 0, async (client) => ({
      fetch: await sqsQueueDepth(client, queues.fetchQueueUrl).read(),
      items: await sqsQueueDepth(client, queues.itemQueueUrl).read(),
    })),
  ]);
  return { ...state, queues: depths };
}

function depthOf(stack: EmbeddedStack, queueName: string): Depth {
  const held = stack.sqs.inspect(queueName);
  const number = (state: 'ready' | 'delayed' | 'inflight') => held.filter((message) => message.state === state).length;
  return { visible: number('ready'), delayed: number('delayed'), inFlight: number('inflight') };
}

/** Said more often than every ten seconds, reading included. */
const everyMs = 8_000;
/** A stack that takes longer to tell is one that does not answer. */
const readMs = 1_500;

/**
 * While `work` runs, says what it is waiting for every eight seconds. What cannot be read is said as such; the work is never
 * disturbed.
 */
export async function sayingWhy<T>(
  work: Promise<T>,
  deps: { clock: Clock; read: () => Promise<WaitFacts>; say: (sentence: string) => void },
): Promise<T> {
  const over = new AbortController();
  const saying = sayUntil(over.signal, deps);
  try {
    return await work;
  } finally {
    over.abort();
    await saying;
  }
}

async function sayUntil(signal: AbortSignal, { clock, read, say }: Parameters<typeof sayingWhy>[1]): Promise<void> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) {
      return;
    }
    const sentence = await sentenceOf(read, signal, clock);
    if (signal.aborted) {
      return;
    }
    say(`waiting for ${Math.round((clock.monotonicMs() - startedMs) / 1_000)} s: ${sentence}`);
  }
}

async function sentenceOf(read: () => Promise<WaitFacts>, signal: AbortSignal, clock: Clock): Promise<string> {
  const over = new AbortController();
  const late = clock.sleep(readMs, AbortSignal.any([signal, over.signal])).then(() => undefined);
  try {
    const facts = await Promise.race([read(), late]);
    return facts === undefined ? 'the stack does not answer' : whyWaiting(facts, clock.nowMs()).join('; ');
  } catch (error) {
    return `the state of the stack cannot be read (${messageOf(error).split('\n', 1)[0]})`;
  } finally {
    over.abort();
  }
}

import type { EmbeddedStack } from '../../local/embedded-stack.ts';
import type { Depth } from '../../operator/status/describe-status.ts';
import type { WaitFacts } from '../../operator/status/why-waiting.ts';
import { dynamoBreakerStore } from '../../shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule } from '../../shared/throttle/dynamo-rate-schedule.ts';
import { sqsQueueDepth } from '../../shared/queues/sqs-queue-depth.ts';
import { fetchQueue, itemQueue } from '../../shared/queues/queue-definitions.ts';
import { rateLimitsOf } from '../../shared/throttle/rate-limits.ts';
import { jobIdOf } from '../../shared/telemetry/describe-failure.ts';
import type { CliContext } from '../cli-context.ts';
import { withDynamo, withTablesAt } from '../open-tables.ts';
import { deadLetteredJobs } from './run-jobs.ts';
import { endedJobs, type RunTracker } from '../../operator/runs/run-tracker.ts';
import type { QueueUrls, StackPlace } from '../stack-place.ts';
import { withSqs } from '../with-sqs.ts';

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

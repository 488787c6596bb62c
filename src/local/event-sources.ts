import type { Clock } from '../shared/core/clock.ts';
import type { QueueDefinition } from '../shared/queues/queue-definitions.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { sqsClient } from '../shared/tables/aws-clients.ts';
import type { ServiceName } from '../shared/telemetry/metric-ledger.ts';
import { arnOf, type EmbeddedSqs } from './embedded-sqs.ts';
import { type EventSource, longPollSeconds, startEventSource } from './event-source.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { type StackEndpoints, stackRegion } from './stack-endpoints.ts';

/** Both event sources. */
export type Sources = { worker: EventSource; writer: EventSource };

/** Starts both event sources: fetch queue → worker, item queue → writer. */
export function startSources(
  functions: Record<ServiceName, LambdaFunction>,
  endpoints: StackEndpoints,
  [fetch, items]: readonly [QueueDefinition, QueueDefinition],
  { settings, clock }: { settings: Settings; clock: Clock },
  onProblem: (service: 'worker' | 'writer', sentence: string) => void,
): Sources {
  const sqs = sqsClient({ endpoint: endpoints.endpoints.sqs, region: stackRegion }, longPollSeconds * 1_000);
  const source = (service: 'worker' | 'writer', queue: QueueDefinition, queueUrl: string) => {
    const { batchSize, batchingWindowSeconds, maximumConcurrency } = settings[service];
    return startEventSource(
      {
        queueUrl,
        queueArn: arnOf(queue.name),
        batchSize,
        batchingWindowMs: batchingWindowSeconds * 1000,
        maximumConcurrency,
        invoke: (event) => functions[service].invoke(event),
        onProblem: (sentence) => onProblem(service, sentence),
      },
      sqs,
      clock,
    );
  };
  return {
    worker: source('worker', fetch, endpoints.fetchQueueUrl),
    writer: source('writer', items, endpoints.itemQueueUrl),
  };
}

/** How long pages that were fetched already may take to reach the table when the stack is stopped. */
const drainMs = 10_000;

/** First the worker's end, then, once the pages it has sent are written, the writer's: not waited for once `died` has aborted. */
export async function drainSources(
  sources: Sources,
  sqs: EmbeddedSqs,
  itemQueueName: string,
  clock: Clock,
  died: AbortSignal,
): Promise<void> {
  if (died.aborted) {
    await Promise.all([sources.worker.stop(), sources.writer.stop()]);
    return;
  }
  await sources.worker.stop();
  const deadlineMs = clock.monotonicMs() + drainMs;
  const written = () => sqs.inspect(itemQueueName).length === 0 && sources.writer.activeInvocations() === 0;
  while (!written() && !died.aborted && clock.monotonicMs() < deadlineMs) {
    await clock.sleep(50);
  }
  await sources.writer.stop();
}

/**
 * The whole pipeline on one machine: SQS and DynamoDB emulators, the TMDB simulator when no other TMDB is named, the bundled functions,
 * the two event sources and, where asked for, the reader's function URL. Everything listens on loopback and ends with this process.
 */
import type { Clock } from '../shared/core/clock.ts';
import { fetchQueue, itemQueue, type QueueDefinition } from '../shared/queues/queue-definitions.ts';
import { documentedPollers, writersAtMost } from '../shared/settings/event-source-pollers.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { sqsClient } from '../shared/tables/aws-clients.ts';
import { catalogTable, controlTable } from '../shared/tables/table-definitions.ts';
import type { ServiceName } from '../shared/telemetry/metric-ledger.ts';
import { bundleHandlers } from './bundle/bundle-handlers.ts';
import type { DynamoEngine } from './embedded-dynamodb.ts';
import { type EmulatorOptions, openDataDir, type Stoppable, startEmulators } from './embedded-emulators.ts';
import { type FunctionOptions, type Functions, startFunctions, startReaderUrl, usageOf } from './embedded-functions.ts';
import type { EmbeddedSqs } from './embedded-sqs.ts';
import { type EventSource, longPollSeconds, startEventSource } from './event-source.ts';
import { type StackEndpoints, stackRegion } from './stack-endpoints.ts';
import { type EmulatorWatch, watchEmulators } from './watch-emulators.ts';

/** How to run the stack. */
export type EmbeddedStackOptions = EmulatorOptions & FunctionOptions;

/** A running stack. */
export type EmbeddedStack = {
  endpoints: StackEndpoints;
  dynamoEngine: DynamoEngine;
  /** Whether TMDB is the simulator. */
  simulated: boolean;
  /** Invokes the planner with a schedule occurrence or an ad-hoc event. @throws what the planner throws. */
  invokePlanner(event: unknown): Promise<unknown>;
  sqs: EmbeddedSqs;
  /** Invocations of worker and writer in flight. */
  activeInvocations(): number;
  /** Invocations and billed milliseconds so far, by function. */
  usage(): Record<ServiceName, { invocations: number; billedMs: number }>;
  /** Aborts, with an error that says so, when an emulator has ended by itself: the functions are ended then, and the stack is unusable. */
  died: AbortSignal;
  /** The cause of a failure of work on this stack: that an emulator has died, where that explains it, else the failure itself. */
  explain(error: unknown): Promise<unknown>;
  /** Ends the event sources first, so that what is in flight is finished; then everything else. */
  stop(): Promise<void>;
};

/** Starts everything. After a failure, what was started is stopped again. @throws that an emulator has died, where that is the cause. */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const started: Stoppable[] = [];
  const stopAll = async () => {
    for (const part of started.splice(0).reverse()) {
      await part.stop();
    }
  };
  const watch = watchEmulators(options.clock);
  try {
    return await start(options, started, watch, stopAll);
  } catch (error) {
    const explained = await watch.explain(error);
    watch.stop();
    await stopAll();
    throw explained;
  }
}

async function start(
  options: EmbeddedStackOptions,
  started: Stoppable[],
  watch: EmulatorWatch,
  stop: () => Promise<void>,
): Promise<EmbeddedStack> {
  openDataDir(options, started);
  const bundling = bundleHandlers(unpaced(options.settings));
  bundling.catch(() => undefined);
  const queues = [fetchQueue(options.settings), itemQueue(options.settings)] as const;
  const { sqs, dynamo, tmdb } = await startEmulators(options, queues, started, watch);
  const endpoints = endpointsOf(sqs, dynamo.endpoint, tmdb.baseUrl, queues);
  const functions = startFunctions(await watch.unlessDied(bundling), endpoints, tmdb.token, options);
  started.push(...Object.values(functions));
  const url = await startReaderUrl(functions.reader, options);
  if (url !== undefined) {
    started.push(url);
  }
  const sources = startSources(functions, endpoints, options);
  watch.died.addEventListener('abort', () => void endWork(sources, functions), { once: true });
  started.push(
    { stop: async () => watch.stop() },
    { stop: () => drainSources(sources, sqs, queues[1].name, options.clock, watch.died) },
  );
  watch.died.throwIfAborted();
  return {
    endpoints: { ...endpoints, endpoints: { ...endpoints.endpoints, ...(url && { http: url.endpoint }) } },
    dynamoEngine: dynamo.engine,
    simulated: options.tmdb === undefined,
    invokePlanner: (event) => functions.planner.invoke(event),
    sqs,
    died: watch.died,
    explain: watch.explain,
    activeInvocations: () => sources.worker.activeInvocations() + sources.writer.activeInvocations(),
    usage: () => usageOf(functions),
    stop,
  };
}

/** The emulators have no throughput limit, so the writer's pace need not keep to one. */
function unpaced(settings: Settings): Settings {
  return { ...settings, capacity: { ...settings.capacity, mode: 'on-demand' } };
}

/** Both event sources: fetch queue → worker, item queue → writer. */
type Sources = { worker: EventSource; writer: EventSource };

function startSources(
  functions: Functions,
  { endpoints, fetchQueueUrl, itemQueueUrl }: StackEndpoints,
  { settings, clock, onOutput }: FunctionOptions,
): Sources {
  const sqs = sqsClient({ endpoint: endpoints.sqs, region: stackRegion }, longPollSeconds * 1_000);
  // Without a maximum the writer has the pollers of an idle event source.
  const atOnce = {
    worker: settings.worker.maximumConcurrency,
    writer: writersAtMost(settings) ?? documentedPollers.least,
  };
  const source = (service: 'worker' | 'writer', queueUrl: string) => {
    const { batchSize, batchingWindowSeconds } = settings[service];
    return startEventSource(
      {
        queueUrl,
        batchSize,
        batchingWindowMs: batchingWindowSeconds * 1000,
        maximumConcurrency: atOnce[service],
        invoke: (event) => functions[service].invoke(event),
        onProblem: (message) => onOutput(service, { kind: 'log', problem: true, message }, message),
      },
      sqs,
      clock,
    );
  };
  return { worker: source('worker', fetchQueueUrl), writer: source('writer', itemQueueUrl) };
}

/** How long a stop waits until fetched pages have reached the table. */
const drainMs = 10_000;

/** Ends the worker, then, once the pages it has sent are written, the writer. Once `died` has aborted, nothing is waited for. */
async function drainSources(
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

/** An emulator has died: no batch in flight can succeed, and none may start. */
async function endWork(sources: Sources, functions: Functions): Promise<void> {
  void sources.worker.stop();
  void sources.writer.stop();
  await Promise.all(Object.values(functions).map((one) => one.stop()));
}

/** Where a stack's parts listen, and the names of its queues and tables. */
export function endpointsOf(
  sqs: Pick<EmbeddedSqs, 'endpoint' | 'queueUrl'>,
  dynamodb: string,
  tmdb: string,
  [fetch, items]: readonly [QueueDefinition, QueueDefinition],
): StackEndpoints {
  return {
    region: stackRegion,
    endpoints: { sqs: sqs.endpoint, dynamodb, tmdb },
    fetchQueueUrl: sqs.queueUrl(fetch.name),
    fetchDlqUrl: sqs.queueUrl(fetch.deadLetterName),
    itemQueueUrl: sqs.queueUrl(items.name),
    itemDlqUrl: sqs.queueUrl(items.deadLetterName),
    catalogTable: catalogTable.name,
    controlTable: controlTable.name,
  };
}

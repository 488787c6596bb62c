/**
 * The whole pipeline on one machine: SQS and DynamoDB emulators, the TMDB simulator when no other TMDB is named, the
 * bundled functions, the two event sources and, where it is asked for, the reader's URL. Everything listens on loopback, and everything ends with this process.
 */
import { join } from 'node:path';
import { dynamoClient } from '../shared/adapters/aws-clients.ts';
import { bundleHandlers } from '../shared/adapters/bundle-handlers.ts';
import { proxyVariables } from '../shared/adapters/env.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { fetchQueue, itemQueue, type QueueDefinition } from '../shared/queue-definitions.ts';
import type { Settings } from '../shared/settings.ts';
import { catalogTable, controlTable } from '../shared/table/table-definitions.ts';
import type { ServiceName } from '../shared/telemetry/metric-ledger.ts';
import { createTable } from './create-tables.ts';
import { lockDataDir } from './data-lock.ts';
import { type DynamoEngine, type EmbeddedDynamo, startEmbeddedDynamo } from './embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from './embedded-sqs.ts';
import { emulatorDied } from './emulator-death.ts';
import { drainSources, startSources } from './event-sources.ts';
import { assertPortFree } from './free-port.ts';
import { functionEnvironments } from './function-environments.ts';
import { type OutputLine, readOutputLine } from './function-output.ts';
import { type FunctionUrl, startFunctionUrl } from './function-url.ts';
import { type LambdaFunction, startFunction } from './lambda-function.ts';
import { type StackEndpoints, stackRegion } from './stack-endpoints.ts';
import { isStorageFailure, storageFailure } from './storage-failure.ts';
import type { FaultPlan } from './tmdb-simulator/fault-plan.ts';
import { startTmdbSimulator } from './tmdb-simulator/start-tmdb-simulator.ts';

/** How to run the stack. */
export type EmbeddedStackOptions = {
  settings: Settings;
  clock: Clock;
  /** TMDB to call, with its token; without it the simulator is started. */
  tmdb: { baseUrl: string; token: string } | undefined;
  /** Keeps tables and queues there; without it everything is in memory. */
  dataDir?: string | undefined;
  /** 0 or absent: any free port. */
  ports?: { sqs?: number; dynamodb?: number; tmdb?: number; http?: number };
  /** Whether the reader is served over HTTP; default: no. */
  http?: boolean;
  dynamoEngine?: DynamoEngine | undefined;
  /** Faults of the simulator. */
  faults?: FaultPlan | undefined;
  /** Every line a function writes, as it comes. */
  onOutput(service: ServiceName, line: OutputLine, text: string): void;
};

/** A running stack. */
export type EmbeddedStack = {
  endpoints: StackEndpoints;
  dynamoEngine: DynamoEngine;
  /** Whether TMDB is the simulator. */
  simulated: boolean;
  /** Invokes the planner with a schedule occurrence or an ad-hoc event. @throws what the planner throws. */
  invokePlanner(event: unknown): Promise<unknown>;
  sqs: EmbeddedSqs;
  /** Invocations that are under way now. */
  activeInvocations(): number;
  /** Invocations and billed milliseconds so far, by function. */
  usage(): Record<ServiceName, { invocations: number; billedMs: number }>;
  /** Aborts, with an error that says so, when an emulator has ended by itself: the functions are ended then, and nothing works any more. */
  died: AbortSignal;
  /** Ends the event sources first, so that what is under way is finished; then everything else. */
  stop(): Promise<void>;
};

type Stoppable = { stop(): Promise<void> };

/** Starts everything. What was started before a failure is stopped again. */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const started: Stoppable[] = [];
  const stopAll = async () => {
    for (const part of started.splice(0).reverse()) {
      await part.stop();
    }
  };
  try {
    return await start(options, started, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function start(
  options: EmbeddedStackOptions,
  started: Stoppable[],
  stop: () => Promise<void>,
): Promise<EmbeddedStack> {
  if (options.dataDir !== undefined) {
    const lock = lockDataDir(options.dataDir);
    started.push({ stop: async () => lock.release() });
  }
  const bundling = bundleHandlers();
  bundling.catch(() => undefined);
  const queues = [fetchQueue(options.settings), itemQueue(options.settings)] as const;
  const { sqs, dynamo, tmdb } = await startEmulators(options, queues, started);
  const endpoints = endpointsOf(sqs, dynamo.endpoint, tmdb.baseUrl, queues);
  const functions = startFunctions(await bundling, endpoints, tmdb.token, options, started);
  const url = await startReaderUrl(functions.reader, options, started);
  const sources = startSources(functions, endpoints, queues, options, (service, message) =>
    options.onOutput(service, { kind: 'log', problem: true, message }, message),
  );
  const died = watchEmulators(sqs, dynamo, async () => {
    // No batch is begun any more, and none that is under way can end well.
    void sources.worker.stop();
    void sources.writer.stop();
    await Promise.all(Object.values(functions).map((one) => one.stop()));
  });
  started.push(
    { stop: died.stop },
    { stop: () => drainSources(sources, sqs, queues[1].name, options.clock, died.signal) },
  );
  return {
    endpoints: { ...endpoints, endpoints: { ...endpoints.endpoints, ...(url && { http: url.endpoint }) } },
    dynamoEngine: dynamo.engine,
    simulated: options.tmdb === undefined,
    invokePlanner: (event) => functions.planner.invoke(event),
    sqs,
    died: died.signal,
    activeInvocations: () => sources.worker.activeInvocations() + sources.writer.activeInvocations(),
    usage: () => ({
      planner: functions.planner.usage(),
      worker: functions.worker.usage(),
      writer: functions.writer.usage(),
      reader: functions.reader.usage(),
    }),
    stop,
  };
}

/** Watches until `stop`; `end` is called once when one of them has ended before. */
function watchEmulators(sqs: EmbeddedSqs, dynamo: EmbeddedDynamo, end: () => Promise<void>) {
  const death = new AbortController();
  let stopped = false;
  const die = (error: Error) => {
    if (!stopped && !death.signal.aborted) {
      death.abort(error);
      void end();
    }
  };
  void dynamo.ended.then((how) => die(emulatorDied(`the DynamoDB emulator ${dynamo.engine}`, how)));
  void sqs.ended.then(() => die(emulatorDied('the SQS emulator fauxqs')));
  return {
    signal: death.signal,
    stop: async () => {
      stopped = true;
    },
  };
}

async function startEmulators(options: EmbeddedStackOptions, queues: readonly QueueDefinition[], started: Stoppable[]) {
  const { ports = {}, dataDir, clock } = options;
  await assertPortsFree(ports);
  const sqsDir = dataDir && join(dataDir, 'sqs');
  const sqs = await startEmbeddedSqs(queues, { port: ports.sqs ?? 0, dataDir: sqsDir }).catch((cause: unknown) => {
    throw sqsDir !== undefined && isStorageFailure(cause) ? storageFailure(join(sqsDir, 'fauxqs.db'), cause) : cause;
  });
  started.push(sqs);
  const dynamo = await startEmbeddedDynamo({
    port: ports.dynamodb ?? 0,
    dataDir: dataDir && join(dataDir, 'dynamodb'),
    engine: options.dynamoEngine,
  });
  started.push(dynamo);
  const client = dynamoClient({ endpoint: dynamo.endpoint, region: stackRegion });
  for (const definition of [catalogTable, controlTable]) {
    await createTable(client, definition, dynamo.engine);
  }
  client.destroy();
  return { sqs, dynamo, tmdb: options.tmdb ?? (await startSimulator(options, clock, ports.tmdb ?? 0, started)) };
}

async function assertPortsFree(ports: NonNullable<EmbeddedStackOptions['ports']>): Promise<void> {
  const named = { sqs: 'SQS', dynamodb: 'DynamoDB', tmdb: 'TMDB', http: 'HTTP' } as const;
  for (const [service, name] of Object.entries(named)) {
    await assertPortFree(ports[service as keyof typeof named] ?? 0, name);
  }
}

async function startSimulator(options: EmbeddedStackOptions, clock: Clock, port: number, started: Stoppable[]) {
  const simulator = await startTmdbSimulator({ port, clock, ...(options.faults && { faults: options.faults }) });
  started.push({ stop: () => simulator.close() });
  return { baseUrl: simulator.baseUrl, token: 'token-of-the-simulator' };
}

/** Where a stack's parts are. */
export function endpointsOf(
  sqs: EmbeddedSqs,
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

function startFunctions(
  bundles: Record<ServiceName, string>,
  endpoints: StackEndpoints,
  token: string,
  options: EmbeddedStackOptions,
  started: Stoppable[],
): Record<ServiceName, LambdaFunction> {
  const environments = functionEnvironments(endpoints, token, options.settings, proxyVariables());
  const startOne = (service: ServiceName): LambdaFunction => {
    const { memoryMb, timeoutSeconds } = options.settings[service];
    const started = startFunction(
      {
        name: `tmdb-${service}`,
        bundleUrl: bundles[service],
        environment: environments[service],
        memoryMb,
        timeoutSeconds,
        onOutput: (text) => options.onOutput(service, readOutputLine(text), text),
      },
      options.clock,
    );
    if (service !== 'reader' || options.http === true) {
      started.warm();
    }
    return started;
  };
  const functions = {
    planner: startOne('planner'),
    worker: startOne('worker'),
    writer: startOne('writer'),
    reader: startOne('reader'),
  };
  started.push(...Object.values(functions));
  return functions;
}

async function startReaderUrl(
  reader: LambdaFunction,
  options: EmbeddedStackOptions,
  started: Stoppable[],
): Promise<FunctionUrl | undefined> {
  if (options.http !== true) {
    return undefined;
  }
  const url = await startFunctionUrl(
    (event) => reader.invoke(event),
    options.ports?.http ?? 0,
    options.clock,
    (message) => options.onOutput('reader', { kind: 'log', problem: true, message }, message),
  );
  started.push(url);
  return url;
}

import { join } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { bundleHandlers } from '../../../src/local/bundle/bundle-handlers.ts';
import { createTables } from '../../../src/local/embedded-dynamodb.ts';
import { functionEnvironments } from '../../../src/local/embedded-functions.ts';
import { endpointsOf } from '../../../src/local/embedded-stack.ts';
import { type EventSource, longPollSeconds, startEventSource } from '../../../src/local/event-source.ts';
import { type StackEndpoints, stackRegion } from '../../../src/local/stack-endpoints.ts';
import { systemClock } from '../../../src/shared/core/system-clock.ts';
import { fetchQueue, itemQueue, type QueueDefinition } from '../../../src/shared/queues/queue-definitions.ts';
import { documentedPollers } from '../../../src/shared/settings/event-source-pollers.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
import { sqsClient } from '../../../src/shared/tables/aws-clients.ts';
import { startTmdbSimulator, type TmdbSimulator } from '../../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { type HandlerProcesses, handlerProcesses } from '../../support/handler-processes.ts';
import { type CutRelay, startCutRelay } from './cut-relay.ts';
import { type DatabaseProcess, startDatabaseProcess } from './database-process.ts';
import type { Killable, NetworkTarget } from './draw-faults.ts';
import { type Ledger, ledger } from './ledger.ts';
import { shortenDelays } from './shorten-delays.ts';
import { type SqsProcess, startSqsProcess } from './sqs-process.ts';

/** Everything a campaign runs on: real emulators and real bundles, each in a process of its own, with the network between them. */
export type CampaignStack = {
  readonly folder: string;
  readonly sqs: SqsProcess;
  readonly database: DatabaseProcess;
  readonly simulator: TmdbSimulator;
  readonly relays: Readonly<Record<NetworkTarget, CutRelay>>;
  readonly functions: Readonly<Record<Killable, HandlerProcesses>>;
  readonly queues: readonly [QueueDefinition, QueueDefinition];
  readonly ledger: Ledger;
  /** URL of a queue, past the relay. */
  queueUrl(name: string): string;
  activeInvocations(): number;
  /** The last lines the functions wrote. */
  lines(): readonly string[];
  /** How often the worker sent a job back. */
  deferrals(): number;
  stop(): Promise<void>;
};

/** What the harness does wrong on purpose, so that a test can see that it is noticed. */
export type Plant = 'writer-acknowledges-without-applying' | 'worker-acknowledges-without-fetching';

/** After so long a killed function's messages come again, and those of a batch that a busy machine has not finished. */
const visibilityTimeoutSeconds = 2;
/** So many receives in vain bring a message to the dead-letter queue; in production it takes five. */
const maxReceiveCount = 3;
/** Room for two calls of a second and the worker's own reserve; see the settings schema. */
const workerTimeoutSeconds = 8;
/** A planner that died keeps its run locked for so long. */
const plannerTimeoutMs = 2_500;
const keptLines = 400;

/** Patience is short and retries are not rationed, so that a round takes seconds; rate and batches are what is deployed. */
const settings = settingsFrom(
  JSON.stringify({
    tmdb: { requestTimeoutMs: 1_000, attempts: 5, backoffBaseMs: 30, backoffCapMs: 400, retryShare: 1, retryBurst: 20 },
    breaker: { openMs: 500, openCapMs: 1_000, trialMs: 1_000 },
    worker: { timeoutSeconds: workerTimeoutSeconds },
    writer: { batchingWindowSeconds: 0 },
    // The emulator has no throughput limit.
    capacity: { mode: 'on-demand' },
  }),
);

/** Starts everything on `folder`, which may hold what an earlier campaign left. `plant` is what the harness does wrong. */
export async function startCampaignStack(folder: string, plant?: Plant): Promise<CampaignStack> {
  const queues = [
    { ...fetchQueue(settings), visibilityTimeoutSeconds, maxReceiveCount },
    { ...itemQueue(settings), visibilityTimeoutSeconds, maxReceiveCount },
  ] as const;
  const [sqs, database, simulator, bundles] = await Promise.all([
    startSqsProcess(join(folder, 'sqs'), queues),
    startDatabaseProcess(join(folder, 'dynamodb')),
    startTmdbSimulator({ port: 0, clock: systemClock, latencyMs: { min: 1, max: 15 } }),
    bundleHandlers(settings),
  ]);
  await createTables({ endpoint: database.endpoint, engine: 'dynoxide' });
  const relays = {
    sqs: await startCutRelay(sqs.port, shortenDelays),
    dynamodb: await startCutRelay(database.port),
    tmdb: await startCutRelay(simulator.port),
  };
  const lines: string[] = [];
  let deferrals = 0;
  const onLine = (line: string) => {
    deferrals += line.includes('job-deferred') ? 1 : 0;
    lines.push(line);
    lines.splice(0, Math.max(0, lines.length - keptLines));
  };
  const environments = functionEnvironments(relayedEndpoints(relays, queues), 'token-of-the-simulator', 'TmdbPipeline');
  const start = (service: Killable, timeoutMs: number) =>
    handlerProcesses({
      bundleUrl: bundles[service],
      environment: { AWS_REGION: stackRegion, ...environments[service] },
      folder,
      mark: folder,
      timeoutMs,
      onLine,
    });
  const functions = {
    planner: start('planner', plannerTimeoutMs),
    worker: start('worker', workerTimeoutSeconds * 1_000),
    writer: start('writer', workerTimeoutSeconds * 1_000),
  };
  const seen = ledger();
  const queueUrl = (name: string) => `http://127.0.0.1:${sqs.port}/000000000000/${name}`;
  const sources = startSources(functions, queues, queueUrl, seen, plant);
  return {
    folder,
    sqs,
    database,
    simulator,
    relays,
    functions,
    queues,
    ledger: seen,
    queueUrl,
    activeInvocations: () => sources.reduce((sum, source) => sum + source.activeInvocations(), 0),
    lines: () => lines,
    deferrals: () => deferrals,
    stop: async () => {
      await Promise.all(sources.map((source) => source.stop()));
      await Promise.all(Object.values(functions).map((one) => one.stop()));
      await Promise.all(Object.values(relays).map((relay) => relay.stop()));
      await Promise.all([sqs.stop(), database.stop(), simulator.close()]);
    },
  };
}

/** The endpoints of the functions: each lies behind a relay. */
function relayedEndpoints(relays: CampaignStack['relays'], queues: CampaignStack['queues']): StackEndpoints {
  const at = (relay: CutRelay) => `http://127.0.0.1:${relay.port}`;
  const sqs = { endpoint: at(relays.sqs), queueUrl: (name: string) => `${at(relays.sqs)}/000000000000/${name}` };
  return endpointsOf(sqs, at(relays.dynamodb), `${at(relays.tmdb)}/3`, queues);
}

/** The event sources are AWS's: they stand before the relays, and live through everything. */
function startSources(
  functions: CampaignStack['functions'],
  [fetch, items]: CampaignStack['queues'],
  queueUrl: (name: string) => string,
  seen: Ledger,
  plant: Plant | undefined,
): EventSource[] {
  const invokes = {
    worker: async (event: SQSEvent) =>
      plant === 'worker-acknowledges-without-fetching' ? undefined : functions.worker.invoke(event),
    writer: async (event: SQSEvent) =>
      plant === 'writer-acknowledges-without-applying' ? undefined : functions.writer.invoke(event),
  };
  const client = sqsClient(
    { endpoint: queueUrl('').slice(0, -'/000000000000/'.length), region: stackRegion },
    longPollSeconds * 1_000,
  );
  const source = (
    service: 'worker' | 'writer',
    queue: QueueDefinition,
    invoke: (event: SQSEvent) => Promise<unknown>,
  ) =>
    startEventSource(
      {
        queueUrl: queueUrl(queue.name),
        batchSize: settings[service].batchSize,
        batchingWindowMs: 0,
        maximumConcurrency: settings[service].maximumConcurrency ?? documentedPollers.most,
        invoke,
        // Faults are what a campaign is made of.
        onProblem: () => undefined,
      },
      client,
      systemClock,
    );
  return [
    source('worker', fetch, (event) => seen.work(event, invokes.worker)),
    source('writer', items, (event) => seen.write(event, invokes.writer)),
  ];
}

import { join } from 'node:path';
import type { Clock } from '../shared/core/clock.ts';
import type { QueueDefinition } from '../shared/queues/queue-definitions.ts';
import type { FaultPlan } from '../tmdb-simulator/fault-plan.ts';
import { startTmdbSimulator } from '../tmdb-simulator/start-tmdb-simulator.ts';
import { lockDataDir } from './data-folder.ts';
import { recordDatabases } from './data-folder-databases.ts';
import { createTables, type DynamoEngine, type EmbeddedDynamo, startEmbeddedDynamo } from './embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from './embedded-sqs.ts';
import { isStorageFailure, storageFailure } from './private-files.ts';
import { assertPortFree } from './stack-endpoints.ts';
import type { EmulatorWatch } from './watch-emulators.ts';

/** Which emulators to start, and where. */
export type EmulatorOptions = {
  clock: Clock;
  /** TMDB to call, with its token; without it the simulator is started. */
  tmdb: { baseUrl: string; token: string } | undefined;
  /** Folder that keeps tables and queues; without it everything is in memory. */
  dataDir?: string | undefined;
  /** 0 or absent: any free port. */
  ports?: { sqs?: number; dynamodb?: number; tmdb?: number; http?: number };
  dynamoEngine?: DynamoEngine | undefined;
  /** Faults of the simulator. */
  faults?: FaultPlan | undefined;
  /** A sentence for a person, such as that a database of the data folder is not there any more. */
  onNote?(sentence: string): void;
};

/** What stands in for AWS and TMDB. */
export type Emulators = { sqs: EmbeddedSqs; dynamo: EmbeddedDynamo; tmdb: { baseUrl: string; token: string } };

/** A started part; parts are stopped in the opposite order. */
export type Stoppable = { stop(): Promise<void> };

/** Locks the data folder, where there is one. @throws PermanentError when it is in use, or something in it cannot be used. */
export function openDataDir({ dataDir, onNote }: EmulatorOptions, started: Stoppable[]): void {
  if (dataDir !== undefined) {
    const lock = lockDataDir(dataDir);
    started.push({ stop: async () => lock.release() });
    for (const note of lock.notes) {
      onNote?.(note);
    }
  }
}

/**
 * Starts the emulators with queues and tables, and the TMDB simulator where no other TMDB is named. Each part is added to `started`, and each
 * emulator to `watch`, as soon as it runs.
 */
export async function startEmulators(
  options: EmulatorOptions,
  queues: readonly QueueDefinition[],
  started: Stoppable[],
  watch: EmulatorWatch,
): Promise<Emulators> {
  const { ports = {}, dataDir } = options;
  await assertPortsFree(ports);
  const sqsDir = dataDir && join(dataDir, 'sqs');
  const sqs = await startEmbeddedSqs(queues, { port: ports.sqs ?? 0, dataDir: sqsDir }).catch((cause: unknown) => {
    throw sqsDir !== undefined && isStorageFailure(cause) ? storageFailure(join(sqsDir, 'fauxqs.db'), cause) : cause;
  });
  started.push(sqs);
  watch.watch(
    'the SQS emulator fauxqs',
    sqs.ended.then(() => undefined),
  );
  const dynamo = await startEmbeddedDynamo({
    port: ports.dynamodb ?? 0,
    dataDir: dataDir && join(dataDir, 'dynamodb'),
    engine: options.dynamoEngine,
  });
  started.push(dynamo);
  watch.watch(`the DynamoDB emulator ${dynamo.engine}`, dynamo.ended);
  await watch.unlessDied(createTables(dynamo));
  if (dataDir !== undefined) {
    recordDatabases(dataDir);
  }
  return { sqs, dynamo, tmdb: options.tmdb ?? (await startSimulator(options, started)) };
}

async function assertPortsFree(ports: NonNullable<EmulatorOptions['ports']>): Promise<void> {
  const named = { sqs: 'SQS', dynamodb: 'DynamoDB', tmdb: 'TMDB', http: 'HTTP' } as const;
  for (const [service, name] of Object.entries(named)) {
    await assertPortFree(ports[service as keyof typeof named] ?? 0, name);
  }
}

async function startSimulator({ clock, ports, faults }: EmulatorOptions, started: Stoppable[]) {
  const simulator = await startTmdbSimulator({ port: ports?.tmdb ?? 0, clock, ...(faults && { faults }) });
  started.push({ stop: () => simulator.close() });
  return { baseUrl: simulator.baseUrl, token: 'token-of-the-simulator' };
}

import { existsSync, mkdirSync, statSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { join } from 'node:path';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { messageOf, UsageError } from '../shared/core/errors.ts';
import { dynamoClient } from '../shared/tables/aws-clients.ts';
import {
  catalogTable,
  controlTable,
  type KeyAttribute,
  type TableDefinition,
} from '../shared/tables/table-definitions.ts';
import { emulatorFile, importEmulator } from './emulator-packages.ts';
import { describeEnd, type ProcessEnd, startGuarded, wasKilled } from './processes.ts';
import { freePort, loopback, stackRegion } from './stack-endpoints.ts';
import { emulatorDied } from './watch-emulators.ts';

/** `dynoxide` counts capacity and knows TTL; `dynalite` runs on every platform (docs/adr/0006). */
export type DynamoEngine = 'dynoxide' | 'dynalite';

/** A DynamoDB endpoint on loopback. */
export type EmbeddedDynamo = {
  endpoint: string;
  engine: DynamoEngine;
  /** Resolves when the emulator has ended, by itself or otherwise; with its exit, where it was a process of its own. */
  ended: Promise<ProcessEnd | undefined>;
  stop(): Promise<void>;
};

type Server = Pick<EmbeddedDynamo, 'ended' | 'stop'>;

/** `port` 0 is any free one; without `dataDir` everything is in memory. */
export type EmbeddedDynamoOptions = { port: number; dataDir: string | undefined; engine: DynamoEngine | undefined };

const dynaliteFolder = 'dynalite';

/** The file that is a database of each engine, below the `dataDir` of this module; dynalite's is that of LevelDB. */
export const tableFiles: Readonly<Record<DynamoEngine, string>> = {
  dynoxide: 'dynamodb.sqlite',
  dynalite: join(dynaliteFolder, 'CURRENT'),
};

/** The engine of this platform: `dynoxide` where it is installed. */
export function defaultDynamoEngine(): DynamoEngine {
  return dynoxideBinary() === undefined ? 'dynalite' : 'dynoxide';
}

/** The engine that wrote a data folder, which is the only one that can read it. */
function engineOf(dataDir: string | undefined): DynamoEngine | undefined {
  if (dataDir === undefined) {
    return undefined;
  }
  return (['dynoxide', 'dynalite'] as const).find((engine) => wrote(engine, dataDir));
}

/** An empty file is left by a start that was killed. */
function wrote(engine: DynamoEngine, dataDir: string): boolean {
  return (statSync(join(dataDir, tableFiles[engine]), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** The engine asked for, else the one that wrote the data. An engine that did not write it would ignore the tables without a message. */
function engineFor({ dataDir, engine }: EmbeddedDynamoOptions): DynamoEngine {
  const writer = engineOf(dataDir);
  if (dataDir !== undefined && engine !== undefined && writer !== undefined && !wrote(engine, dataDir)) {
    throw new UsageError(
      `'${dataDir}' holds tables of ${writer}, which ${engine} cannot read: leave out --dynamodb, or choose another folder`,
    );
  }
  return engine ?? writer ?? defaultDynamoEngine();
}

/** Starts a DynamoDB emulator. @throws when its port or its data cannot be opened. */
export async function startEmbeddedDynamo(options: EmbeddedDynamoOptions): Promise<EmbeddedDynamo> {
  if (options.dataDir !== undefined) {
    mkdirSync(options.dataDir, { recursive: true });
  }
  const engine = engineFor(options);
  const port = options.port === 0 ? await freePort() : options.port;
  const server =
    engine === 'dynoxide' ? await startDynoxide(port, options.dataDir) : await startDynalite(port, options.dataDir);
  return { endpoint: `http://${loopback}:${port}`, engine, ...server };
}

async function startDynoxide(port: number, dataDir: string | undefined): Promise<Server> {
  const binary = dynoxideBinary();
  if (binary === undefined) {
    throw new Error('the DynamoDB emulator dynoxide is not installed: it exists for Linux on x64 only');
  }
  const database = dataDir === undefined ? [] : ['--db-path', join(dataDir, tableFiles.dynoxide)];
  const server = startGuarded(binary, ['serve', '--host', loopback, '--port', String(port), ...database]);
  try {
    await server.waitForLine('listening');
  } catch (cause) {
    await server.stop();
    const end = await server.ended;
    throw wasKilled(end)
      ? emulatorDied('the DynamoDB emulator dynoxide', end)
      : new Error('the DynamoDB emulator did not start', {
          cause: messageOf(cause) === '' ? new Error(`${binary}: ${describeEnd(end)}`) : cause,
        });
  }
  return server;
}

/** dynalite has no types of its own. */
type Dynalite = (options: Record<string, unknown>) => HttpServer;

async function startDynalite(port: number, dataDir: string | undefined): Promise<Server> {
  const { default: dynalite } = (await importEmulator('dynalite/index.js')) as { default: Dynalite };
  const server = dynalite({
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
    ...(dataDir !== undefined && { path: join(dataDir, dynaliteFolder) }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, resolve);
  });
  return {
    ended: new Promise((resolve) => server.once('close', () => resolve(undefined))),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function dynoxideBinary(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return undefined;
  }
  const binary = emulatorFile('@dynoxide/linux-x64/dynoxide');
  // An optional dependency: absent is a normal case.
  return existsSync(binary) ? binary : undefined;
}

/** Creates both tables of a stack on an emulator. */
export async function createTables({ endpoint, engine }: Pick<EmbeddedDynamo, 'endpoint' | 'engine'>): Promise<void> {
  const client = dynamoClient({ endpoint, region: stackRegion });
  try {
    for (const definition of [catalogTable, controlTable]) {
      await createTable(client, definition, engine);
    }
  } finally {
    client.destroy();
  }
}

/** Creates a table on an emulator from its one definition. A table that already exists stays as it is. */
export async function createTable(
  client: DynamoDBClient,
  definition: TableDefinition,
  engine: DynamoEngine,
): Promise<void> {
  try {
    await client.send(new CreateTableCommand(createTableInput(definition)));
  } catch (error) {
    if (error instanceof ResourceInUseException) {
      return;
    }
    throw error;
  }
  // dynalite answers before the table exists.
  await waitUntilTableExists(
    { client, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.2 },
    { TableName: definition.name },
  );
  // dynalite has no TTL; readers filter expired rows themselves.
  if (engine === 'dynoxide') {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: definition.name,
        TimeToLiveSpecification: { AttributeName: definition.ttlAttribute, Enabled: true },
      }),
    );
  }
}

function createTableInput({ name, keys, indexes }: TableDefinition): CreateTableCommandInput {
  const attributes = new Set([...keys, ...indexes.flatMap((index) => index.keys)].map(({ attribute }) => attribute));
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(keys),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.keys),
        Projection: { ProjectionType: index.projection },
      })),
    }),
  };
}

function keySchema(keys: readonly KeyAttribute[]) {
  return keys.map(({ attribute, type }) => ({ AttributeName: attribute, KeyType: type }));
}

/** The emulators that subjects of a bench work on: tables alone, or both queues, both tables and a TMDB. No functions run. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTable, createTables, startEmbeddedDynamo } from '../src/local/embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from '../src/local/embedded-sqs.ts';
import { endpointsOf } from '../src/local/embedded-stack.ts';
import { type StackEndpoints, stackRegion } from '../src/local/stack-endpoints.ts';
import { fetchQueue, itemQueue } from '../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { dynamoClient } from '../src/shared/tables/aws-clients.ts';
import type { TableDefinition } from '../src/shared/tables/table-definitions.ts';

/** What stands for TMDB, on a thread of this process. */
type StandIn = { baseUrl: string; stop(): Promise<unknown> };

/** fauxqs runs in this process, dynoxide in a process of its own. */
export type EmulatedServices<Tmdb extends StandIn> = {
  endpoints: StackEndpoints;
  sqs: EmbeddedSqs;
  tmdb: Tmdb;
  stop(): Promise<void>;
};

/** Starts them, empty. @throws where dynoxide is not installed. */
export async function startEmulatedServices<Tmdb extends StandIn>(
  startTmdb: () => Promise<Tmdb>,
): Promise<EmulatedServices<Tmdb>> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    await Promise.all(stops.map((stopOne) => stopOne()));
  };
  try {
    const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: 'dynoxide' });
    stops.push(dynamo.stop);
    await createTables(dynamo);
    const [fetch, items] = [fetchQueue(defaultSettings), itemQueue(defaultSettings)];
    const sqs = await startEmbeddedSqs([fetch, items], { port: 0, dataDir: undefined });
    stops.push(sqs.stop);
    const tmdb = await startTmdb();
    stops.push(tmdb.stop);
    const endpoints = endpointsOf(sqs, dynamo.endpoint, tmdb.baseUrl, [fetch, items]);
    return { endpoints, sqs, tmdb, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Runs `act` on a fresh dynoxide with empty tables, which ends afterwards.
 * @throws where dynoxide is not installed: dynalite does not count capacity as DynamoDB does.
 */
export async function withTables<T>(
  definitions: readonly TableDefinition[],
  act: (client: DynamoDBDocumentClient) => Promise<T>,
): Promise<T> {
  const { endpoint, engine, stop } = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: 'dynoxide' });
  const client = dynamoClient({ endpoint, region: stackRegion });
  try {
    for (const definition of definitions) {
      await createTable(client, definition, engine);
    }
    return await act(client);
  } finally {
    client.destroy();
    await stop();
  }
}

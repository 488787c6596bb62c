/** Both queues, both tables and a TMDB on loopback, without the functions: what subjects of a bench work on. */
import { createTables, startEmbeddedDynamo } from '../src/local/embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from '../src/local/embedded-sqs.ts';
import { endpointsOf } from '../src/local/embedded-stack.ts';
import type { StackEndpoints } from '../src/local/stack-endpoints.ts';
import { fetchQueue, itemQueue } from '../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { type SimulatedTmdb, type SimulatorThreadOptions, startSimulatedTmdb } from './simulated-tmdb.ts';

/** What runs. fauxqs stands in this process, the simulator on a thread of it, dynoxide in a process of its own. */
export type EmulatedServices = {
  endpoints: StackEndpoints;
  sqs: EmbeddedSqs;
  tmdb: SimulatedTmdb;
  stop(): Promise<void>;
};

/** Starts all of it, empty. @throws where dynoxide is not installed. */
export async function startEmulatedServices(tmdbOptions: SimulatorThreadOptions): Promise<EmulatedServices> {
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
    const tmdb = await startSimulatedTmdb(tmdbOptions);
    stops.push(tmdb.stop);
    const endpoints = endpointsOf(sqs, dynamo.endpoint, tmdb.baseUrl, [fetch, items]);
    return { endpoints, sqs, tmdb, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

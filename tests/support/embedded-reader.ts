import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { type OpenReaderOptions, openReader } from '../../src/reader/open-reader.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { type Job, jobSchema } from '../../src/shared/queues/fetch-job.ts';
import { type Item, itemSchema } from '../../src/shared/queues/item-page.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { startTmdbSimulator, type TmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { deliveriesOf } from './deliver-pages.ts';
import type { EmbeddedTables } from './embedded-tables.ts';
import { settingsWith } from './reader-settings.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { unpaced } from './unpaced.ts';

const region = 'us-east-1';
/** Real time goes by on a machine that has other things to do: nothing is late here unless a test wants it to be. */
export const patient = settingsWith(
  // So long a call would leave four connections too few calls a second.
  { tableTimeoutMs: 15_000, live: { connections: 1_000, waitMs: 15_000, timeoutMs: 15_000 } },
  { rate: { ...defaultSettings.rate, slotToleranceMs: 5_000 } },
);

/** Queues are made when the emulator starts. */
const mostPipelines = 20;

/** A pipeline's stores for one test: empty tables and queues, and a TMDB that has counted nothing yet. */
export type EmbeddedPipeline = {
  catalog: string;
  control: string;
  simulator: TmdbSimulator;
  /** One container's reader; it ends with the test. */
  open(over?: Partial<OpenReaderOptions>): ReturnType<typeof openReader>;
  /** Messages that wait in the fetch queue. */
  jobs(): Job[];
  /** Messages that wait in the item queue. */
  items(): Item[];
  /** The writer applies items. */
  land(items: readonly Item[]): Promise<void>;
};

/** Queues and TMDB beside the emulated tables of a suite; gives what makes a pipeline for one test. */
export function embeddedPipelines(tables: EmbeddedTables): (settings?: Settings) => Promise<EmbeddedPipeline> {
  let sqs: EmbeddedSqs;
  let pipelines = 0;
  const queueNames = (n: number) => ({ fetch: `fetch-${n}`, items: `items-${n}` });
  beforeAll(async () => {
    const queues = Array.from({ length: mostPipelines }, (_, n) => queueNames(n + 1)).flatMap(({ fetch, items }) => [
      { ...fetchQueue(defaultSettings), name: fetch, deadLetterName: `${fetch}-dlq` },
      { ...itemQueue(defaultSettings), name: items, deadLetterName: `${items}-dlq` },
    ]);
    sqs = await startEmbeddedSqs(queues, { port: 0, dataDir: undefined });
  });
  afterAll(() => sqs.stop());
  return async (settings = patient) => {
    pipelines += 1;
    if (pipelines > mostPipelines) {
      throw new RangeError(`more than ${mostPipelines} pipelines in one suite`);
    }
    const names = queueNames(pipelines);
    const [catalog, control] = [await tables.newCatalog(), await tables.newControl()];
    const simulator = await startTmdbSimulator({ clock: systemClock });
    onTestFinished(() => simulator.close());
    const dynamodb = { endpoint: await endpointOf(tables), region };
    const held = (name: string) => sqs.inspect(name).map(({ body }) => JSON.parse(body) as unknown);
    return {
      catalog,
      control,
      simulator,
      open: (over) => {
        const reader = openReader({
          catalogTable: catalog,
          controlTable: control,
          fetchQueueUrl: sqs.queueUrl(names.fetch),
          itemQueueUrl: sqs.queueUrl(names.items),
          tmdb: { baseUrl: simulator.baseUrl, token: async () => 'token-of-the-simulator' },
          dynamodb,
          sqs: { endpoint: sqs.endpoint, region },
          settings,
          telemetry: recordingTelemetry(),
          ...over,
        });
        onTestFinished(() => reader.close());
        return reader;
      },
      jobs: () => held(names.fetch).map((body) => jobSchema.parse(body)),
      items: () => held(names.items).map((body) => itemSchema.parse(body)),
      land: (items) => applyToTables(items, tables, catalog, control, settings),
    };
  };
}

async function applyToTables(
  items: readonly Item[],
  { client }: EmbeddedTables,
  catalog: string,
  control: string,
  settings: Settings,
): Promise<void> {
  const store = dynamoCatalogStore(client, catalog);
  const heads = dynamoFeedHeads(client, control);
  const telemetry = recordingTelemetry();
  const failures = await applyItems(deliveriesOf(items as never), { store, heads, telemetry, settings, pace: unpaced });
  if (failures.size > 0) {
    throw new Error([...failures.values()].map(({ detail }) => detail).join());
  }
}

/** Where the emulator of a suite's tables listens. */
export async function endpointOf({ client }: Pick<EmbeddedTables, 'client'>): Promise<string> {
  const endpoint = await client.config.endpoint?.();
  if (endpoint === undefined) {
    throw new Error('the client is not that of an emulator');
  }
  return `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`;
}

/** Ways to keep whole titles in a table: this pipeline's, and those that it is measured beside. */
import { gzipSync } from 'node:zlib';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { retryBudget } from '../../src/shared/core/retries.ts';
import { systemClock, systemRandom } from '../../src/shared/core/system-clock.ts';
import { type TitleJob, titleJobIdFor } from '../../src/shared/queues/fetch-job.ts';
import { itemSchema } from '../../src/shared/queues/item-page.ts';
import type { BatchSender, MessageSender } from '../../src/shared/queues/message-sender.ts';
import { messageBody, parseMessage } from '../../src/shared/queues/parse-message.ts';
import { keptLanguages } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { CatalogStore } from '../../src/shared/tables/catalog.ts';
import { dynamoCatalogStore } from '../../src/shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../src/shared/tables/dynamo-feed-heads.ts';
import { rowBytes } from '../../src/shared/tables/row.ts';
import { catalogTable, controlTable, type TableDefinition } from '../../src/shared/tables/table-definitions.ts';
import { dynamoBreakerStore } from '../../src/shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../../src/shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule } from '../../src/shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import type { TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import { workerBatch } from '../../src/worker/worker-batch.ts';
import { applyItems } from '../../src/writer/apply-items.ts';
import { type TitleKey, titleSettings, wholeRequestOf } from './title-worlds.ts';

/** What the puts of a subject came to, by kind of row: `card`, `details`, `id`, or `answer`. */
export type Stored = { kind: string; key: string; bytes: number; writeUnits: number };

/** Brings titles into a table of its own. `onPut` is told of each put. */
export type TitleSubject = {
  name: string;
  table: TableDefinition;
  write(
    client: DynamoDBDocumentClient,
    tmdb: TmdbPort,
    titles: readonly TitleKey[],
    onPut: (put: Stored) => void,
  ): Promise<void>;
};

const runId = '0badcafe';
const nothing = () => undefined;
const telemetry = { event: nothing, metric: nothing, warn: nothing };
/** DynamoDB takes items of 400 KB, with their names and keys. */
const chunkBytes = 390_000;
/** So that what is measured is not the pace. */
const callsPerSecond = 100_000;

export const oursName = 'this pipeline';
export const rawName = 'each raw answer as an item';

export const titleSubjects: readonly TitleSubject[] = [
  {
    name: oursName,
    table: catalogTable,
    write: (client, tmdb, titles, onPut) => {
      const jobs = titles.map((title) => jobOf(title, titleSettings.defaultLanguage, true));
      return workAndWrite(jobs, titleSettings, { client, tmdb, tableName: catalogTable.name }, onPut);
    },
  },
  {
    name: 'a call for each language',
    table: { ...catalogTable, name: 'ByLanguage' },
    write: async (client, tmdb, titles, onPut) => {
      const [first = '', ...others] = keptLanguages(titleSettings);
      // The countries stay, and there is one language to read translations for: none.
      const regions = titleSettings.regions.map(({ region }) => ({ region, language: first }));
      const jobs = titles.flatMap((title) => [
        jobOf(title, first, true),
        ...others.map((language) => jobOf(title, language, false)),
      ]);
      await workAndWrite(jobs, { ...titleSettings, regions }, { client, tmdb, tableName: 'ByLanguage' }, onPut);
    },
  },
  {
    name: rawName,
    table: { ...catalogTable, name: 'RawAnswers' },
    write: (client, tmdb, titles, onPut) => putRaw(client, 'RawAnswers', tmdb, titles, (body) => body, onPut),
  },
  {
    name: 'the same as gzip',
    table: { ...catalogTable, name: 'RawGzip' },
    write: (client, tmdb, titles, onPut) => putRaw(client, 'RawGzip', tmdb, titles, gzipSync, onPut),
  },
];

function jobOf({ mediaType, id }: TitleKey, language: string, details: boolean): TitleJob {
  return {
    kind: 'title-job',
    version: 1,
    jobId: titleJobIdFor(runId, mediaType, id, language),
    runId,
    origin: 'bench',
    mediaType,
    id,
    language,
    ...(details && { details: true }),
    attempt: 0,
    firstSeenAt: isoFromMs(systemClock.nowMs()),
    why: 'asked for by a bench',
  };
}

type Place = { client: DynamoDBDocumentClient; tmdb: TmdbPort; tableName: string };

/** Worker and writer as their functions run them, with as many messages in a batch; the queues between them are lists. */
async function workAndWrite(
  jobs: readonly TitleJob[],
  settings: Settings,
  place: Place,
  onPut: (put: Stored) => void,
): Promise<void> {
  const sent: string[] = [];
  const work = workerOf(settings, place, sent);
  const invocationMs = settings.worker.timeoutSeconds * 1_000;
  for (const batch of batches(jobs.map(messageBody), settings.worker.batchSize)) {
    const endsMs = systemClock.monotonicMs() + invocationMs;
    const Records = batch.map((body, n) => ({ messageId: String(n), body }));
    const { batchItemFailures } = await work({ Records }, () => endsMs - systemClock.monotonicMs());
    if (batchItemFailures.length > 0) {
      throw new Error(`${batchItemFailures.length} jobs of a bench failed`);
    }
  }
  const store = measuredStore(dynamoCatalogStore(place.client, place.tableName), onPut);
  const heads = dynamoFeedHeads(place.client, controlTable.name);
  for (const batch of batches(sent, settings.writer.batchSize)) {
    const deliveries = batch.map((body, n) => ({ messageId: String(n), item: parseMessage(itemSchema, body) }));
    const deps = { store, heads, settings, telemetry, pace: { waitFor: async () => undefined } };
    const failures = await applyItems(deliveries, deps);
    if (failures.size > 0) {
      throw new Error(`${failures.size} messages of a bench failed: ${[...failures.values()][0]?.detail}`);
    }
  }
}

function workerOf(settings: Settings, { client, tmdb }: Place, sent: string[]) {
  const table = [client, controlTable.name] as const;
  const readItem = controlItems(...table);
  const refusing: BatchSender & MessageSender = {
    sendEach: async ([message]) => fail(message?.body),
    send: async (body) => fail(body),
    sendAll: async ([body]) => fail(body),
  };
  return workerBatch({
    tmdb,
    breaker: sharedBreaker(dynamoBreakerStore(...table, readItem), settings.breaker, systemClock, nothing),
    schedule: dynamoRateSchedule(...table, rateLimitsOf(settings, callsPerSecond), systemClock, { readItem }),
    budget: retryBudget(settings.tmdb.retryShare, settings.tmdb.retryBurst),
    items: {
      sendEach: async (messages) => {
        sent.push(...messages.map(({ body }) => body));
        return messages.map(() => ({ status: 'fulfilled', value: undefined }));
      },
    },
    jobs: refusing,
    deadLetters: refusing,
    telemetry,
    clock: systemClock,
    random: systemRandom,
    settings,
  });
}

/** A job of a bench that is deferred or dead would not be measured. */
function fail(body: string | undefined): never {
  throw new Error(`a job was not done: ${body}`);
}

function measuredStore(store: CatalogStore, onPut: (put: Stored) => void): CatalogStore {
  const told = (row: { mediaId: string; mediaType: string }, writeUnits: number) => {
    const { mediaId, mediaType } = row;
    const kind = mediaType === 'id' ? 'id' : mediaType.endsWith('+details') ? 'details' : 'card';
    onPut({ kind, key: `${mediaId} ${mediaType}`, bytes: rowBytes(row), writeUnits });
  };
  return {
    ...store,
    putIfNewer: async (row) => {
      const put = await store.putIfNewer(row);
      told(row, put.writeUnits);
      return put;
    },
    replace: async (row, seen) => {
      const put = await store.replace(row, seen);
      told(row, put.writeUnits);
      return put;
    },
  };
}

/** A call for each title, and what it answers as it came, in items of the greatest size. */
async function putRaw(
  client: DynamoDBDocumentClient,
  tableName: string,
  tmdb: TmdbPort,
  titles: readonly TitleKey[],
  packed: (body: Buffer) => Buffer,
  onPut: (put: Stored) => void,
): Promise<void> {
  const { parallelWrites } = titleSettings.writer;
  for (const batch of batches(titles, parallelWrites)) {
    await Promise.all(
      batch.map(async (title) => {
        const answer = await tmdb.get(wholeRequestOf(title));
        const body = packed(Buffer.from(answer.kind === 'response' ? answer.body : ''));
        for (let part = 0; part * chunkBytes < body.length; part += 1) {
          const json = new Uint8Array(body.subarray(part * chunkBytes, (part + 1) * chunkBytes));
          const Item = { mediaId: String(title.id), mediaType: `${title.mediaType}#${part}`, json };
          const put = new PutCommand({ TableName: tableName, Item, ReturnConsumedCapacity: 'TOTAL' });
          const { ConsumedCapacity } = await client.send(put);
          const key = `${title.mediaType} ${title.id} ${part}`;
          onPut({ kind: 'answer', key, bytes: rowBytes(Item), writeUnits: ConsumedCapacity?.CapacityUnits ?? 0 });
        }
      }),
    );
  }
}

function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

import { mkdirSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { QueueDefinition } from '../shared/queues/queue-definitions.ts';
import { arnOf, loopback, stackRegion } from './stack-endpoints.ts';

/** A message as the emulator holds it. */
type HeldMessage = { body: string; state: 'ready' | 'delayed' | 'inflight' };

/** An SQS endpoint on loopback, in this process. */
export type EmbeddedSqs = {
  endpoint: string;
  /** URL of a queue by name. */
  queueUrl(name: string): string;
  /** Messages of a queue, without receiving them. */
  inspect(name: string): HeldMessage[];
  /** Requests so far as SQS bills them: one for each started 64 KiB of request or response. */
  billedRequests(): number;
  /** Resolves when its server has closed, by itself or otherwise. */
  ended: Promise<void>;
  stop(): Promise<void>;
};

const billedBytes = 65_536;

/** The parts of fauxqs's store that are used here; its package exports no types for them. */
type FauxqsStore = {
  persistence?: unknown;
  createQueue(name: string, url: string, arn: string, attributes: Record<string, string>): unknown;
  getQueueByName(name: string): { arn: string; setAttributes(attributes: Record<string, string>): void } | undefined;
  allQueues(): Iterable<FauxqsQueue>;
  inspectQueue(
    name: string,
  ):
    | { messages: { ready: FauxqsMessage[]; delayed: FauxqsMessage[]; inflight: { message: FauxqsMessage }[] } }
    | undefined;
};
type FauxqsQueue = {
  persistence?: unknown;
  inflightMessages: Map<string, unknown>;
  changeVisibility(receiptHandle: string, timeoutSeconds: number): void;
};
type FauxqsMessage = { body: string };
type FauxqsPersistence = {
  db: DatabaseSync;
  loadSqsAndSns(sqs: FauxqsStore, sns: unknown): void;
  updateMessageReady(messageId: string): void;
  close(): void;
};

/**
 * Starts the SQS emulator with the given queues and their dead-letter queues. `dataDir` keeps the messages; `port` 0 is any free one. fauxqs's
 * own start function listens on every interface, so its application is built here and bound to loopback.
 */
export async function startEmbeddedSqs(
  queues: readonly QueueDefinition[],
  options: { port: number; dataDir: string | undefined },
): Promise<EmbeddedSqs> {
  // Loaded where it is started: most commands start nothing, and it is a fifth of what they load.
  const { buildApp } = await import('fauxqs');
  const stores = await newStores();
  const persistence = options.dataDir === undefined ? undefined : await persist(stores, options.dataDir);
  const app = buildApp({ logger: false, defaultRegion: stackRegion, stores: stores as never });
  let billed = 0;
  app.addHook('onRequest', (request, _reply, done) => {
    billed += Math.max(0, Math.ceil(Number(request.headers['content-length'] ?? 0) / billedBytes) - 1);
    done();
  });
  app.addHook('onSend', (_request, _reply, payload, done) => {
    billed += Math.max(1, Math.ceil(Buffer.byteLength(String(payload ?? '')) / billedBytes));
    done(null, payload);
  });
  if (persistence !== undefined) {
    app.addHook('preClose', (done) => {
      persistence.close();
      done();
    });
  }
  const endpoint = await app.listen({ host: loopback, port: options.port });
  const queueUrl = (name: string) => `${endpoint}/000000000000/${name}`;
  for (const queue of queues) {
    ensureQueues(stores.sqsStore, queue, queueUrl);
  }
  return {
    endpoint,
    queueUrl,
    inspect: (name) => heldMessages(stores.sqsStore, name),
    billedRequests: () => billed,
    ended: new Promise((resolve) => app.server.once('close', () => resolve())),
    stop: () => app.close(),
  };
}

function ensureQueues(store: FauxqsStore, queue: QueueDefinition, queueUrl: (name: string) => string): void {
  const deadLetterArn = arnOf(queue.deadLetterName);
  const attributes = {
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(queue.retentionSeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: queue.maxReceiveCount }),
  };
  ensureQueue(store, queue.deadLetterName, queueUrl, {
    MessageRetentionPeriod: String(queue.deadLetterRetentionSeconds),
  });
  ensureQueue(store, queue.name, queueUrl, attributes);
}

function ensureQueue(
  store: FauxqsStore,
  name: string,
  queueUrl: (name: string) => string,
  attributes: Record<string, string>,
): void {
  const present = store.getQueueByName(name);
  present === undefined
    ? store.createQueue(name, queueUrl(name), arnOf(name), attributes)
    : present.setAttributes(attributes);
}

function heldMessages(store: FauxqsStore, name: string): HeldMessage[] {
  const messages = store.inspectQueue(name)?.messages;
  if (messages === undefined) {
    return [];
  }
  return [
    ...messages.ready.map(({ body }) => ({ body, state: 'ready' as const })),
    ...messages.delayed.map(({ body }) => ({ body, state: 'delayed' as const })),
    ...messages.inflight.map(({ message }) => ({ body: message.body, state: 'inflight' as const })),
  ];
}

/** fauxqs keeps its stores and its SQLite persistence beside the module it exports. */
function fauxqsModule(path: string): Promise<Record<string, new (...args: unknown[]) => unknown>> {
  return import(new URL(path, import.meta.resolve('fauxqs')).href);
}

async function newStores() {
  const [sqs, sns, s3] = await Promise.all([
    fauxqsModule('./sqs/sqsStore.js'),
    fauxqsModule('./sns/snsStore.js'),
    fauxqsModule('./s3/s3Store.js'),
  ]);
  const make = (module: Record<string, new () => unknown>, name: string) => {
    const Store = module[name];
    if (Store === undefined) {
      throw new Error(`fauxqs has no ${name}: its version is not the one this was written for`);
    }
    return new Store();
  };
  return {
    sqsStore: make(sqs, 'SqsStore') as FauxqsStore,
    snsStore: make(sns, 'SnsStore') as { persistence?: unknown },
    s3Store: make(s3, 'S3Store'),
  };
}

async function persist(stores: Awaited<ReturnType<typeof newStores>>, dataDir: string): Promise<FauxqsPersistence> {
  mkdirSync(dataDir, { recursive: true });
  const { PersistenceManager } = await fauxqsModule('./persistence.js');
  if (PersistenceManager === undefined) {
    throw new Error('fauxqs has no PersistenceManager: its version is not the one this was written for');
  }
  const persistence = new PersistenceManager(dataDir) as FauxqsPersistence;
  storeReleases(persistence);
  persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
  for (const queue of stores.sqsStore.allQueues()) {
    // Their receivers ended with the previous process: nobody would delete these, and they would stay invisible until their time-out.
    for (const receiptHandle of [...queue.inflightMessages.keys()]) {
      queue.changeVisibility(receiptHandle, 0);
    }
    queue.persistence = persistence;
  }
  stores.sqsStore.persistence = persistence;
  stores.snsStore.persistence = persistence;
  return persistence;
}

/**
 * Patches fauxqs 2.4.1, which stores a visibility time-out of 0 as nulls in NOT NULL columns after it has removed the message from those in
 * flight: the call fails, and the message is in no list until the emulator is restarted. Every call that sets a visibility of 0 ends in
 * this one method. See docs/adr/0021.
 */
function storeReleases(persistence: FauxqsPersistence): void {
  if (typeof persistence.updateMessageReady !== 'function') {
    throw new Error('fauxqs stores no releases: its version is not the one this was written for');
  }
  const release = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => {
    try {
      release.run(messageId);
    } catch {
      // A message stored as in flight is released at the next start. An error thrown from here would lose the message.
    }
  };
}

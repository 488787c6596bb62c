/**
 * How well several workers share one rate: this pipeline's schedule, rate-limiter-flexible with its DynamoDB store, and a
 * fixed split. All run in one process against one dynoxide and one server that enforces the limit by arrival.
 */
import { Agent, request } from 'node:http';
import { DynamoDB, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RateLimiterDynamo, type RateLimiterRes } from 'rate-limiter-flexible';
import { createTable, startEmbeddedDynamo } from '../src/local/embedded-dynamodb.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { controlTable } from '../src/shared/tables/table-definitions.ts';
import { type CallGate, callGate } from '../src/shared/throttle/call-gate.ts';
import { dynamoBreakerStore } from '../src/shared/throttle/dynamo-breaker-store.ts';
import { dynamoRateSchedule } from '../src/shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../src/shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../src/shared/throttle/shared-breaker.ts';
import { type BenchReport, type BenchResult, benchEnvironment } from './bench-report.ts';
import { type SlidingWindowServer, startSlidingWindowServer } from './sliding-window-server.ts';

const limits = [40, 200];
const workerCounts = [1, 2, 4, 8];
/** Calls a second asked for, as a share of the limit: what arrives is a little less even than what is sent. */
const configuredShare = 0.9;
const runSeconds = 5;
const batchSize = 10;
const limiterTable = { ...controlTable, name: 'rate-limits', keys: [{ attribute: 'key', type: 'HASH' }] } as const;

type Subject = 'this schedule' | 'batch by batch' | 'rate-limiter-flexible' | 'fixed split';
type Load = 'even' | 'half the workers idle';
type Trial = { subject: Subject; load: Load; workers: number; limit: number };

/** Waits until one call of worker `worker` may start; `undefined` when the run is over. */
type Worker = (running: () => boolean, call: () => Promise<void>) => Promise<void>;

/** Runs all trials, one after the other. @throws where dynoxide is not installed. */
export async function benchRate(): Promise<BenchReport> {
  const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: 'dynoxide' });
  const server = await startSlidingWindowServer();
  const writes = { count: 0 };
  const client = countingClient(dynamo.endpoint, writes);
  try {
    await createTable(client, controlTable, dynamo.engine);
    await createTable(client, limiterTable, dynamo.engine);
    const results: BenchResult[] = [];
    for (const trial of trials()) {
      results.push(...(await runTrial(trial, client, server, writes)));
    }
    return report(results);
  } finally {
    await server.close();
    client.destroy();
    await dynamo.stop();
  }
}

function* trials(): Generator<Trial> {
  for (const limit of limits) {
    for (const workers of workerCounts) {
      yield { subject: 'this schedule', load: 'even', workers, limit };
      yield { subject: 'batch by batch', load: 'even', workers, limit };
      yield { subject: 'rate-limiter-flexible', load: 'even', workers, limit };
      yield { subject: 'fixed split', load: workers === 1 ? 'even' : 'half the workers idle', workers, limit };
    }
    yield { subject: 'this schedule', load: 'half the workers idle', workers: 8, limit };
  }
}

async function runTrial(
  trial: Trial,
  client: DynamoDB,
  server: SlidingWindowServer,
  writes: { count: number },
): Promise<BenchResult[]> {
  const agent = new Agent({ keepAlive: true });
  const call = () =>
    new Promise<void>((resolve) => {
      request({ port: server.port, host: '127.0.0.1', agent }, (response) => response.resume().once('end', resolve))
        .on('error', () => resolve())
        .end();
    });
  await server.reset(trial.limit);
  const writesBefore = writes.count;
  const endMs = performance.now() + runSeconds * 1_000;
  const active = trial.load === 'even' ? trial.workers : trial.workers / 2;
  const running = () => performance.now() < endMs;
  await Promise.all(Array.from({ length: active }, () => newWorker(trial, client)(running, call)));
  const arrived = await server.report();
  agent.destroy();
  const rate = trial.limit * configuredShare;
  const perSecond = (arrived.arrivals - 1) / (arrived.spanMs / 1_000);
  const subject = `${trial.subject}, L=${trial.limit}, ${trial.workers} workers, ${trial.load}`;
  return [
    { subject, metric: 'throughput', value: (100 * perSecond) / rate, unit: '% of the configured rate' },
    { subject, metric: 'violations', value: arrived.violations, unit: '' },
    { subject, metric: 'highest in any second', value: arrived.highestInAnySecond, unit: '' },
    { subject, metric: 'write units per call', value: (writes.count - writesBefore) / arrived.arrivals, unit: 'WCU' },
  ];
}

function newWorker(trial: Trial, client: DynamoDB): Worker {
  const rate = trial.limit * configuredShare;
  switch (trial.subject) {
    case 'this schedule':
      return overlappingWorker(gateOf(rate, client));
    case 'batch by batch':
      return batchByBatchWorker(gateOf(rate, client));
    case 'rate-limiter-flexible':
      return limiterWorker(rate, trial, client);
    case 'fixed split':
      return splitWorker(rate / trial.workers);
  }
}

/** The worker's own gate over the shared schedule and breaker; a new one for each batch. */
function gateOf(requestsPerSecond: number, client: DynamoDB): () => CallGate {
  const documents = DynamoDBDocumentClient.from(client as unknown as DynamoDBClient);
  const rateLimits = rateLimitsOf(defaultSettings, requestsPerSecond);
  const schedule = dynamoRateSchedule(documents, controlTable.name, rateLimits, systemClock);
  const store = dynamoBreakerStore(documents, controlTable.name);
  const breaker = sharedBreaker(store, defaultSettings.breaker, systemClock, () => undefined);
  return () => callGate({ schedule, breaker, clock: systemClock, mostCalls: batchSize });
}

/** The next batch begins when half of the last one has been sent: this measures the schedule. */
function overlappingWorker(newGate: () => CallGate): Worker {
  const batch: Worker = async (running, call) => {
    const gate = newGate();
    let sent = 0;
    let next: Promise<void> | undefined;
    const work = async () => {
      await enterAndCall(gate, running, call);
      sent += 1;
      if (sent === batchSize / 2 && running()) {
        next = batch(running, call);
      }
    };
    await Promise.all(Array.from({ length: batchSize }, work));
    await next;
  };
  return batch;
}

/** The next batch begins when all answers are there, as Lambda invokes a container: how many of these the rate needs. */
function batchByBatchWorker(newGate: () => CallGate): Worker {
  return async (running, call) => {
    while (running()) {
      const gate = newGate();
      const work = async () => (await enterAndCall(gate, running, call))?.();
      await Promise.all(Array.from({ length: batchSize }, work));
    }
  };
}

/** Makes the call when the gate lets it; what is returned waits for the answer. */
async function enterAndCall(
  gate: CallGate,
  running: () => boolean,
  call: () => Promise<void>,
): Promise<(() => Promise<void>) | undefined> {
  const entry = await gate.enter(() => 60_000);
  if (entry.kind !== 'go' || !running()) {
    return undefined;
  }
  const answered = call();
  return () => answered;
}

function limiterWorker(rate: number, trial: Trial, client: DynamoDB): Worker {
  const limiter = new RateLimiterDynamo({
    storeClient: client,
    tableName: limiterTable.name,
    tableCreated: true,
    ttlSet: true,
    points: rate,
    duration: 1,
  });
  return async (running, call) => {
    while (running()) {
      try {
        await limiter.consume(`${trial.limit}-${trial.workers}`, 1);
        void call();
      } catch (refused) {
        await systemClock.sleep((refused as RateLimiterRes).msBeforeNext ?? 100);
      }
    }
  };
}

function splitWorker(requestsPerSecond: number): Worker {
  return async (running, call) => {
    const intervalMs = 1_000 / requestsPerSecond;
    for (let dueMs = performance.now(); running(); dueMs = Math.max(dueMs + intervalMs, performance.now())) {
      await systemClock.sleep(Math.max(0, dueMs - performance.now()));
      void call();
    }
  };
}

/** Counts write requests; each is one write unit here, refused ones included. */
function countingClient(endpoint: string, writes: { count: number }): DynamoDB {
  const client = new DynamoDB({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  });
  client.middlewareStack.add(
    (next, context) => (input) => {
      if (/^(Update|Put)Item/.test(String(context.commandName))) {
        writes.count += 1;
      }
      return next(input);
    },
    { step: 'initialize' },
  );
  return client;
}

function report(results: BenchResult[]): BenchReport {
  const ours = results.filter(({ subject }) => subject.startsWith('this schedule'));
  const of = (metric: string) => ours.filter((result) => result.metric === metric).map(({ value }) => value);
  const violations = of('violations').reduce((sum, value) => sum + value, 0);
  const slowest = Math.min(...of('throughput'));
  const dearest = Math.max(...of('write units per call'));
  return {
    bench: 'rate',
    method: `${runSeconds} s a trial; configured rate ${configuredShare} L; the server counts arrivals in any sliding second and takes 20 to 400 ms; workers of one process; 'batch by batch' waits for all answers of a batch, as Lambda invokes a container, the others do not wait for answers; each trial includes its cold start`,
    environment: benchEnvironment({ dynoxide: '1.2.1', 'rate-limiter-flexible': '11.4.0' }),
    results,
    targets: [
      { name: 'violations, and so 429s', value: violations, target: '0', met: violations === 0 },
      { name: 'lowest throughput', value: slowest, target: 'at least 97 %', met: slowest >= 97 },
      { name: 'highest write units per call', value: dearest, target: 'at most 0.2', met: dearest <= 0.2 },
    ],
  };
}

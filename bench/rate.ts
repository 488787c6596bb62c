/**
 * How well several workers share one rate: this pipeline's schedule, rate-limiter-flexible with its DynamoDB store, and a
 * fixed split. All run in one process against one dynoxide and one server that enforces the limit by arrival.
 */
import { Agent, request } from 'node:http';
import { DynamoDB, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTable, startEmbeddedDynamo } from '../src/local/embedded-dynamodb.ts';
import { stackRegion } from '../src/local/stack-endpoints.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { controlTable } from '../src/shared/tables/table-definitions.ts';
import { type CallGate, callGate } from '../src/shared/throttle/call-gate.ts';
import { dynamoBreakerStore } from '../src/shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../src/shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule } from '../src/shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf } from '../src/shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../src/shared/throttle/shared-breaker.ts';
import { type Attempts, attempts } from './attempted-trials.ts';
import { type BenchReport, type BenchResult, benchEnvironment } from './bench-report.ts';
import { type BenchSelection, chosenParts } from './bench-selection.ts';
import { type Counts, countTableRequests } from './count-requests.ts';
import { type LimitedServer, startLimitedServer } from './limited-server.ts';
import { limiterTable, limiterWorker, type RateWorker, splitWorker } from './rate/rate-peers.ts';
import type { ServerWorld } from './server-world.ts';
import { settingsFor } from './settings-for.ts';

const limits = ['L=40', 'L=200'] as const;
const workerCounts = [1, 2, 4, 8];
/** Calls a second asked for, as a share of the limit: what arrives is a little less even than what is sent. */
const configuredShare = 0.9;
const usualSeconds = 20;
const { batchSize } = defaultSettings.worker;

type Subject = 'this schedule' | 'batch by batch' | 'rate-limiter-flexible' | 'fixed split';
type Load = 'even' | 'half the workers idle';
type Trial = { subject: Subject; load: Load; workers: number; limit: number; seconds: number };

/** What all trials share. `counts`: requests of the table (count-requests.ts), and `gateErrors`: calls to the gate that rejected. */
type Bench = { client: DynamoDB; server: LimitedServer; counts: Counts };

/** Runs the trials of the chosen limits, one after the other. @throws where dynoxide is not installed. */
export async function benchRate(selection: BenchSelection): Promise<BenchReport> {
  const chosen = trials(selection);
  const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: 'dynoxide' });
  const server = await startLimitedServer();
  const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };
  const client = new DynamoDB({ endpoint: dynamo.endpoint, region: stackRegion, credentials });
  const bench: Bench = { client, server, counts: {} };
  countTableRequests(client, bench.counts);
  const tried = attempts();
  try {
    await createTable(client, controlTable, dynamo.engine);
    await createTable(client, limiterTable, dynamo.engine);
    const results: BenchResult[] = [];
    for (const trial of chosen) {
      results.push(...((await tried.attempt(nameOf(trial), () => runTrial(trial, bench))) ?? []));
    }
    return report(results, tried);
  } finally {
    await server.stop();
    client.destroy();
    await dynamo.stop();
  }
}

function trials(selection: BenchSelection): Trial[] {
  const { seconds = usualSeconds } = selection;
  return chosenParts(limits, selection).flatMap((name) => {
    const common = { limit: Number(name.slice(2)), seconds };
    const even = { ...common, load: 'even' } as const;
    const halfIdle = { ...common, load: 'half the workers idle' } as const;
    return [
      ...workerCounts.flatMap((workers): Trial[] => [
        { subject: 'this schedule', workers, ...even },
        { subject: 'batch by batch', workers, ...even },
        { subject: 'rate-limiter-flexible', workers, ...even },
        { subject: 'fixed split', workers, ...(workers === 1 ? even : halfIdle) },
      ]),
      { subject: 'this schedule', workers: 8, ...halfIdle },
    ];
  });
}

function nameOf({ subject, limit, workers, load }: Trial): string {
  return `${subject}, L=${limit}, ${workers} workers, ${load}`;
}

function worldOf(limit: number): ServerWorld {
  return {
    limits: [{ fromSeconds: 0, perSecond: limit }],
    noise: { throttled: 0, failed: 0 },
    latencyMs: { min: 20, max: 400 },
    answers: 'nothing',
    counted: { fromSeconds: 0, untilSeconds: Number.POSITIVE_INFINITY },
  };
}

async function runTrial(trial: Trial, bench: Bench): Promise<BenchResult[]> {
  const { server, counts } = bench;
  const agent = new Agent({ keepAlive: true });
  const call = () =>
    new Promise<void>((resolve) => {
      request({ port: server.port, host: '127.0.0.1', agent }, (response) => response.resume().once('end', resolve))
        .on('error', () => resolve())
        .end();
    });
  await server.begin(worldOf(trial.limit));
  const { tableWrites: writesBefore = 0, gateErrors: errorsBefore = 0 } = counts;
  const endMs = performance.now() + trial.seconds * 1_000;
  const active = trial.load === 'even' ? trial.workers : trial.workers / 2;
  const running = () => performance.now() < endMs;
  await Promise.all(Array.from({ length: active }, () => newWorker(trial, bench)(running, call)));
  const arrived = await server.report();
  agent.destroy();
  const rate = trial.limit * configuredShare;
  const arrivals = arrived.all.answered + arrived.all.limited;
  const perSecond = (arrivals - 1) / (arrived.spanMs / 1_000);
  const { tableWrites = 0, gateErrors = 0 } = counts;
  const subject = nameOf(trial);
  return [
    { subject, metric: 'throughput', value: (100 * perSecond) / rate, unit: '% of the configured rate' },
    { subject, metric: 'violations', value: arrived.violations, unit: '' },
    { subject, metric: 'highest in any second', value: arrived.highestInAnySecond, unit: '' },
    { subject, metric: 'write units per call', value: (tableWrites - writesBefore) / arrivals, unit: 'WCU' },
    { subject, metric: 'requests of the throttle that failed', value: gateErrors - errorsBefore, unit: '' },
  ];
}

function newWorker(trial: Trial, { client, counts }: Bench): RateWorker {
  const rate = trial.limit * configuredShare;
  switch (trial.subject) {
    case 'this schedule':
      return overlappingWorker(gateOf(rate, trial, client), counts);
    case 'batch by batch':
      return batchByBatchWorker(gateOf(rate, trial, client), counts);
    case 'rate-limiter-flexible':
      return limiterWorker(rate, `${trial.limit}-${trial.workers}`, client);
    case 'fixed split':
      return splitWorker(rate / trial.workers);
  }
}

/**
 * The worker's own gate over the shared schedule and breaker; a new one for each batch. It has a connection for each job: connections are
 * not what is measured.
 */
function gateOf(requestsPerSecond: number, { workers }: Trial, client: DynamoDB): () => CallGate {
  const documents = DynamoDBDocumentClient.from(client as unknown as DynamoDBClient);
  const rateLimits = { ...rateLimitsOf(settingsFor(workers), requestsPerSecond), connections: Number.MAX_SAFE_INTEGER };
  const table = [documents, controlTable.name] as const;
  const readItem = controlItems(...table);
  const schedule = dynamoRateSchedule(...table, rateLimits, systemClock, { readItem });
  const store = dynamoBreakerStore(...table, readItem);
  const breaker = sharedBreaker(store, defaultSettings.breaker, systemClock, () => undefined);
  return () => callGate({ schedule, breaker, clock: systemClock, mostCalls: batchSize });
}

/** The next batch begins when half of the last one has been sent: this measures the schedule. */
function overlappingWorker(newGate: () => CallGate, counts: Counts): RateWorker {
  const batch: RateWorker = async (running, call) => {
    const gate = newGate();
    let sent = 0;
    let next: Promise<void> | undefined;
    const work = async () => {
      await enterAndCall(gate, running, call, counts);
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
function batchByBatchWorker(newGate: () => CallGate, counts: Counts): RateWorker {
  return async (running, call) => {
    while (running()) {
      const gate = newGate();
      const work = async () => (await enterAndCall(gate, running, call, counts))?.();
      await Promise.all(Array.from({ length: batchSize }, work));
    }
  };
}

/** Makes the call when the gate lets it; what is returned waits for the answer. */
async function enterAndCall(
  gate: CallGate,
  running: () => boolean,
  call: () => Promise<void>,
  counts: Counts,
): Promise<(() => Promise<void>) | undefined> {
  // A worker defers the job of a request that fails; it must not end the bench.
  const entry = await gate.enter(() => 60_000).catch(() => undefined);
  counts.gateErrors = (counts.gateErrors ?? 0) + (entry === undefined ? 1 : 0);
  if (entry?.kind !== 'go' || !running()) {
    return undefined;
  }
  const answered = call().finally(entry.leave);
  return () => answered;
}

function report(results: BenchResult[], { failures }: Attempts): BenchReport {
  const ours = results.filter(({ subject }) => subject.startsWith('this schedule'));
  const of = (metric: string) => ours.filter((result) => result.metric === metric).map(({ value }) => value);
  const violations = of('violations').reduce((sum, value) => sum + value, 0);
  const slowest = Math.min(...of('throughput'));
  const dearest = Math.max(...of('write units per call'));
  return {
    bench: 'rate',
    method: `${usualSeconds} s a trial; configured rate ${configuredShare} L; the server counts arrivals in any sliding second and takes 20 to 400 ms; workers of one process; 'batch by batch' waits for all answers of a batch, as Lambda invokes a container, the others do not wait for answers; each trial includes its cold start`,
    environment: benchEnvironment({ dynoxide: '1.2.1', 'rate-limiter-flexible': '11.4.0' }),
    results,
    failures,
    targets: [
      { name: 'violations, and so 429s', value: violations, target: '0', met: violations === 0 },
      { name: 'lowest throughput', value: slowest, target: 'at least 97 %', met: slowest >= 97 },
      { name: 'highest write units per call', value: dearest, target: 'at most 0.2', met: dearest <= 0.2 },
    ],
  };
}

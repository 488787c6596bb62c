import { retryBudget } from '../../src/shared/core/retries.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { rateLimitsOf } from '../../src/shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import type { TmdbPort } from '../../src/shared/tmdb/tmdb-port.ts';
import { type WorkerBatchDependencies, workerBatch } from '../../src/worker/worker-batch.ts';
import { taking } from './call-hook.ts';
import { type MemoryBreakerStore, memoryBreakerStore } from './memory-breaker-store.ts';
import { type MemoryRateSchedule, memoryRateSchedule } from './memory-rate-schedule.ts';
import { type RecordingQueue, recordingQueue } from './recording-queue.ts';
import { type RecordingTelemetry, recordingTelemetry } from './recording-telemetry.ts';
import { seededRandom } from './seeded-random.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';
import { type VirtualQueue, virtualQueue } from './virtual-queue.ts';

/** Several worker containers on one fetch queue, as the event source and the handler run them, on virtual time. */
export type WorkerFleet = {
  clock: VirtualClock;
  queue: VirtualQueue;
  items: RecordingQueue;
  deadLetters: RecordingQueue;
  breaker: MemoryBreakerStore;
  schedule: MemoryRateSchedule;
  telemetry: RecordingTelemetry;
  /** Trials that the breaker gave. */
  trials(): number;
  /** Batches in which a message failed. */
  failures(): number;
  /** How long the longest invocation was, in milliseconds. */
  longestMs(): number;
  /** Works until `done` says so. */
  runUntil(done: () => boolean): Promise<void>;
};

/** What a fleet is made of. `tmdb` is asked by worker `worker`. */
export type FleetOptions = {
  workers: number;
  seed: number;
  tmdb(clock: VirtualClock, worker: number): TmdbPort;
  settings?: Settings;
  /** How long a call to the control table takes at most. */
  storeUpToMs?: number;
  /** Messages of one invocation; ten by default. */
  batchSize?: number;
};

const invocationMs = 60_000;
/** SQS would answer a long poll as soon as a message comes: so often the fake is looked at. */
const longPollMs = 1_000;

export function workerFleet(options: FleetOptions): WorkerFleet {
  const { seed, settings = defaultSettings, storeUpToMs = 8, batchSize = 10 } = options;
  const clock = virtualClock({ autoJump: true });
  const hook = taking(1, storeUpToMs, clock, seededRandom(seed));
  const schedule = memoryRateSchedule(rateLimitsOf(settings), hook);
  const breaker = memoryBreakerStore(hook);
  const [items, deadLetters, telemetry] = [recordingQueue(), recordingQueue(), recordingTelemetry()];
  const queue = virtualQueue(clock, { maxReceiveCount: settings.queues.fetch.maxReceiveCount });
  const counts = { trials: 0, failures: 0, longestMs: 0 };

  const dependenciesOf = (worker: number): WorkerBatchDependencies => {
    const own = sharedBreaker(breaker, settings.breaker, clock, (record) =>
      telemetry.event({ event: 'breaker-changed', ...record }),
    );
    const admit: typeof own.admit = async () => {
      const admission = await own.admit();
      counts.trials += admission.kind === 'trial' ? 1 : 0;
      return admission;
    };
    return {
      tmdb: options.tmdb(clock, worker),
      breaker: { ...own, admit },
      schedule: schedule.driver(clock),
      budget: retryBudget(settings.tmdb.retryShare, settings.tmdb.retryBurst),
      items,
      jobs: queue,
      deadLetters,
      telemetry,
      clock,
      random: seededRandom(seed * 97 + worker),
      settings,
    };
  };

  /** One invocation: what the handler does with a batch, and then the event source with its answer. */
  const invoke = async (deps: WorkerBatchDependencies, batch: ReturnType<VirtualQueue['receive']>): Promise<void> => {
    const startedMs = clock.monotonicMs();
    const deadlineMs = startedMs + invocationMs;
    const event = { Records: batch.map(({ id, body }) => ({ messageId: String(id), body })) };
    const { batchItemFailures } = await workerBatch(deps)(event, () => deadlineMs - clock.monotonicMs());
    counts.longestMs = Math.max(counts.longestMs, clock.monotonicMs() - startedMs);
    const failed = batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
    counts.failures += failed.length;
    for (const { id } of batch.filter((message) => !failed.includes(message.id))) {
      queue.delete(id);
    }
  };

  const poll = async (worker: number, done: () => boolean): Promise<void> => {
    const deps = dependenciesOf(worker);
    while (!done()) {
      const batch = queue.receive(batchSize);
      if (batch.length === 0) {
        await clock.sleep(Math.max(1, Math.min(longPollMs, queue.untilVisibleMs())));
      } else {
        await invoke(deps, batch);
      }
    }
  };

  return {
    clock,
    queue,
    items,
    deadLetters,
    breaker,
    schedule,
    telemetry,
    trials: () => counts.trials,
    failures: () => counts.failures,
    longestMs: () => counts.longestMs,
    runUntil: async (done) => {
      await Promise.all(Array.from({ length: options.workers }, (_, worker) => poll(worker, done)));
    },
  };
}

import { tokenRedactor } from '../../../src/shared/core/redact-token.ts';
import { retryBudget } from '../../../src/shared/core/retries.ts';
import { redactedSender } from '../../../src/shared/queues/message-sender.ts';
import { redactedTelemetry } from '../../../src/shared/telemetry/telemetry.ts';
import { redactedBreakerStore } from '../../../src/shared/throttle/breaker-record.ts';
import { sharedBreaker } from '../../../src/shared/throttle/shared-breaker.ts';
import { type WorkerBatchDependencies, workerBatch } from '../../../src/worker/worker-batch.ts';
import { type Invocation, invocationOf, type SimFunction } from './event-source.ts';
import { portOf, senderOf } from './ports.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** What a worker tries to send, and where. */
export type SendAttempt = { process: string; to: 'items' | 'jobs' | 'deadLetters'; body: string };

/** The worker's function. `onSend` is told of everything that it tries to send. */
export function workerFunction(
  world: SimWorld,
  onSend: (attempt: SendAttempt) => void,
  onEnded: SimFunction['onEnded'],
): SimFunction {
  const { worker } = world.settings;
  return {
    kind: 'worker',
    queue: world.queues.jobs.queue,
    batchSize: worker.batchSize,
    concurrency: worker.maximumConcurrency,
    timeoutMs: worker.timeoutSeconds * 1_000,
    open: (process) => openWorker(process, world, onSend),
    onEnded,
  };
}

function openWorker(process: SimProcess, world: SimWorld, onSend: (attempt: SendAttempt) => void): Invocation {
  const work = workerBatch(workerDependencies(process, world, onSend));
  return invocationOf(work, process.clock, world.settings.worker.timeoutSeconds * 1_000);
}

function workerDependencies(
  process: SimProcess,
  world: SimWorld,
  onSend: (attempt: SendAttempt) => void,
): WorkerBatchDependencies {
  const { settings, tables, queues } = world;
  const { watch, redact } = tokenRedactor();
  const telemetry = redactedTelemetry(world.telemetryOf(process), redact);
  const told = (to: SendAttempt['to']) => (body: string) => onSend({ process: process.name, to, body });
  const { retryShare, retryBurst, requestTimeoutMs } = settings.tmdb;
  return {
    tmdb: world.tmdb.portOf(process, requestTimeoutMs, watch),
    breaker: sharedBreaker(
      redactedBreakerStore(portOf(process, 'breaker', tables.breaker), redact),
      settings.breaker,
      process.clock,
      (record) => telemetry.event({ event: 'breaker-changed', ...record }),
    ),
    schedule: tables.everybody.driver(process.clock, (item) => portOf(process, 'schedule', item)),
    budget: retryBudget(retryShare, retryBurst),
    items: senderOf(process, 'items', queues.items.queue, told('items')),
    jobs: senderOf(process, 'jobs', queues.jobs.queue, told('jobs')),
    deferrals: portOf(process, 'deferrals', tables.deferrals),
    deadLetters: redactedSender(senderOf(process, 'deadLetters', queues.jobs.dead, told('deadLetters')), redact),
    telemetry,
    redact,
    clock: process.clock,
    random: process.draws,
    settings,
  };
}

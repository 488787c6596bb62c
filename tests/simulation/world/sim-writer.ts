import { documentedPollers, writersAtMost } from '../../../src/shared/settings/event-source-pollers.ts';
import { changeCounter } from '../../../src/writer/count-changes.ts';
import { writePace } from '../../../src/writer/write-rows.ts';
import { type WriterBatchDependencies, writerBatch } from '../../../src/writer/writer-batch.ts';
import { type Invocation, invocationOf, type SimFunction } from './event-source.ts';
import { portOf, senderOf } from './ports.ts';
import type { SimProcess } from './sim-process.ts';
import type { SendAttempt } from './sim-worker.ts';
import type { SimWorld } from './sim-world.ts';

/** The writer's function. `onSend` is told of every dead letter that it tries to send. */
export function writerFunction(
  world: SimWorld,
  onSend: (attempt: SendAttempt) => void,
  onEnded: SimFunction['onEnded'],
): SimFunction {
  const { writer } = world.settings;
  return {
    kind: 'writer',
    queue: world.queues.items.queue,
    batchSize: writer.batchSize,
    concurrency: writersAtMost(world.settings) ?? documentedPollers.most,
    timeoutMs: writer.timeoutSeconds * 1_000,
    open: (process) => openWriter(process, world, onSend),
    onEnded,
  };
}

function openWriter(process: SimProcess, world: SimWorld, onSend: (attempt: SendAttempt) => void): Invocation {
  const apply = writerBatch(writerDependencies(process, world, onSend));
  return invocationOf(apply, process.clock, world.settings.writer.timeoutSeconds * 1_000);
}

function writerDependencies(
  process: SimProcess,
  world: SimWorld,
  onSend: (attempt: SendAttempt) => void,
): WriterBatchDependencies {
  const { settings, tables, queues } = world;
  const told = (body: string) => onSend({ process: process.name, to: 'deadLetters', body });
  const telemetry = world.telemetryOf(process);
  const usage = portOf(process, 'usage', tables.usage);
  return {
    store: portOf(process, 'catalog', tables.catalog),
    heads: portOf(process, 'heads', tables.heads),
    pace: writePace(settings, process.clock),
    telemetry,
    changes: changeCounter(usage, settings.reader.usage.keepDays, process.clock, telemetry),
    deadLetters: senderOf(process, 'deadLetters', queues.items.dead, told),
    clock: process.clock,
    settings,
  };
}

import { messageOf } from '../../../src/shared/errors.ts';
import { jobIdOf } from '../../../src/shared/telemetry/describe-failure.ts';
import { type ApplyDependencies, applyItems, type Delivery } from '../../../src/writer/apply-items.ts';
import { changeCounter } from '../../../src/writer/change-counter.ts';
import { receiveItem } from '../../../src/writer/receive-item.ts';
import { writePace } from '../../../src/writer/write-pace.ts';
import type { ReceivedMessage } from '../../support/virtual-queue.ts';
import type { Invocation, SimFunction } from './event-source.ts';
import { portOf, senderOf } from './ports.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** The writer's function. */
export function writerFunction(world: SimWorld, onEnded: SimFunction['onEnded']): SimFunction {
  const { writer } = world.settings;
  return {
    kind: 'writer',
    queue: world.queues.items.queue,
    batchSize: writer.batchSize,
    concurrency: writer.maximumConcurrency,
    timeoutMs: writer.timeoutSeconds * 1_000,
    open: (process) => openWriter(process, world),
    onEnded,
  };
}

/** One invocation, as the handler does it. */
function openWriter(process: SimProcess, world: SimWorld): Invocation {
  const deps = writerDependencies(process, world);
  const deadLetters = senderOf(process, 'deadLetters', world.queues.items.dead);
  return async (batch) => {
    const deliveries: Delivery[] = [];
    const failed = new Map<number, string>();
    for (const { id, body } of batch) {
      try {
        const item = await receiveItem(body, { deadLetters, telemetry: deps.telemetry, clock: process.clock });
        if (item !== undefined) {
          deliveries.push({ messageId: String(id), item });
        }
      } catch (error) {
        failed.set(id, messageOf(error));
      }
    }
    for (const [messageId, detail] of await applyItems(deliveries, deps)) {
      failed.set(Number(messageId), detail);
    }
    reportFailures(failed, batch, deps);
    return [...failed.keys()];
  };
}

function reportFailures(
  failed: ReadonlyMap<number, string>,
  batch: readonly ReceivedMessage[],
  { telemetry }: ApplyDependencies,
): void {
  for (const { id, body } of batch) {
    const detail = failed.get(id);
    if (detail !== undefined) {
      telemetry.event({ event: 'job-failed', jobId: jobIdOf(body), code: 'write_failed', detail });
    }
  }
}

function writerDependencies(process: SimProcess, world: SimWorld): ApplyDependencies {
  const { settings, tables } = world;
  const telemetry = world.telemetryOf(process);
  const usage = portOf(process, 'usage', tables.usage);
  return {
    store: portOf(process, 'catalog', tables.catalog),
    heads: portOf(process, 'heads', tables.heads),
    pace: writePace(settings, process.clock),
    telemetry,
    changes: changeCounter(usage, settings.reader.usage.keepDays, process.clock, telemetry),
    settings,
  };
}

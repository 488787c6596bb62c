import { type ApplyDependencies, applyItems, type Delivery } from '../../../src/writer/apply-items.ts';
import { changeCounter } from '../../../src/writer/change-counter.ts';
import { receiveItem } from '../../../src/writer/receive-item.ts';
import { writePace } from '../../../src/writer/write-pace.ts';
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
    const failed = new Set<number>();
    for (const { id, body } of batch) {
      try {
        const item = await receiveItem(body, { deadLetters, telemetry: deps.telemetry, clock: process.clock });
        if (item !== undefined) {
          deliveries.push({ messageId: String(id), item });
        }
      } catch {
        failed.add(id);
      }
    }
    for (const messageId of (await applyItems(deliveries, deps)).keys()) {
      failed.add(Number(messageId));
    }
    return [...failed];
  };
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

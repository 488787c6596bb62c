import type { Clock } from '../../../src/shared/core/clock.ts';
import type { BatchAnswer } from '../../../src/shared/queues/queue-batch.ts';
import type { ReceivedMessage, VirtualQueue } from '../../support/virtual-queue.ts';
import type { Ended, SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** What a function does with a batch: the ids of the messages that should come again. */
export type Invocation = (batch: readonly ReceivedMessage[]) => Promise<readonly number[]>;

/** An invocation of a function's batch shell, as Lambda makes it: `timeoutMs` is what it has in all. */
export function invocationOf(
  shell: (event: unknown, remainingMs: () => number) => Promise<BatchAnswer>,
  clock: Clock,
  timeoutMs: number,
): Invocation {
  return async (batch) => {
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const event = { Records: batch.map(({ id, body }) => ({ messageId: String(id), body })) };
    const { batchItemFailures } = await shell(event, () => deadlineMs - clock.monotonicMs());
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
  };
}

/** A function as the event source drives it. `open` is a cold start. */
export type SimFunction = {
  kind: 'worker' | 'writer';
  queue: VirtualQueue;
  batchSize: number;
  concurrency: number;
  timeoutMs: number;
  open(process: SimProcess): Invocation;
  /** Told of every invocation that has ended, before its messages are deleted. */
  onEnded(process: SimProcess, batch: readonly ReceivedMessage[], ended: Ended<readonly number[]>): void;
};

type Container = { process: SimProcess; invoke: Invocation };

/** Lambda's event source: takes what is visible in batches to as many containers as are allowed, and deletes what they have done. */
export function startEventSource(fn: SimFunction, world: SimWorld): void {
  const { clock } = world;
  const idle: Container[] = [];
  let running = 0;
  let wakeAtMs = Number.POSITIVE_INFINITY;

  const take = (): Container => {
    const warm = idle.pop();
    if (warm?.process.isAlive() && !warm.process.draws.chance(world.around.faults().coldStart)) {
      return warm;
    }
    warm?.process.kill();
    const process = world.start(fn.kind);
    return { process, invoke: fn.open(process) };
  };

  const invoke = async (batch: readonly ReceivedMessage[]): Promise<void> => {
    running += 1;
    const container = take();
    world.around.trace.note(`${container.process.name} gets ${batch.map(({ id }) => id).join()}`);
    const ended = await container.process.run(() => container.invoke(batch), fn.timeoutMs);
    fn.onEnded(container.process, batch, ended);
    if (ended.kind === 'done') {
      acknowledge(batch, ended.value, container.process, fn, world);
      idle.push(container);
    } else {
      container.process.kill();
    }
    running -= 1;
    pump();
  };

  const pump = (): void => {
    while (running < fn.concurrency) {
      const batch = fn.queue.receive(fn.batchSize, visibilityMs(fn, world));
      if (batch.length === 0) {
        break;
      }
      void invoke(batch);
    }
    wakeWhenVisible();
  };

  const wakeWhenVisible = (): void => {
    const inMs = fn.queue.untilVisibleMs();
    const atMs = clock.monotonicMs() + Math.max(1, inMs);
    if (running < fn.concurrency && atMs < wakeAtMs) {
      wakeAtMs = atMs;
      void clock.sleep(atMs - clock.monotonicMs()).then(() => {
        wakeAtMs = wakeAtMs === atMs ? Number.POSITIVE_INFINITY : wakeAtMs;
        pump();
      });
    }
  };
  fn.queue.onArrival(wakeWhenVisible);
}

/** Visibility that ends in the middle of an invocation is what a queue with wrong settings would have. */
function visibilityMs(fn: SimFunction, world: SimWorld): number | undefined {
  const draws = fn.kind === 'worker' ? world.queues.jobs.draws : world.queues.items.draws;
  return draws.chance(world.around.faults().shortVisibility) ? draws.whole(1_000, 20_000) : undefined;
}

function acknowledge(
  batch: readonly ReceivedMessage[],
  failed: readonly number[],
  process: SimProcess,
  { queue }: SimFunction,
  world: SimWorld,
): void {
  for (const { id, receipt } of batch) {
    if (failed.includes(id)) {
      queue.release(id, receipt);
    } else if (process.draws.chance(world.around.faults().lostAck)) {
      world.around.trace.note(`the acknowledgement of ${id} is lost`);
    } else {
      queue.delete(id);
    }
  }
}

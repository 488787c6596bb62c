import { replayDeadLetters } from '../../../src/operator/dead-letters/replay.ts';
import { queueSource } from '../../support/queue-source.ts';
import { portOf, senderOf } from './ports.ts';
import type { SimWorld } from './sim-world.ts';

/** Longer than any replay of a history takes. */
const commandMs = 600_000;

/** An operator's command that replays a dead-letter queue, and may die half-way. */
export async function replay(world: SimWorld, name: 'jobs' | 'items', diesAfterMs: number | undefined): Promise<void> {
  const process = world.start('operator');
  const { queue, dead } = world.queues[name];
  const options = {
    match: new Map(),
    max: 100,
    perSecond: 5,
    holdSeconds: 30,
    dryRun: false,
    onProgress: () => undefined,
  };
  if (diesAfterMs !== undefined) {
    void world.clock.sleep(diesAfterMs).then(process.kill);
  }
  const source = portOf(process, 'dead-letters', queueSource(dead, process.clock));
  const target = senderOf(process, name, queue);
  await process.run(
    () => replayDeadLetters(source, target, options, process.clock, new AbortController().signal),
    commandMs,
  );
  process.kill();
}

/** What comes after a history's acts: the faults end, the queues run dry, and everything comes once more. */
import { tryParse } from './invariants/delivery-invariant.ts';
import type { Evidence } from './invariants/end-invariant.ts';
import { documentedLimit } from './world/sim-tmdb.ts';
import type { SimWorld } from './world/sim-world.ts';

/**
 * When the last fault is over: a rejected token keeps the breaker open for 15 minutes, a deferral lasts 15 at the most, and what a
 * dead container held comes back after 6 and 9.
 */
const drainMs = 60 * 60_000;

/** The faults are over: TMDB is there. Clocks stay as wrong as they are: to set one is a fault too. */
export function calm({ tmdb }: SimWorld): void {
  Object.assign(tmdb.state, {
    outage: undefined,
    tokenRejectedUntilMs: 0,
    tokenMissingUntilMs: 0,
    limitPerSecond: documentedLimit,
  });
}

/** What goes on behind the last answers, and in processes that are held up, has ended by then. */
const settleMs = 120_000;

/** Waits until both queues are empty. */
export async function drain({ queues, clock, violations }: SimWorld): Promise<void> {
  const untilMs = clock.monotonicMs() + drainMs;
  const open = () => [...queues.jobs.queue.held(), ...queues.items.queue.held()];
  await clock.sleep(settleMs);
  while (open().length > 0 && clock.monotonicMs() < untilMs) {
    await clock.sleep(10_000);
  }
  if (open().length > 0) {
    violations.add('drain', `${open().length} messages are still there after an hour: ${open()[0]?.slice(0, 300)}`);
  }
}

/** What was applied is delivered once more, all of it: no row changes, and no unit is used. */
export async function playAgain({ deliveries, table }: Evidence, world: SimWorld): Promise<void> {
  const { queues, violations, tables } = world;
  const puts = tables.catalog.puts.length;
  const joined = tables.catalog.joinedPuts.length;
  const units = table.writeUnits;
  const readable = [...deliveries.done].filter((body) => tryParse(body).version === 1);
  await queues.items.queue.sendAll(readable);
  await drain(world);
  const changed = tables.catalog.puts
    .slice(puts)
    .filter((row) => !table.removed.has(`${row.mediaId}\n${row.mediaType}`));
  const joinedAgain = tables.catalog.joinedPuts.slice(joined);
  if (joinedAgain.length > 0) {
    violations.add('replay-is-once', `${joinedAgain.length} joined rows: ${JSON.stringify(joinedAgain[0])}`);
  }
  if (changed.length > 0 || (table.removed.size === 0 && table.writeUnits > units)) {
    violations.add(
      'replay-is-once',
      `${changed.length} rows, ${table.writeUnits - units} units: ${JSON.stringify(changed[0])}`,
    );
  }
}

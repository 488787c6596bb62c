/** What must hold when the faults are over and the queues have run dry. */

import { hourMs } from '../../../src/shared/core/clock.ts';
import { perJob } from '../../../src/shared/cost/month-cost.ts';
import type { SentMessage } from '../../support/recording-queue.ts';
import type { SeenStart } from '../world/sim-planner.ts';
import type { SimWorld } from '../world/sim-world.ts';
import type { CallLog } from './call-invariant.ts';
import { type DeliveryLog, tryParse } from './delivery-invariant.ts';
import { essence } from './essence.ts';
import type { TableLog } from './table-invariant.ts';

/** What a history has left behind for its judges. */
export type Evidence = {
  table: TableLog;
  calls: CallLog;
  deliveries: DeliveryLog;
  starts: readonly SeenStart[];
  /** Bodies that nobody can read, by queue. */
  unreadable: Record<'jobs' | 'items', readonly string[]>;
};

/** Dead letters have a reason that is true. */
export function checkDeadLetters(world: SimWorld, { unreadable }: Evidence): void {
  const { queues, violations, plan, settings } = world;
  const slackMs = plan.faults.jump > 0 ? 600_000 : 5_000;
  const isTrue = (name: 'jobs' | 'items', { body, attributes }: SentMessage): boolean => {
    switch (attributes.reason) {
      case 'malformed':
        return unreadable[name].some((known) => essence(known) === essence(body));
      case 'refused-by-tmdb':
        return plan.faults.refused > 0 && attributes.code === 'tmdb_22';
      case 'too-old': {
        const seenMs = Date.parse(String(tryParse(body).firstSeenAt));
        return Date.parse(attributes.failedAt ?? '') - seenMs > settings.tmdb.maxAgeHours * hourMs - slackMs;
      }
      default:
        return false;
    }
  };
  for (const name of ['jobs', 'items'] as const) {
    const untrue = queues[name].dead.sent.find((message) => !isTrue(name, message));
    if (untrue !== undefined) {
      violations.add('dead-letters', `${JSON.stringify(untrue.attributes)}: ${untrue.body.slice(0, 300)}`);
    }
  }
}

/** What was used stays within what the cost model has for a job. */
export function checkBill(world: SimWorld, { table, calls, deliveries }: Evidence): void {
  const { violations } = world;
  // A page is put once at the most, in the table and its index, and so is each of its titles.
  const rowUnits = 2 * deliveries.writerMessages + deliveries.writerRows;
  if (table.writeUnits > rowUnits) {
    violations.add('bill', `${table.writeUnits} write units of rows, where ${rowUnits} are allowed`);
  }
  const asked = world.events.filter(({ event }) => event.event === 'live-fetched').length + world.tmdb.calls.length;
  const control = calls.controlWrites + table.headWrites;
  const allowed = perJob.controlWriteUnits * (deliveries.workerMessages + deliveries.writerMessages + asked + 1);
  if (control > allowed) {
    violations.add('bill', `${control} writes of the control table, where ${allowed} are allowed`);
  }
}

/** Nobody asks without a lease. */
export function checkLeases({ events, tables, violations }: SimWorld): void {
  const asked = Map.groupBy(
    events.flatMap(({ event }) => (event.event === 'refresh-asked' ? [event.subject] : [])),
    (subject) => subject,
  );
  for (const [subject, times] of asked) {
    const granted = tables.leases.takes.filter((take) => take.subject === subject && take.taken).length;
    if (times.length > granted) {
      violations.add('refresh-lease', `${subject} was asked for ${times.length} times on ${granted} leases`);
    }
  }
}

/** A run is one and the same however often it is delivered. */
export function checkRuns(attempted: ReadonlyMap<string, readonly string[]>, { violations }: SimWorld): void {
  for (const [identity, bodies] of attempted) {
    const snapshots = new Set(bodies.map((body) => String(tryParse(body).snapshot)));
    const [schedule = '', occurrence = ''] = identity.split('@');
    const isOfTime = schedule === 'ad-hoc' || [...snapshots].every((one) => one.startsWith(occurrence.slice(0, 19)));
    if (snapshots.size > 1 || !isOfTime) {
      violations.add('one-run', `${identity} has the snapshots ${[...snapshots].join(', ')}`);
    }
  }
}

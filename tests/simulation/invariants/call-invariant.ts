/** What must hold of the calls that TMDB gets. */
import { rateAt } from '../../../src/shared/throttle/rate-rule.ts';
import { rateLimitsOf } from '../../../src/shared/throttle/rate-schedule.ts';
import type { RateItem } from '../../../src/shared/throttle/rate-schedule-store.ts';
import { type SeenCall, strangeId } from '../world/sim-tmdb.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { type Alarm, areCallsLate, mostLateMs, toleranceMs } from './rate-invariant.ts';
import { checkTokenOpening } from './token-invariant.ts';

/**
 * Where the control table is slow, a gate looks up to 300 ms before its slot, at what was read up to 140 ms before; the slot may be used late.
 * What changes after the read, it does not see.
 */
const graceMs = 140 + 300 + mostLateMs;
/** The same where neither the control table nor TMDB is slow: a gate looks 25 ms before its slot, and no slot is used late. */
const promptGraceMs = 140 + 25 + 20;

export type CallLog = {
  /** When a pause began (true time), and until when it lasts on the wall clock. */
  readonly pauses: { fromMs: number; untilWallMs: number }[];
  /** When there was an alarm (true time), and the rate in the second after it. */
  readonly alarms: Alarm[];
  openSinceMs: number | undefined;
  /** Calls that the last trial still allows. */
  trialCallsLeft: number;
  /** Updates of the schedule and of the breaker. */
  controlWrites: number;
};

/** Stands before the schedule and the breaker of a world, and watches. */
export function watchControl(world: SimWorld): CallLog {
  const { tables, clock } = world;
  const log: CallLog = { pauses: [], alarms: [], openSinceMs: undefined, trialCallsLeft: 0, controlWrites: 0 };
  const { driver } = tables.everybody;
  const limits = rateLimitsOf(world.settings);
  const { replace } = tables.breaker;
  const watched = ({ read, replace }: RateItem): RateItem => ({
    read,
    replace: async (next, seen) => {
      log.controlWrites += 1;
      const before = tables.everybody.state();
      const replaced = await replace(next, seen);
      if (replaced.done && next.pausedUntilMs > before.pausedUntilMs) {
        log.pauses.push({ fromMs: clock.monotonicMs(), untilWallMs: next.pausedUntilMs });
      }
      if (replaced.done && next.alarmAtMs !== before.alarmAtMs) {
        log.alarms.push({ atMs: clock.monotonicMs(), ratePerSecond: rateAt(next, next.alarmAtMs, limits) });
      }
      return replaced;
    },
  });
  tables.everybody.driver = (own, through = (same) => same) => driver(own, (item) => through(watched(item)));
  tables.breaker.replace = async (next, seenRevision) => {
    const before = tables.breaker.now();
    const replaced = await replace(next, seenRevision);
    log.controlWrites += 1;
    if (replaced) {
      checkTokenOpening(next, before, world);
      // A clock that was set back takes its trial until an earlier time than the one before it did.
      const isTrial = next.trialUntilMs > 0 && next.trialUntilMs !== before?.trialUntilMs;
      log.trialCallsLeft = isTrial ? trialCalls(log, world) : log.trialCallsLeft;
      log.openSinceMs = next.state === 'open' ? (log.openSinceMs ?? clock.monotonicMs()) : undefined;
    }
    return replaced;
  };
  return log;
}

/** By a clock that is set, a trial may be over that is not: then there are two. */
function trialCalls({ trialCallsLeft }: CallLog, { plan }: SimWorld): number {
  return plan.faults.jump > 0 ? Math.max(0, trialCallsLeft) + 1 : 1;
}

/** Checks a call as it begins. */
export function checkCall(call: SeenCall, log: CallLog, world: SimWorld): void {
  const { violations, plan, processes } = world;
  const process = processes.find(({ name }) => name === call.process);
  const wallMs = process?.clock.nowMs() ?? 0;
  const isSlow = plan.faults.slowCall + plan.faults.silence > 0;
  const noticeMs = areCallsLate(world) ? graceMs : promptGraceMs;
  const pause = log.pauses.find(
    ({ fromMs, untilWallMs }) => call.beganMs > fromMs + noticeMs && wallMs < untilWallMs - toleranceMs,
  );
  // A clock that is set while a slot is waited for moves the pause, not the slot.
  if (pause !== undefined && plan.faults.jump === 0) {
    violations.add('pause', `${call.process} called at ${call.beganMs} in the pause since ${pause.fromMs}`);
  }
  // The call that checks a refused token belongs to the trial that was refused (token-invariant.ts).
  const isCheck = call.request.path === '/authentication';
  if (log.openSinceMs !== undefined && !isSlow && !isCheck && call.beganMs > log.openSinceMs + noticeMs) {
    log.trialCallsLeft -= 1;
    if (log.trialCallsLeft < 0) {
      violations.add(
        'breaker',
        `${call.process} called at ${call.beganMs}; the breaker is open since ${log.openSinceMs}`,
      );
    }
  }
}

/** Checks that nothing of an answer to another request was handed on. */
export function checkPagesAsAsked({ queues, violations }: SimWorld): void {
  const strange = queues.items.queue.sent.find(({ body }) => body.includes(`"id":${strangeId},`));
  if (strange !== undefined) {
    violations.add('page-as-asked', `a page was handed on that nobody had asked for: ${strange.body}`);
  }
}

/** Checks the immediate retries of each container against its budget. */
export function checkRetries(world: SimWorld): void {
  const { retryShare, retryBurst } = world.settings.tmdb;
  const { batchSize } = world.settings.worker;
  const byProcess = Map.groupBy(
    world.events.filter(({ event }) => event.event === 'tmdb-call'),
    ({ process }) => process,
  );
  for (const [process, calls] of byProcess) {
    const firsts = calls.filter(({ event }) => event.event === 'tmdb-call' && event.attempt === 1).length;
    const retries = calls.filter(({ event }) => event.event === 'tmdb-call' && event.attempt > 1).length;
    // First calls that are under way have earned their share already.
    const allowed = retryBurst + retryShare * (firsts + batchSize);
    if (retries > allowed + 1e-6) {
      world.violations.add('retry-budget', `${process}: ${retries} retries after ${firsts} first calls`);
    }
  }
}

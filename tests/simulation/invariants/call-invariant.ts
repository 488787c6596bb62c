/** What must hold of the calls that TMDB gets. */
import { mostWithin, smallestGap } from '../../support/most-within.ts';
import { type SeenCall, strangeId } from '../world/sim-tmdb.ts';
import type { SimWorld } from '../world/sim-world.ts';
import { checkTokenOpening } from './token-invariant.ts';

/** A slot may be missed by 50 ms (docs/adr/0007), and clocks count whole milliseconds. */
const toleranceMs = 50;
const edgeMs = 2;
/** A gate asks 25 ms before its slot: what changes after that, it does not see. */
const graceMs = 25 + toleranceMs + 25;
const batchSize = 10;

export type CallLog = {
  /** When a pause began (true time), and until when it lasts on the wall clock. */
  readonly pauses: { fromMs: number; untilWallMs: number }[];
  openSinceMs: number | undefined;
  /** Calls that the last trial still allows. */
  trialCallsLeft: number;
  /** Updates of the schedule and of the breaker. */
  controlWrites: number;
};

/** Stands before the schedule and the breaker of a world, and watches. */
export function watchControl(world: SimWorld): CallLog {
  const { tables, clock } = world;
  const log: CallLog = { pauses: [], openSinceMs: undefined, trialCallsLeft: 0, controlWrites: 0 };
  const { driver, state } = tables.everybody;
  const { replace } = tables.breaker;
  tables.everybody.driver = (own) => {
    const real = driver(own);
    return {
      ...real,
      take: (count, withinMs) => {
        log.controlWrites += 1;
        return real.take(count, withinMs);
      },
      slowDown: async (retryAfterMs) => {
        log.controlWrites += 1;
        await real.slowDown(retryAfterMs);
        log.pauses.push({ fromMs: clock.monotonicMs(), untilWallMs: state().pausedUntilMs });
      },
    };
  };
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
  const pause = log.pauses.find(
    ({ fromMs, untilWallMs }) => call.beganMs > fromMs + graceMs && wallMs < untilWallMs - toleranceMs,
  );
  // A clock that is set while a slot is waited for moves the pause, not the slot.
  if (pause !== undefined && plan.faults.jump === 0) {
    violations.add('pause', `${call.process} called at ${call.beganMs} in the pause since ${pause.fromMs}`);
  }
  const isSlow = plan.faults.slowCall + plan.faults.silence > 0;
  // The call that checks a refused token belongs to the trial that was refused (token-invariant.ts).
  const isCheck = call.request.path === '/authentication';
  if (log.openSinceMs !== undefined && !isSlow && !isCheck && call.beganMs > log.openSinceMs + graceMs) {
    log.trialCallsLeft -= 1;
    if (log.trialCallsLeft < 0) {
      violations.add(
        'breaker',
        `${call.process} called at ${call.beganMs}; the breaker is open since ${log.openSinceMs}`,
      );
    }
  }
}

/** Checks the rate of all calls of a history. */
export function checkRate(world: SimWorld): void {
  const { plan, violations, tmdb } = world;
  const rate = plan.world.requestsPerSecond;
  const times = tmdb.calls.map(({ beganMs }) => beganMs);
  const most = mostWithin(1_000, times);
  const bound = plan.faults.skew + plan.faults.jump > 0 ? skewedBound(world) : Math.ceil(rate * 1.05) + 1;
  if (most > bound) {
    violations.add('rate', `${most} calls in a second at ${rate} a second, where ${bound} are allowed`);
  }
  const gapMs = smallestGap(times);
  if (plan.faults.skew + plan.faults.jump === 0 && gapMs < 1_000 / rate - toleranceMs - edgeMs) {
    violations.add('rate', `two calls within ${gapMs} ms at ${rate} a second`);
  }
}

/** docs/adr/0007: ten more for each further process that holds slots; a clock that is set counts as one more. */
function skewedBound({ plan, settings }: SimWorld): number {
  const readers = plan.world.live ? 2 : 0;
  const holders = settings.worker.maximumConcurrency * (plan.faults.jump > 0 ? 2 : 1);
  return Math.ceil(plan.world.requestsPerSecond * 1.05) + batchSize * (holders - 1) + readers * 2 + 1;
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

/** How long it takes at the most until everybody is told of a throttle, where nothing is slow. */
const toldMs = 200;

/** A throttle binds everybody, from when it was answered until the pause is over that it named; one second where it named none. */
export function checkThrottles(world: SimWorld): void {
  const { callError, lostAnswer, crash, slowCall, silence, skew, jump } = world.plan.faults;
  if (callError + lostAnswer + crash + slowCall + silence + skew + jump > 0) {
    return;
  }
  for (const { answeredMs, answer } of world.tmdb.calls) {
    if (answer?.kind === 'response' && answer.status === 429) {
      checkPause(answeredMs, answer.retryAfter, world);
    }
  }
}

function checkPause(
  answeredMs: number,
  retryAfter: string | undefined,
  { tmdb, settings, violations }: SimWorld,
): void {
  const pauseMs = retryAfter === undefined ? settings.rate.pauseMs : Number(retryAfter) * 1_000;
  const early = tmdb.calls.find(
    ({ beganMs }) => beganMs > answeredMs + toldMs && beganMs < answeredMs + pauseMs - toleranceMs,
  );
  if (early !== undefined) {
    violations.add('pause', `a call at ${early.beganMs}, in the ${pauseMs} ms after the throttle of ${answeredMs}`);
  }
}

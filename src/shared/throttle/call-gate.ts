/**
 * The gate between a job and its call: the shared breaker must admit the call, and the call must wait for a slot of the shared schedule and
 * for a free connection.
 *
 *   take a slot → wait until just before it → wait for a connection → read breaker and schedule → wait for the slot → call
 *
 * A slot is void if TMDB asked for a pause in the meantime, if there was an alarm, or if this container was delayed so long that a late
 * call could exceed TMDB's limit. The gate then takes the next slot, together with the others of the batch whose slots are void.
 */

import type { Clock } from '../core/clock.ts';
import { type Connections, connections } from './connections.ts';
import { doubtMs } from './rate-doubt.ts';
import { nextSlotMs, type RateState } from './rate-schedule.ts';
import type { RateScheduleStore } from './rate-schedule-store.ts';
import { recentDuration } from './recent-duration.ts';
import type { Admission, SharedBreaker } from './shared-breaker.ts';
import { type PooledSlot, type SlotPool, slotPool } from './slot-pool.ts';

/** The slot that a call uses: with these, its answer is evidence (rate-rule.ts). */
export type UsedSlot = { atMs: number; ratePerSecond: number };

/**
 * Whether a call may start now. A refusal says after how many milliseconds to try again. `isDoubted`: a wrong clock has put the schedule
 * far ahead. The next try after `retryInMs` repairs it, so the deferral must not grow with the number of earlier deferrals.
 */
export type Entry =
  | {
      kind: 'go';
      admission: Admission;
      slot: UsedSlot;
      waitedMs: number;
      /** To be called when the call has ended: frees its connection. */
      leave(): void;
    }
  | {
      kind: 'refused';
      code: 'breaker_open' | 'no_slot' | 'out_of_time' | 'out_of_calls' | 'control_unavailable';
      detail: string;
      retryInMs: number;
      isDoubted?: true;
    };

/** The gate of one batch of jobs. */
export type CallGate = {
  /**
   * Waits for permission to call.
   * @param remainingMs - returns how long a wait may still take, in milliseconds.
   * @param admit - in place of the breaker's own: the call that checks a refused token.
   */
  enter(remainingMs: () => number, admit?: () => Promise<Admission>): Promise<Entry>;
};

/** What the gate depends on. `mostCalls`: how many calls of this gate may be under way at once. */
export type GateDependencies = {
  schedule: RateScheduleStore;
  breaker: SharedBreaker;
  clock: Clock;
  mostCalls: number;
};

/** How long before a slot breaker and schedule are read: twice as long as a read took lately, within these bounds. */
const askBeforeMs = { least: 25, most: 300 };
/** Calls of a batch that follow one another within this time share a read. */
const sharedMs = 140;

/** Longest delay before the next try, however long the breaker stays open: an operator may close it earlier. */
export const askAgainCapMs = 60_000;

/** A gate for the jobs of one batch, or for one call. */
export function callGate(deps: GateDependencies): CallGate {
  const { breaker, clock, schedule } = deps;
  const calls = connections(deps.mostCalls, clock);
  const parts = { pool: slotPool(schedule, calls, clock), calls, clock };
  const look = sharedLook(deps, () => breaker.admit());
  return {
    enter: async (remainingMs, admit) => {
      const startedMs = clock.monotonicMs();
      const isCheck = admit !== undefined;
      const turn = await awaitTurn(
        { remainingMs, isCheck, look: isCheck ? sharedLook(deps, admit) : look },
        deps,
        parts,
      );
      if (turn === 'no slot') {
        return noSlot(deps);
      }
      return 'leave' in turn ? { ...turn, kind: 'go', waitedMs: clock.monotonicMs() - startedMs } : refusalOf(turn);
    },
  };
}

type Refusal = Extract<Admission, { kind: 'refused' }>;
type Parts = { pool: SlotPool; calls: Connections; clock: Clock };
/** A call that wants to begin. `isCheck`: it checks a refused token, for which the others wait. */
type Asking = { remainingMs: () => number; isCheck: boolean; look: SharedLook };
/** A call that may start now. */
type Turn = { admission: Admission; slot: UsedSlot; leave(): void };

/** Takes slots until one can be used, the breaker refuses, or none comes in time. */
async function awaitTurn(
  { remainingMs, isCheck, look }: Asking,
  deps: GateDependencies,
  { pool, calls, clock }: Parts,
): Promise<Turn | Refusal | 'no slot'> {
  let { admission } = await look.now();
  while (admission.kind !== 'refused') {
    const held = admission;
    const slot = await pool.next(longestWaitMs(held, remainingMs(), clock), isCheck);
    const spareMs = longestWaitMs(held, remainingMs(), clock) - ((slot?.atMs ?? 0) - clock.nowMs());
    if (slot === undefined || spareMs < 0) {
      // A trial that was taken is not released; it expires by itself.
      return 'no slot';
    }
    // The holder of the trial has been admitted already, and would be refused.
    const again = held.kind === 'trial' ? sharedLook(deps, async () => held) : look;
    const used = await awaitSlot({ ...slot, lateMs: Math.min(slot.lateMs, spareMs) }, again, calls, clock);
    admission = used.admission ?? admission;
    if (used.leave !== undefined) {
      return { admission, slot, leave: used.leave };
    }
  }
  return admission;
}

/** What breaker and schedule say now. */
type Look = { admission: Admission; state: RateState };

/** Reads of breaker and schedule. */
type SharedLook = {
  now(): Promise<Look>;
  /** How long before its slot a call should look, in milliseconds. */
  beforeMs(): number;
};

/** Who looks within `sharedMs` shares what was read, except a trial, which is for one call alone. */
function sharedLook({ schedule, clock }: GateDependencies, admit: () => Promise<Admission>): SharedLook {
  let last: { atMs: number; read: Promise<Look> } | undefined;
  const reads = recentDuration(clock);
  const read = async (): Promise<Look> => {
    const [admission, state] = await reads.measure(() => Promise.all([admit(), schedule.read()]));
    return { admission, state };
  };
  return {
    beforeMs: () => Math.min(askBeforeMs.most, Math.max(askBeforeMs.least, 2 * reads.meanMs())),
    now: async () => {
      while (last !== undefined && clock.monotonicMs() - last.atMs <= sharedMs) {
        const shared = last;
        const seen = await shared.read;
        if (seen.admission.kind !== 'trial') {
          return seen;
        }
        last = last === shared ? undefined : last;
      }
      const reading = read();
      last = { atMs: clock.monotonicMs(), read: reading };
      reading.catch(() => {
        last = undefined;
      });
      return reading;
    },
  };
}

/** A trial must begin by `beginByMs`: a later one could outlast its holder's time, and another worker would make a second trial. */
function longestWaitMs(admission: Admission, remainingMs: number, clock: Clock): number {
  return admission.kind === 'trial' ? Math.min(remainingMs, admission.beginByMs - clock.nowMs()) : remainingMs;
}

async function noSlot({ schedule, clock }: GateDependencies): Promise<Entry> {
  const nowMs = clock.nowMs();
  const aheadMs = nextSlotMs(await schedule.read(), nowMs) - nowMs;
  const refused = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time' } as const;
  // No regular queue of calls is that long, so a clock was wrong. A try after `doubtMs` repairs the schedule.
  return aheadMs > 2 * askAgainCapMs
    ? { ...refused, retryInMs: doubtMs, isDoubted: true }
    : { ...refused, retryInMs: Math.min(askAgainCapMs, aheadMs) };
}

/** `leave` frees the connection of a call that may start now. Without it the slot is void, or the breaker refuses. */
type UsedOrVoid = { admission?: Admission; leave?: () => void };

/** Waits on the monotonic clock, so that a change of the wall clock during the wait does not move the slot. */
async function awaitSlot(slot: PooledSlot, look: SharedLook, calls: Connections, clock: Clock): Promise<UsedOrVoid> {
  const dueMs = clock.monotonicMs() + (slot.atMs - clock.nowMs());
  const untilMs = (atMs: number) => Math.max(0, atMs - clock.monotonicMs());
  await clock.sleep(untilMs(dueMs - look.beforeMs()), slot.signal);
  const release = slot.signal.aborted ? undefined : await calls.acquire(untilMs(dueMs + slot.lateMs));
  if (release === undefined) {
    return {};
  }
  let isUsed = false;
  try {
    const { admission, state } = await look.now();
    if (state.alarmAtMs !== slot.alarmAtMs || slot.atMs < state.pausedUntilMs) {
      slot.voidAll();
      return { admission };
    }
    if (admission.kind !== 'refused') {
      await clock.sleep(untilMs(dueMs), slot.signal);
      isUsed = !slot.signal.aborted && clock.monotonicMs() - dueMs <= slot.lateMs;
    }
    return isUsed ? { admission, leave: () => release(true) } : { admission };
  } finally {
    if (!isUsed) {
      release(false);
    }
  }
}

function refusalOf({ reason, detail, retryInMs }: Refusal): Entry {
  return {
    kind: 'refused',
    code: 'breaker_open',
    detail: `the breaker is open (${reason}): ${detail}`,
    retryInMs: Math.min(retryInMs, askAgainCapMs),
  };
}

/**
 * The gate between a job and its call: the shared breaker must admit the call, and the call must wait for a slot of the shared schedule.
 *
 *   take a slot → wait until just before it → read breaker and schedule → wait for the slot → call
 *
 * A slot is void if TMDB asked for a pause in the meantime, or if this container was delayed and missed it: a late call would coincide
 * with the slots of other workers. The gate then takes the next slot.
 */

import type { Clock } from '../core/clock.ts';
import { doubtMs } from './rate-schedule.ts';
import type { RateScheduleStore } from './rate-schedule-store.ts';
import type { Admission, SharedBreaker } from './shared-breaker.ts';

/**
 * Whether a call may start now. A refusal says after how many milliseconds to try again. `isDoubted`: a wrong clock has put the schedule
 * far ahead. The next try after `retryInMs` repairs it, so the deferral must not grow with the number of earlier deferrals.
 */
export type Entry =
  | { kind: 'go'; admission: Admission; waitedMs: number }
  | {
      kind: 'refused';
      code: 'breaker_open' | 'no_slot' | 'out_of_time' | 'control_unavailable';
      detail: string;
      retryInMs: number;
      isDoubted?: true;
    };

/** The gate of one batch of jobs. */
export type CallGate = {
  /** Waits for permission to call. @param remainingMs - returns how long a wait may still take, in milliseconds. */
  enter(remainingMs: () => number): Promise<Entry>;
};

/** What the gate depends on. `slotToleranceMs`: a slot that was missed by more than this is void. */
export type GateDependencies = {
  schedule: RateScheduleStore;
  breaker: SharedBreaker;
  clock: Clock;
  slotToleranceMs: number;
};

/** How long before a slot breaker and schedule are read: long enough for two reads, short enough for current answers. */
const askBeforeMs = 25;

/** Longest delay before the next try, however long the breaker stays open: an operator may close it earlier. */
export const askAgainCapMs = 60_000;

/** A gate that takes the first slots of `jobs` jobs with one write. */
export function callGate(jobs: number, deps: GateDependencies): CallGate {
  let firstSlots: Promise<Slot[]> | undefined;
  const nextSlot = async (withinMs: number): Promise<Slot | undefined> => {
    firstSlots ??= takeSlots(jobs, withinMs, deps);
    const slots = await firstSlots;
    return slots.shift() ?? (await takeSlots(1, withinMs, deps))[0];
  };
  return {
    enter: async (remainingMs) => {
      const startedMs = deps.clock.monotonicMs();
      let admission = await deps.breaker.admit();
      while (admission.kind !== 'refused') {
        const withinMs = longestWaitMs(admission, remainingMs(), deps.clock);
        const slot = await nextSlot(withinMs);
        if (slot === undefined || slot.atMs - deps.clock.nowMs() > withinMs) {
          // A trial that was taken is not released; it expires by itself.
          return noSlot(deps);
        }
        const awaited = await awaitSlot(slot, admission, deps);
        admission = awaited.admission;
        if (admission.kind !== 'refused' && awaited.valid) {
          return { kind: 'go', admission, waitedMs: deps.clock.monotonicMs() - startedMs };
        }
      }
      const retryInMs = Math.min(admission.retryInMs, askAgainCapMs);
      return { kind: 'refused', code: 'breaker_open', detail: sentence(admission), retryInMs };
    },
  };
}

/** A slot at `atMs` (epoch milliseconds). `takenMs`: when it was taken, on the monotonic clock. */
type Slot = { atMs: number; takenMs: number };

async function takeSlots(count: number, withinMs: number, { schedule, clock }: GateDependencies): Promise<Slot[]> {
  const slotsMs = await schedule.take(count, withinMs);
  const takenMs = clock.monotonicMs();
  return slotsMs.map((atMs) => ({ atMs, takenMs }));
}

/** A trial must begin by `beginByMs`: a later one could outlast its holder's time, and another worker would make a second trial. */
function longestWaitMs(admission: Admission, remainingMs: number, clock: Clock): number {
  return admission.kind === 'trial' ? Math.min(remainingMs, admission.beginByMs - clock.nowMs()) : remainingMs;
}

async function noSlot({ schedule, clock }: GateDependencies): Promise<Entry> {
  const { nextSlotMs } = await schedule.read();
  const aheadMs = Math.max(0, nextSlotMs - clock.nowMs());
  const refused = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time' } as const;
  // No regular queue of calls is that long, so a clock was wrong. A try after `doubtMs` repairs the schedule.
  return aheadMs > 2 * askAgainCapMs
    ? { ...refused, retryInMs: doubtMs, isDoubted: true }
    : { ...refused, retryInMs: Math.min(askAgainCapMs, aheadMs) };
}

/** Waits on the monotonic clock, so that a change of the wall clock during the wait does not move the slot. */
async function awaitSlot(
  { atMs, takenMs }: Slot,
  admission: Admission,
  { clock, breaker, schedule, slotToleranceMs }: GateDependencies,
): Promise<{ admission: Admission; valid: boolean }> {
  const dueMs = clock.monotonicMs() + (atMs - clock.nowMs());
  const untilAskedMs = dueMs - askBeforeMs - clock.monotonicMs();
  // Slots of a batch are taken together, and one may be used much later: there may have been a throttle since.
  const isJustTaken = clock.monotonicMs() - takenMs <= askBeforeMs;
  if (untilAskedMs <= 0 && isJustTaken) {
    // No second check: the breaker was read a moment ago, and a pause would have moved the slot that was just taken.
    await sleepUntil(dueMs, clock);
    return { admission, valid: clock.monotonicMs() - dueMs <= slotToleranceMs };
  }
  await clock.sleep(Math.max(0, untilAskedMs));
  const [latest, { pausedUntilMs }] = await Promise.all([
    // The holder of the trial has been admitted already.
    admission.kind === 'trial' ? admission : breaker.admit(),
    schedule.read(),
  ]);
  if (latest.kind !== 'refused') {
    await sleepUntil(dueMs, clock);
  }
  const onTime = clock.monotonicMs() - dueMs <= slotToleranceMs;
  return { admission: latest, valid: onTime && atMs >= pausedUntilMs };
}

async function sleepUntil(dueMs: number, clock: Clock): Promise<void> {
  const leftMs = dueMs - clock.monotonicMs();
  if (leftMs > 0) {
    await clock.sleep(leftMs);
  }
}

function sentence(refused: Extract<Admission, { kind: 'refused' }>): string {
  return `the breaker is open (${refused.reason}): ${refused.detail}`;
}

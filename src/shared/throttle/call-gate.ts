/**
 * Between a job and its call: the shared breaker must admit it, and a slot of the shared schedule must have come.
 *
 *   take a slot → wait until just before it → ask breaker and schedule → wait for the slot → call
 *
 * A slot is void when TMDB asked for a pause meanwhile, or when this container was held up and missed it: calling late would
 * put the call among the slots of others. Then the next slot is taken.
 */

import type { Clock } from '../core/clock.ts';
import { doubtMs } from './rate-schedule.ts';
import type { RateScheduleStore } from './rate-schedule-store.ts';
import type { Admission, SharedBreaker } from './shared-breaker.ts';

/**
 * Whether a call may start now. A refusal says in how many milliseconds it is worth asking again; `isDoubted` where the schedule was put
 * far ahead by a clock that was wrong, and whoever asks then finds out: so late, but no later, however often it was refused before.
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
  /** @param remainingMs - how long a wait may take. */
  enter(remainingMs: () => number): Promise<Entry>;
};

/** What the gate asks. */
export type GateDependencies = {
  schedule: RateScheduleStore;
  breaker: SharedBreaker;
  clock: Clock;
  slotToleranceMs: number;
};

/** Long enough for two reads, short enough that their answers are still true when the slot comes. */
const askBeforeMs = 25;

/** However long the breaker stays open: somebody may close it by hand, and then nothing should sleep on. */
export const askAgainCapMs = 60_000;

/** A gate that takes the first slots of `jobs` jobs in one go. */
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
          // A trial that was taken is not given back: it lapses by itself.
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

/** A slot at `atMs` (epoch) and when it was taken, on the monotonic clock. */
type Slot = { atMs: number; takenMs: number };

async function takeSlots(count: number, withinMs: number, { schedule, clock }: GateDependencies): Promise<Slot[]> {
  const slotsMs = await schedule.take(count, withinMs);
  const takenMs = clock.monotonicMs();
  return slotsMs.map((atMs) => ({ atMs, takenMs }));
}

/** A trial that began late would outlast its own time, and another worker would make a second one. */
function longestWaitMs(admission: Admission, remainingMs: number, clock: Clock): number {
  return admission.kind === 'trial' ? Math.min(remainingMs, admission.beginByMs - clock.nowMs()) : remainingMs;
}

async function noSlot({ schedule, clock }: GateDependencies): Promise<Entry> {
  const { nextSlotMs } = await schedule.read();
  const aheadMs = Math.max(0, nextSlotMs - clock.nowMs());
  const refused = { kind: 'refused', code: 'no_slot', detail: 'no slot came in time' } as const;
  // Nothing waits that long: a clock was wrong, and who comes back after this time finds out.
  return aheadMs > 2 * askAgainCapMs
    ? { ...refused, retryInMs: doubtMs, isDoubted: true }
    : { ...refused, retryInMs: Math.min(askAgainCapMs, aheadMs) };
}

/** Waits on the monotonic clock, so that a wall clock that is set meanwhile moves no slot. */
async function awaitSlot(
  { atMs, takenMs }: Slot,
  admission: Admission,
  { clock, breaker, schedule, slotToleranceMs }: GateDependencies,
): Promise<{ admission: Admission; valid: boolean }> {
  const dueMs = clock.monotonicMs() + (atMs - clock.nowMs());
  const untilAskedMs = dueMs - askBeforeMs - clock.monotonicMs();
  // What a job of this batch has left over was taken long ago: there may have been a throttle since.
  const isJustTaken = clock.monotonicMs() - takenMs <= askBeforeMs;
  if (untilAskedMs <= 0 && isJustTaken) {
    // The slot is now, the breaker was asked a moment ago, and a pause would have moved the slot.
    await sleepUntil(dueMs, clock);
    return { admission, valid: clock.monotonicMs() - dueMs <= slotToleranceMs };
  }
  await clock.sleep(Math.max(0, untilAskedMs));
  const [latest, { pausedUntilMs }] = await Promise.all([
    // Who holds the trial has been admitted already.
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

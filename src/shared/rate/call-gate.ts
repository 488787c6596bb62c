/**
 * Between a job and its call: the shared breaker must admit it, and a slot of the shared schedule must have come.
 *
 *   take a slot → wait until just before it → ask breaker and schedule → wait for the slot → call
 *
 * A slot is void when TMDB asked for a pause meanwhile, or when this container was held up and missed it: calling late would
 * put the call among the slots of others. Then the next slot is taken.
 */
import type { Admission, SharedBreaker } from '../breaker/shared-breaker.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateScheduleStore } from '../ports/rate-schedule.ts';

/** Whether a call may start now. A refusal says in how many milliseconds it is worth asking again. */
export type Entry =
  | { kind: 'go'; admission: Admission; waitedMs: number }
  | { kind: 'refused'; code: 'breaker_open' | 'no_slot' | 'control_unavailable'; detail: string; retryInMs: number };

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
  let firstSlots: Promise<number[]> | undefined;
  const nextSlotMs = async (withinMs: number): Promise<number | undefined> => {
    firstSlots ??= deps.schedule.take(jobs, withinMs);
    const slots = await firstSlots;
    return slots.shift() ?? (await deps.schedule.take(1, withinMs))[0];
  };
  return {
    enter: async (remainingMs) => {
      const startedMs = deps.clock.monotonicMs();
      let admission = await deps.breaker.admit();
      while (admission.kind !== 'refused') {
        const withinMs = longestWaitMs(admission, remainingMs(), deps.clock);
        const slotMs = await nextSlotMs(withinMs);
        if (slotMs === undefined || slotMs - deps.clock.nowMs() > withinMs) {
          // A trial that was taken is not given back: it lapses by itself.
          return noSlot(deps);
        }
        const awaited = await awaitSlot(slotMs, admission, deps);
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

/** A trial that began late would outlast its own time, and another worker would make a second one. */
function longestWaitMs(admission: Admission, remainingMs: number, clock: Clock): number {
  return admission.kind === 'trial' ? Math.min(remainingMs, admission.beginByMs - clock.nowMs()) : remainingMs;
}

async function noSlot({ schedule, clock }: GateDependencies): Promise<Entry> {
  const { nextSlotMs } = await schedule.read();
  const retryInMs = Math.min(askAgainCapMs, Math.max(0, nextSlotMs - clock.nowMs()));
  return { kind: 'refused', code: 'no_slot', detail: 'no slot came in time', retryInMs };
}

/** Waits on the monotonic clock, so that a wall clock that is set meanwhile moves no slot. */
async function awaitSlot(
  slotMs: number,
  admission: Admission,
  { clock, breaker, schedule, slotToleranceMs }: GateDependencies,
): Promise<{ admission: Admission; valid: boolean }> {
  const dueMs = clock.monotonicMs() + (slotMs - clock.nowMs());
  const untilAskedMs = dueMs - askBeforeMs - clock.monotonicMs();
  if (untilAskedMs <= 0) {
    // The slot is now, and the breaker was asked a moment ago.
    await sleepUntil(dueMs, clock);
    return { admission, valid: clock.monotonicMs() - dueMs <= slotToleranceMs };
  }
  await clock.sleep(untilAskedMs);
  const [latest, { pausedUntilMs }] = await Promise.all([
    // Who holds the trial has been admitted already.
    admission.kind === 'trial' ? admission : breaker.admit(),
    schedule.read(),
  ]);
  if (latest.kind !== 'refused') {
    await sleepUntil(dueMs, clock);
  }
  const onTime = clock.monotonicMs() - dueMs <= slotToleranceMs;
  return { admission: latest, valid: onTime && slotMs >= pausedUntilMs };
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

import type { BreakerLimits } from '../../src/shared/throttle/breaker-machine.ts';
import type { BreakerRecord } from '../../src/shared/throttle/breaker-record.ts';
import { type Admission, type SharedBreaker, sharedBreaker } from '../../src/shared/throttle/shared-breaker.ts';
import { type MemoryBreakerStore, memoryBreakerStore } from './memory-breaker-store.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** Figures that are easy to reckon with: it judges from eight calls on, over the last twenty. */
export const plainBreaker: BreakerLimits = {
  failureShare: 0.7,
  lastCalls: 20,
  minimumCalls: 8,
  openMs: 15_000,
  openCapMs: 60_000,
  tokenOpenMs: 900_000,
  trialMs: 30_000,
};

export const breakerStartMs = Date.UTC(2026, 10, 23, 8);

/** Some workers' ends of one breaker, on one clock that a test moves. */
export type BreakerWorld = {
  clock: VirtualClock;
  store: MemoryBreakerStore;
  workers: readonly [SharedBreaker, SharedBreaker, SharedBreaker, ...SharedBreaker[]];
  /** What the workers' listeners were told, in order. */
  changes: BreakerRecord[];
};

/** `workers` is at least three. */
export function breakerWorld(workers = 3, store = memoryBreakerStore(), limits = plainBreaker): BreakerWorld {
  const clock = virtualClock({ startMs: breakerStartMs });
  const changes: BreakerRecord[] = [];
  const open = () => sharedBreaker(store, limits, clock, (record) => changes.push(record));
  const more = Array.from({ length: Math.max(0, workers - 3) }, open);
  return { clock, store, workers: [open(), open(), open(), ...more], changes };
}

/** One call of a worker after the other: asks, and tells how it ended. Gives what was answered. */
export async function calls(breaker: SharedBreaker, ...outcomes: ('succeeded' | 'failed' | 'neutral')[]) {
  const admissions: Admission[] = [];
  for (const outcome of outcomes) {
    const admission = await breaker.admit();
    admissions.push(admission);
    await breaker.ended(admission, outcome, `it ${outcome}`);
  }
  return admissions;
}

/** Eight calls that fail one after the other: what opens a breaker that has counted nothing. */
export function eightFailures(breaker: SharedBreaker) {
  return calls(breaker, ...new Array<'failed'>(8).fill('failed'));
}

/** What a refusal of the token is told as, once it is confirmed by `rejectToken`. */
export function confirmed(refusal: string): string {
  return `${refusal}; the check: HTTP 401`;
}

/** TMDB refuses the token of a call, and of the one that checks it too. */
export function rejectToken(breaker: SharedBreaker, refusal: string) {
  return breaker.confirmRejection({ kind: 'closed' }, refusal, async () => ({
    kind: 'rejected',
    detail: 'the check: HTTP 401',
  }));
}

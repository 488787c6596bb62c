import type { Clock } from './clock.ts';

/** Waits until `units` may be used; returns at once when `signal` aborts. */
export type Pace = (units: number, signal?: AbortSignal) => Promise<void>;

/**
 * A token bucket: `unitsPerSecond` over any time, and `burst` units on top, which are there at the start and saved up again while nothing
 * is used. Units are taken before the wait, so calls that run at the same time queue up behind one another.
 */
export function tokenBucket({ unitsPerSecond, burst }: { unitsPerSecond: number; burst: number }, clock: Clock): Pace {
  let left = burst;
  let atMs = clock.monotonicMs();
  return async (units, signal) => {
    const nowMs = clock.monotonicMs();
    left = Math.min(burst, left + (Math.max(0, nowMs - atMs) / 1_000) * unitsPerSecond) - units;
    atMs = nowMs;
    if (left < 0) {
      await clock.sleep((-left / unitsPerSecond) * 1_000, signal);
    }
  };
}

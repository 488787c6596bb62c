import type { Clock } from './clock.ts';

/** Waits until `units` may be used. An aborted `signal` ends the wait at once. */
export type Pace = (units: number, signal?: AbortSignal) => Promise<void>;

/**
 * A token bucket: it allows `unitsPerSecond` plus a burst. It starts with `burst` units and refills up to them while units are unused.
 * Units are taken before the wait, so concurrent callers wait one after another.
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

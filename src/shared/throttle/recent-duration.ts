import type { Clock } from '../core/clock.ts';

/** How long something took lately. */
export type RecentDuration = {
  /** Does `work`, and counts how long it took unless it fails. */
  measure<T>(work: () => Promise<T>): Promise<T>;
  /** The mean in milliseconds, of which the latest one is half; 0 before the first. */
  meanMs(): number;
};

/** Nothing was measured yet. */
export function recentDuration(clock: Pick<Clock, 'monotonicMs'>): RecentDuration {
  let meanMs: number | undefined;
  return {
    measure: async (work) => {
      const startedMs = clock.monotonicMs();
      const done = await work();
      const tookMs = clock.monotonicMs() - startedMs;
      meanMs = meanMs === undefined ? tookMs : (meanMs + tookMs) / 2;
      return done;
    },
    meanMs: () => meanMs ?? 0,
  };
}

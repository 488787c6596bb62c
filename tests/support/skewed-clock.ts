import type { Clock } from '../../src/shared/core/clock.ts';

/** One worker's own view of the time: its wall clock is off, durations and waits are true. */
export type SkewedClock = Clock & {
  /** Sets the wall clock on (or, negative, back). */
  jump(byMs: number): void;
};

/** The clock of a worker whose wall clock is `skewMs` ahead of `base` (negative: behind). */
export function skewedClock(base: Clock, skewMs: number): SkewedClock {
  let offMs = skewMs;
  return {
    nowMs: () => base.nowMs() + offMs,
    monotonicMs: () => base.monotonicMs(),
    sleep: (delayMs, signal) => base.sleep(delayMs, signal),
    jump: (byMs) => {
      offMs += byMs;
    },
  };
}

import type { RateState } from './rate-schedule.ts';

/** The store of the shared timeline of slots. */
export type RateScheduleStore = {
  /**
   * Takes `count` slots for this caller alone and returns their times in epoch milliseconds, ascending. If the first would be more than
   * `withinMs` away (default: no limit) it takes none and returns an empty list: unused slots would delay the other workers. It also
   * returns an empty list while a wrong clock has put the timeline far ahead, which is repaired within a minute of the first take
   * (rate-schedule.ts).
   */
  take(count: number, withinMs?: number): Promise<number[]>;
  /** Slows down all workers, because TMDB throttled a call. `retryAfterMs`: TMDB's Retry-After, if it sent one. */
  slowDown(retryAfterMs: number | undefined): Promise<void>;
  /** Restores the full rate after throttles, and brings back times that are too far ahead at once. For operators. */
  forgetThrottles(): Promise<void>;
  /** The current state; the idle state if there was no call yet. */
  read(): Promise<RateState>;
};

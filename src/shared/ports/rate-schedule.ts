import type { RateState } from '../rate/rate-schedule.ts';

/** The shared timeline of slots, wherever it is kept. */
export type RateScheduleStore = {
  /** Takes `count` slots for this caller alone; their moments in epoch milliseconds, ascending. */
  take(count: number): Promise<number[]>;
  /** Tells everyone that TMDB throttled a call. */
  slowDown(retryAfterMs: number | undefined): Promise<void>;
  /** The present state; the idle one when nobody has called yet. */
  read(): Promise<RateState>;
};

import type { RateState } from './rate-schedule.ts';

/** The shared timeline of slots, wherever it is kept. */
export type RateScheduleStore = {
  /**
   * Takes `count` slots for this caller alone; their moments in epoch milliseconds, ascending. When the first of them would be
   * more than `withinMs` away (default: any time will do) it takes none and answers with an empty list: slots that nobody
   * can wait for must not push the others out. Nor does it give any behind a time that a wrong clock has put far ahead; that is
   * brought back within a minute of the first take (rate-doubt.ts).
   */
  take(count: number, withinMs?: number): Promise<number[]>;
  /** Tells everyone that TMDB throttled a call. */
  slowDown(retryAfterMs: number | undefined): Promise<void>;
  /** Forgets what throttles have slowed down, and brings back what lies too far ahead: an operator knows that it may. */
  forgetThrottles(): Promise<void>;
  /** The present state; the idle one when nobody has called yet. */
  read(): Promise<RateState>;
};

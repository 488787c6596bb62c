import type { DemandDay } from './demand-day.ts';

/** Days of demand. A day that is over never changes, so whoever puts it puts the same. */
export type DemandDays = {
  /** The days that exist under `ids` and can be read, by id. */
  read(ids: readonly string[]): Promise<Map<string, DemandDay>>;
  /** Puts the day `id`, which expires at `expiresAtMs` (epoch milliseconds). */
  put(id: string, day: DemandDay, expiresAtMs: number): Promise<void>;
};

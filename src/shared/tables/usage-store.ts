import type { UsageCounters } from './usage-row.ts';

/** Where reads are counted. */
export type UsageStore = {
  /** Adds `counters` to those of the item `id`, which expires at `expiresAtMs` (epoch milliseconds). */
  add(id: string, counters: UsageCounters, expiresAtMs: number): Promise<void>;
  /** The counters of the items that exist under `ids`, by id. */
  read(ids: readonly string[]): Promise<Map<string, UsageCounters>>;
};

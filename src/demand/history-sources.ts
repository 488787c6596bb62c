import type { DemandDays } from '../shared/tables/demand-days.ts';
import type { UsageStore } from '../shared/tables/usage-store.ts';

/** Where counters are read, and days rolled up. Without `days.put` nothing is written. */
export type HistorySources = { usage: Pick<UsageStore, 'read'>; days: Pick<DemandDays, 'read'> & Partial<DemandDays> };

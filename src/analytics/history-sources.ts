import type { DemandDays } from '../shared/ports/demand-days.ts';
import type { UsageStore } from '../shared/ports/usage-store.ts';

/** Where counters are read, and days rolled up. Without `days.put` nothing is written. */
export type HistorySources = { usage: Pick<UsageStore, 'read'>; days: Pick<DemandDays, 'read'> & Partial<DemandDays> };

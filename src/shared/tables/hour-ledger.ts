import { type Clock, dayMs } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { isTitleJobId } from '../queues/fetch-job.ts';
import type { MetricName } from '../telemetry/metric-ledger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type PipelineCounter, pipelineCounterName, pipelineUsageId, type UsageStore } from './usage-store.ts';

/** Telemetry that also sums the figures of `report` in the table, since metrics can be queried on AWS only. */
type HourLedger = Telemetry & {
  /** Adds the sums since the last flush to the hour's counters. Never rejects: on failure it warns, and a report misses these sums. */
  flush(): Promise<void>;
};

/** The counter of each metric. For `TmdbLatency` the number of values is counted, not their sum. */
const counterOf: Partial<Record<MetricName, PipelineCounter>> = {
  TmdbLatency: 'calls',
  TmdbThrottles: 'throttles',
  TmdbFailures: 'failures',
  RowsWritten: 'rowsWritten',
  RowsUnchanged: 'rowsUnchanged',
  EstimatedCost: 'costMicroUsd',
};

/** Sums what goes through `telemetry`; `keepDays` is how long the counters are kept. */
export function hourLedger(telemetry: Telemetry, store: UsageStore, keepDays: number, clock: Clock): HourLedger {
  let sums = new Map<string, number>();
  const add = (counter: PipelineCounter, more: number) => {
    const key = pipelineCounterName(counter);
    sums.set(key, (sums.get(key) ?? 0) + more);
  };
  return {
    ...telemetry,
    event: (event) => {
      telemetry.event(event);
      if (event.event === 'tmdb-call' && isTitleJobId(event.jobId)) {
        add('titleCalls', 1);
      }
    },
    metric: (name, value) => {
      telemetry.metric(name, value);
      const counter = counterOf[name];
      const more = name === 'TmdbLatency' ? 1 : value;
      if (counter !== undefined && more > 0) {
        add(counter, more);
      }
    },
    flush: async () => {
      const full = sums;
      sums = new Map();
      if (full.size === 0) {
        return;
      }
      const nowMs = clock.nowMs();
      try {
        await store.add(pipelineUsageId(nowMs), Object.fromEntries(full), nowMs + keepDays * dayMs);
      } catch (error) {
        telemetry.warn('the hour could not be counted', { detail: messageOf(error) });
      }
    },
  };
}

import { type Clock, dayMs } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { isTitleJobId, titleOfJobId } from '../queues/fetch-job.ts';
import type { MetricName } from '../telemetry/metric-ledger.ts';
import type { RunEvent } from '../telemetry/run-event.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import {
  type PipelineCounter,
  pipelineCounterName,
  pipelineUsageId,
  titleEndName,
  titleEndsId,
  type UsageStore,
} from './usage-store.ts';

/**
 * Telemetry that also sums the figures of `report` in the table, since metrics can be queried on AWS only. It also notes there how titles
 * end that somebody waits for, since a title that is unchanged or unknown to TMDB leaves no trace in the catalog.
 */
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
  let ends = new Map<string, Record<string, number>>();
  const add = (counter: PipelineCounter, more: number) => {
    const key = pipelineCounterName(counter);
    sums.set(key, (sums.get(key) ?? 0) + more);
  };
  const save = async (id: string, counters: Record<string, number>, days: number, nowMs: number) => {
    try {
      await store.add(id, counters, nowMs + days * dayMs);
    } catch (error) {
      telemetry.warn('the hour could not be counted', { detail: messageOf(error) });
    }
  };
  return {
    ...telemetry,
    event: (event) => {
      telemetry.event(event);
      if (event.event === 'tmdb-call' && isTitleJobId(event.jobId)) {
        add('titleCalls', 1);
      }
      const end = awaitedEnd(event);
      if (end !== undefined) {
        ends.set(end.id, { ...ends.get(end.id), [end.name]: 1 });
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
      const [full, ended] = [sums, ends];
      [sums, ends] = [new Map(), new Map()];
      const nowMs = clock.nowMs();
      await Promise.all([
        ...(full.size === 0 ? [] : [save(pipelineUsageId(nowMs), Object.fromEntries(full), keepDays, nowMs)]),
        ...[...ended].map(([id, names]) => save(id, names, endDays, nowMs)),
      ]);
    },
  };
}

/** Nobody waits longer than a job can live. */
const endDays = 1;

/** What is noted of a title that somebody waits for, and where. */
function awaitedEnd(event: RunEvent): { id: string; name: string } | undefined {
  if ((event.event !== 'page-applied' && event.event !== 'job-not-found') || event.awaited !== true) {
    return undefined;
  }
  const subject = titleOfJobId(event.jobId);
  const outcome = event.event === 'page-applied' ? 'applied' : 'not-found';
  return subject === undefined ? undefined : { id: titleEndsId(event.runId), name: titleEndName(outcome, subject) };
}

import type { MetricName } from './metric-ledger.ts';
import type { RunEvent } from './run-event.ts';

/** Logs and metrics as the core sees them. */
export type Telemetry = {
  /** Writes one structured record. */
  event(event: RunEvent): void;
  /** Adds one value of a metric, in the unit the ledger gives. */
  metric(name: MetricName, value: number): void;
  /** Something an operator may have to look at, in one sentence with its facts. */
  warn(message: string, facts?: Record<string, unknown>): void;
};

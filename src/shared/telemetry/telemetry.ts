import type { Redact } from '../core/redact-token.ts';
import type { Distribution, GatheredMetrics } from './gathered-metrics.ts';
import type { MetricName } from './metric-ledger.ts';
import type { RunEvent } from './run-event.ts';

/** The port for logs and metrics. */
export type Telemetry = {
  /** Writes one structured record. */
  event(event: RunEvent): void;
  /** Adds one value of a metric, in the unit of metric-ledger.ts. */
  metric(name: MetricName, value: number): void;
  /** Writes one record with many values of metrics. Without it they go to `metric`, one by one and all at once. */
  gathered?(metrics: GatheredMetrics): void;
  /** Reports something that may need an operator's attention: one sentence, and facts. */
  warn(message: string, facts?: Record<string, unknown>): void;
};

/** Writes gathered metrics in the way that `telemetry` has for them. */
export function writeGathered(telemetry: Telemetry, gathered: GatheredMetrics): void {
  if (telemetry.gathered !== undefined) {
    telemetry.gathered(gathered);
    return;
  }
  for (const [name, { values, counts }] of Object.entries(gathered) as [MetricName, Distribution][]) {
    for (const [at, value] of values.entries()) {
      for (let left = counts[at] ?? 0; left > 0; left -= 1) {
        telemetry.metric(name, value);
      }
    }
  }
}

/**
 * Members of events that are never redacted: the pipeline writes them itself, and records are found by them. A short placeholder in place
 * of a token could otherwise match inside them.
 */
const identifiers: ReadonlySet<string> = new Set([
  'event',
  'kind',
  'runId',
  'jobId',
  'origin',
  'snapshot',
  'subject',
  'state',
  'reason',
  'outcome',
  'code',
]);

/** Telemetry that removes the token from all records, since other servers' messages may contain it. */
export function redactedTelemetry(telemetry: Telemetry, redact: Redact): Telemetry {
  return {
    event: (event) => telemetry.event(redactedMembers(event, redact, identifiers) as RunEvent),
    metric: (name, value) => telemetry.metric(name, value),
    gathered: (metrics) => writeGathered(telemetry, metrics),
    warn: (message, facts) =>
      telemetry.warn(redact(message), facts && (redactedMembers(facts, redact, new Set()) as Record<string, unknown>)),
  };
}

function redactedMembers(record: object, redact: Redact, left: ReadonlySet<string>): unknown {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, left.has(name) ? value : redactedValue(value, redact)]),
  );
}

function redactedValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') {
    return redact(value);
  }
  if (Array.isArray(value)) {
    return value.map((element) => redactedValue(element, redact));
  }
  return typeof value === 'object' && value !== null ? redactedMembers(value, redact, new Set()) : value;
}

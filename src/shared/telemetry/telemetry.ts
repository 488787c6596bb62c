import type { Redact } from '../core/redact-token.ts';
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

/** Members of events that the pipeline has made itself, and by which records are found: a placeholder must not rewrite them. */
const identifiers: ReadonlySet<string> = new Set([
  'event',
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

/** Telemetry in whose records no token stands, whatever somebody else has said. */
export function redactedTelemetry(telemetry: Telemetry, redact: Redact): Telemetry {
  return {
    event: (event) => telemetry.event(redactedMembers(event, redact, identifiers) as RunEvent),
    metric: (name, value) => telemetry.metric(name, value),
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

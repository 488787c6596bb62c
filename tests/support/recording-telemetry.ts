import type { GatheredMetrics } from '../../src/shared/telemetry/gathered-metrics.ts';
import { type MetricName, metricLedger } from '../../src/shared/telemetry/metric-ledger.ts';
import { type RunEvent, runEventSchema } from '../../src/shared/telemetry/run-event.ts';
import { type Telemetry, writeGathered } from '../../src/shared/telemetry/telemetry.ts';

/** Telemetry that keeps everything, and takes only what the real logs and metrics could take. */
export type RecordingTelemetry = Telemetry & {
  readonly events: readonly RunEvent[];
  readonly metrics: readonly { name: MetricName; value: number }[];
  /** The records of gathered metrics. Their values are among `metrics`, too. */
  readonly records: readonly GatheredMetrics[];
  readonly warnings: readonly { message: string; facts: Record<string, unknown> }[];
  /** The events of one kind, in order. */
  eventsOf<K extends RunEvent['event']>(kind: K): Extract<RunEvent, { event: K }>[];
  /** The values of one metric, in order. */
  valuesOf(name: MetricName): number[];
};

export function recordingTelemetry(): RecordingTelemetry {
  const events: RunEvent[] = [];
  const metrics: { name: MetricName; value: number }[] = [];
  const warnings: { message: string; facts: Record<string, unknown> }[] = [];
  const records: GatheredMetrics[] = [];
  const written: Telemetry = {
    event: (event) => {
      events.push(runEventSchema.parse(event));
    },
    metric: (name, value) => {
      if (!(name in metricLedger) || !Number.isFinite(value)) {
        throw new RangeError(`no metric: ${name} = ${value}`);
      }
      metrics.push({ name, value });
    },
    warn: (message, facts = {}) => {
      warnings.push({ message, facts });
    },
  };
  return {
    events,
    metrics,
    records,
    warnings,
    ...written,
    gathered: (gathered) => {
      records.push(gathered);
      writeGathered(written, gathered);
    },
    eventsOf: <K extends RunEvent['event']>(kind: K) =>
      events.filter((event): event is Extract<RunEvent, { event: K }> => event.event === kind),
    valuesOf: (name) => metrics.filter((metric) => metric.name === name).map((metric) => metric.value),
  };
}

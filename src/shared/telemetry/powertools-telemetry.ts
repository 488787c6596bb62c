import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { metricLedger, type ServiceName } from './metric-ledger.ts';
import type { Telemetry } from './telemetry.ts';

/** Telemetry of one function. Its handler calls `begin` and `end` around each invocation. */
type FunctionTelemetry = Telemetry & {
  /** Adds the request id to every record of this invocation. */
  begin(context: Context): void;
  /** Writes the metrics collected since `begin`, as one EMF record when there are any. */
  end(): void;
};

/**
 * Structured logs and EMF metrics on stdout, which Lambda's log group (or the embedded runtime) collects.
 * @param namespace of the metrics: the name of the stack
 */
export function powertoolsTelemetry(service: ServiceName, namespace: string): FunctionTelemetry {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace, serviceName: service });
  return {
    begin: (context) => logger.addContext(context),
    end: () => {
      if (metrics.hasStoredMetrics()) {
        metrics.publishStoredMetrics();
      }
    },
    event: (event) => logger.info(event.event, { runEvent: event }),
    metric: (name, value) => metrics.addMetric(name, metricLedger[name].unit, value),
    warn: (message, facts) => logger.warn(message, { facts: facts ?? {} }),
  };
}

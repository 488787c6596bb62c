import { Logger, LogLevelThreshold } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { isoFromMs } from '../core/clock.ts';
import { systemClock } from '../core/system-clock.ts';
import { emfValue, type GatheredMetrics } from './gathered-metrics.ts';
import { type MetricName, metricLedger, type ServiceName } from './metric-ledger.ts';
import type { Telemetry } from './telemetry.ts';

/** Telemetry of one function. Its handler calls `begin` and `end` around each invocation. */
type FunctionTelemetry = Telemetry & {
  /**
   * Adds the request id and a correlation id to every record of this invocation. An event or a warning that names its run or its job has that
   * run as its correlation id instead: records of other messages are worked at the same time, so nothing of one is kept for the next.
   * @param correlationId - the run or runs that the invocation works for; default: the request id
   */
  begin(context: Context, correlationId?: string | undefined): void;
  /** Writes the metrics collected since `begin`, as one EMF record when there are any. */
  end(): void;
};

/**
 * Structured logs and EMF metrics on stdout, which Lambda's log group (or the embedded runtime) collects.
 * @param namespace of the metrics: the name of the stack
 */
export function powertoolsTelemetry(service: ServiceName, namespace: string): FunctionTelemetry {
  const logger = new RecordLogger({ serviceName: service });
  const metrics = new Metrics({ namespace, serviceName: service });
  const records = new Metrics({ namespace, serviceName: service });
  return {
    begin: (context, correlationId = context.awsRequestId) => {
      logger.addContext(context);
      logger.setCorrelationId(correlationId);
      logger.forgetFields();
    },
    end: () => {
      if (metrics.hasStoredMetrics()) {
        metrics.publishStoredMetrics();
      }
    },
    event: (event) => logger.record(event.event, { ...correlationOf(event), runEvent: event }),
    metric: (name, value) => metrics.addMetric(name, metricLedger[name].unit, value),
    gathered: (all) => writeRecord(records, all),
    warn: (message, facts = {}) => logger.warn(message, { ...correlationOf(facts), facts }),
  };
}

/**
 * Writes records of events as `info` does, but asks Powertools once in an invocation, and not for each record, for the fields that are the
 * same in all of them: there are two records for each job.
 */
class RecordLogger extends Logger {
  #fields: Record<string, unknown> | undefined;

  /** To be called when the context has changed. */
  forgetFields(): void {
    this.#fields = undefined;
  }

  /** `more` is plain data. */
  record(message: string, more: Record<string, unknown>): void {
    if (this.level <= LogLevelThreshold.INFO) {
      this.#fields ??= this.#fieldsOfAll(message);
      const record = { ...this.#fields, message, timestamp: isoFromMs(systemClock.nowMs()), ...more };
      process.stdout.write(`${JSON.stringify(record)}\n`);
    }
  }

  #fieldsOfAll(message: string): Record<string, unknown> {
    const item = this.createAndPopulateLogItem(LogLevelThreshold.INFO, message, []);
    item.prepareForPrint();
    return item.getAttributes();
  }
}

/**
 * Writes one EMF record: that of Powertools with other values, since Powertools takes no counts. To stdout itself: the runtime's `console`
 * would put the record into one of its own, of which CloudWatch makes no metrics.
 */
function writeRecord(metrics: Metrics, all: GatheredMetrics): void {
  const values = Object.entries(all).map(([name, distribution]) => [name, emfValue(distribution)] as const);
  for (const [name] of values) {
    metrics.addMetric(name, metricLedger[name as MetricName].unit, 0);
  }
  const record = { ...metrics.serializeMetrics(), ...Object.fromEntries(values) };
  metrics.clearMetrics();
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

/** A run, or a job, whose id begins with that of its run. */
const runAtStart = /^[0-9a-f]{8}(?=$|\/)/;

/** The run that a record names, under the key that Powertools uses; nothing if it names none. */
function correlationOf(record: object): { correlation_id?: string } {
  const { runId, jobId, subject } = record as Record<string, unknown>;
  for (const id of [runId, jobId, subject]) {
    const run = typeof id === 'string' ? runAtStart.exec(id)?.[0] : undefined;
    if (run !== undefined) {
      return { correlation_id: run };
    }
  }
  return {};
}

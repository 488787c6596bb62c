import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricLedger, metricsNamespace } from '../../src/shared/telemetry/metric-ledger.ts';
import type { AnyTable } from './pipeline-tables.ts';

/** A custom metric, with the one dimension it is emitted under. */
export function customMetric(metricName: MetricName, options: MetricOptions): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName,
    dimensionsMap: { service: metricLedger[metricName].service },
    period: Duration.minutes(5),
    ...options,
  });
}

/**
 * Puts that DynamoDB refused for want of throughput, of the table or of its index: the index has a metric of its own, but
 * it throttles the put that would change it. Source: DynamoDB metrics, November 2026.
 */
export function throttledPuts(table: AnyTable): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'ThrottledRequests',
    dimensionsMap: { TableName: table.tableName, Operation: 'PutItem' },
    statistic: 'Sum',
    period: Duration.minutes(5),
  });
}

/** Units that the table, or an index of it, has consumed. */
export function consumedUnits(table: AnyTable, kind: 'Read' | 'Write', indexName?: string): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: `Consumed${kind}CapacityUnits`,
    dimensionsMap: { TableName: table.tableName, ...(indexName && { GlobalSecondaryIndexName: indexName }) },
    statistic: 'Sum',
    period: Duration.minutes(5),
    label: `${kind.toLowerCase()} units, ${indexName ?? 'table'}`,
  });
}

import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricLedger, metricsNamespace } from '../../src/shared/telemetry/metric-ledger.ts';
import type { AnyTable } from './pipeline-tables.ts';

/** A custom metric with its only dimension, `service`. */
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
 * Puts that DynamoDB throttled because the capacity of the table or of its index was used up. This metric includes the index, since a put
 * is throttled as a whole if its index is. Source: DynamoDB metrics, November 2026.
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

/** Consumed units of a table, or of one of its indexes. */
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

import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricLedger, type ServiceName } from '../../src/shared/telemetry/metric-ledger.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import type { AnyTable } from './pipeline-tables.ts';

/** A custom metric of the stack of `parts`, with its only dimension, `service`. */
export function customMetric(
  parts: Pick<PipelineParts, ServiceName>,
  metricName: MetricName,
  options: MetricOptions,
): Metric {
  const { service } = metricLedger[metricName];
  return new Metric({
    namespace: Stack.of(parts[service]).stackName,
    metricName,
    dimensionsMap: { service },
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

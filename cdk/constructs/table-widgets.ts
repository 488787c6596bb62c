import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { categoryIndex } from '../../src/shared/tables/table-definitions.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import { consumedUnits, customMetric, throttledPuts } from './pipeline-metrics.ts';

const half = 12;
const whole = 24;

/** Widgets for the rows that the writer handled. */
export function rowWidgets({ writer }: PipelineParts): IWidget[] {
  return [
    new GraphWidget({
      title: 'Rows written and unchanged',
      width: half,
      left: [
        customMetric('RowsWritten', { statistic: 'Sum', label: 'written' }),
        customMetric('RowsUnchanged', { statistic: 'Sum', label: 'unchanged' }),
      ],
      stacked: true,
    }),
    new LogQueryWidget({
      title: 'List rows by outcome: written, unchanged, superseded, rejected',
      width: half,
      logGroupNames: [writer.logGroup.logGroupName],
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'filter runEvent.event = "page-applied"',
        'stats sum(runEvent.written) as written, sum(runEvent.unchanged) as unchanged, sum(runEvent.superseded) as superseded, sum(runEvent.rejected) as rejected by bin(1h) as hour',
        'sort hour desc',
      ],
    }),
  ];
}

/** Widgets for the capacity of tables and functions, and for throttles. */
export function capacityWidgets({ tables: { catalog }, worker, writer }: PipelineParts): IWidget[] {
  return [
    new GraphWidget({
      title: 'Capacity consumed',
      width: half,
      left: [
        consumedUnits(catalog, 'Write'),
        consumedUnits(catalog, 'Write', categoryIndex),
        consumedUnits(catalog, 'Read'),
        consumedUnits(catalog, 'Read', categoryIndex),
      ],
    }),
    new GraphWidget({
      title: 'Throttles and errors',
      width: half,
      left: [
        throttledPuts(catalog).with({ label: 'throttled puts' }),
        worker.metricThrottles({ label: 'worker throttled' }),
        writer.metricThrottles({ label: 'writer throttled' }),
        worker.metricErrors({ label: 'worker errors' }),
        writer.metricErrors({ label: 'writer errors' }),
      ],
    }),
  ];
}

/** A widget for the cost of writing. */
export function costWidget({ deployment }: Settings): IWidget {
  const spent = customMetric('EstimatedCost', { statistic: 'Sum', period: Duration.days(1) });
  const month = new MathExpression({
    expression: 'spent / 1000000 * 30',
    usingMetrics: { spent },
    period: Duration.days(1),
    label: 'US dollars a month at the day’s pace, without the free tier',
  });
  return new GraphWidget({
    title: 'Cost of writing, against the budget of the month',
    width: whole,
    left: [month],
    leftYAxis: { min: 0 },
    leftAnnotations: [{ value: deployment.monthlyBudgetUsd, label: 'budget' }],
  });
}

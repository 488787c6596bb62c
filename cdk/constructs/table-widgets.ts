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

/** Widgets for the rows that the writer handled. They are hourly: the writer works a few times a day, for seconds. */
export function rowWidgets(parts: PipelineParts): IWidget[] {
  const period = Duration.hours(1);
  return [
    new GraphWidget({
      title: 'Rows written and unchanged',
      width: half,
      period,
      left: [
        customMetric(parts, 'RowsWritten', { period, statistic: 'Sum', label: 'written' }),
        customMetric(parts, 'RowsUnchanged', { period, statistic: 'Sum', label: 'unchanged' }),
      ],
      stacked: true,
    }),
    new LogQueryWidget({
      title: 'List rows by outcome: written, unchanged, superseded, rejected',
      width: half,
      logGroupNames: [parts.writer.logGroup.logGroupName],
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'filter runEvent.event = "page-applied"',
        'stats sum(runEvent.written) as written, sum(runEvent.unchanged) as unchanged, sum(runEvent.superseded) as superseded, sum(runEvent.rejected) as rejected by bin(1h) as hour',
        'sort hour desc',
      ],
    }),
  ];
}

/** Errors and throttles of all functions, as Lambda counts them: a function that dies while it starts has no other metrics. */
export function functionWidgets({ planner, worker, writer, reader }: PipelineParts): IWidget[] {
  const functions = Object.entries({ planner, worker, writer, reader });
  const sum = { statistic: 'Sum', period: Duration.minutes(5) };
  return [
    new GraphWidget({
      title: 'Errors of the functions',
      width: half,
      left: functions.map(([label, one]) => one.metricErrors({ ...sum, label })),
      leftYAxis: { min: 0 },
    }),
    new GraphWidget({
      title: 'Throttles of the functions',
      width: half,
      left: functions.map(([label, one]) => one.metricThrottles({ ...sum, label })),
      leftYAxis: { min: 0 },
    }),
  ];
}

/** A widget for the capacity of the catalog table and its index, and for throttled puts. */
export function capacityWidget({ tables: { catalog } }: PipelineParts): IWidget {
  return new GraphWidget({
    title: 'Capacity consumed, and throttled puts',
    width: whole,
    left: [
      consumedUnits(catalog, 'Write'),
      consumedUnits(catalog, 'Write', categoryIndex),
      consumedUnits(catalog, 'Read'),
      consumedUnits(catalog, 'Read', categoryIndex),
    ],
    right: [throttledPuts(catalog).with({ label: 'throttled puts' })],
    rightYAxis: { min: 0 },
  });
}

/** A widget for the cost of writing: a point a day, so it shows a month whatever range the dashboard shows. */
export function costWidget(parts: PipelineParts, { deployment }: Settings): IWidget {
  const period = Duration.days(1);
  const month = new MathExpression({
    expression: 'spent / 1000000 * 30',
    usingMetrics: { spent: customMetric(parts, 'EstimatedCost', { statistic: 'Sum', period }) },
    period,
    label: 'US dollars a month at the day’s pace, without the free tier',
  });
  return new GraphWidget({
    title: 'Cost of writing, against the budget of the month',
    width: whole,
    period,
    start: '-P30D',
    left: [month],
    leftYAxis: { min: 0 },
    leftAnnotations: [{ value: deployment.monthlyBudgetUsd, label: 'budget' }],
  });
}

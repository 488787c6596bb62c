import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { PipelineParts } from '../pipeline-parts.ts';
import { customMetric } from './pipeline-metrics.ts';

const half = 12;
const hour = Duration.hours(1);

/** Widgets for the quality of plans: the share of reads that were served fresh, and the planner's evaluation at each refresh. */
export function planWidgets(parts: PipelineParts): IWidget[] {
  // Both metrics are 1 or 0 for each read. A stale answer counts as a hit, except for the rare one that came partly from TMDB.
  const fresh = new MathExpression({
    expression: 'hits - stale',
    usingMetrics: {
      hits: customMetric(parts, 'CacheHit', { statistic: 'Average', period: hour }),
      stale: customMetric(parts, 'StaleReads', { statistic: 'Average', period: hour }),
    },
    period: hour,
    label: 'reads served fresh',
  });
  return [
    new GraphWidget({
      title: 'Plan quality: reads served fresh',
      width: half,
      period: hour,
      left: [fresh],
      leftYAxis: { min: 0, max: 1 },
    }),
    new LogQueryWidget({
      title: 'Plan quality: the last seven days, as judged at each refresh',
      width: half,
      logGroupNames: [parts.planner.logGroup.logGroupName],
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'filter runEvent.event = "plan-judged"',
        'fields @timestamp, runEvent.fetchedPages as fetched, runEvent.wastedPages as wasted, runEvent.warmedPages as warmed, runEvent.callsSaved as saved, runEvent.expectedReads as expected, runEvent.countedReads as counted',
        'sort @timestamp desc',
        'limit 100',
      ],
    }),
  ];
}

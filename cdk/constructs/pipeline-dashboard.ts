import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  PeriodOverride,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import { customMetric } from './pipeline-metrics.ts';
import { planWidgets } from './plan-widgets.ts';
import { capacityWidget, costWidget, functionWidgets, rowWidgets } from './table-widgets.ts';

const half = 12;
const whole = 24;
const targetHitRatio = 0.95;
const visible = (queue: IQueue, label: string) =>
  queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label });

/** One dashboard, ordered from top to bottom by the questions of an operator. Metric math is free in a dashboard. */
export class PipelineDashboard extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, parts: PipelineParts, settings: Settings) {
    super(scope, id);
    // Dashboards belong to the account, not to a region: two stacks of one name in two regions would replace each other's.
    const { stackName, region } = Stack.of(this);
    this.name = `${stackName}-${region}`;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: this.name,
      defaultInterval: Duration.days(1),
      // By default CloudWatch adapts the periods to the range that is shown, and a sum over a day would become one over less.
      periodOverride: PeriodOverride.INHERIT,
    });
    dashboard.addWidgets(...reads(parts));
    dashboard.addWidgets(freshness(parts));
    dashboard.addWidgets(...calls(parts, settings));
    dashboard.addWidgets(...rates(parts));
    dashboard.addWidgets(...queues(parts));
    dashboard.addWidgets(...deadLetters(parts));
    dashboard.addWidgets(...rowWidgets(parts));
    dashboard.addWidgets(...functionWidgets(parts));
    dashboard.addWidgets(capacityWidget(parts));
    dashboard.addWidgets(...planWidgets(parts));
    dashboard.addWidgets(costWidget(parts, settings));
  }
}

/** Hourly, like the alarm on the hit ratio: with a thousand reads a day, five minutes have three of them. */
function reads(parts: PipelineParts): IWidget[] {
  const period = Duration.hours(1);
  return [
    new GraphWidget({
      title: 'Hit ratio and stale share, against the target',
      width: half,
      period,
      left: [
        customMetric(parts, 'CacheHit', { period, statistic: 'Average', label: 'hit ratio' }),
        customMetric(parts, 'StaleReads', { period, statistic: 'Average', label: 'stale share' }),
      ],
      leftYAxis: { min: 0, max: 1 },
      leftAnnotations: [{ value: targetHitRatio, label: 'target' }],
      right: [
        customMetric(parts, 'CacheHit', { period, statistic: 'SampleCount', label: 'reads' }),
        parts.reader.metricInvocations({ period, statistic: 'Sum', label: 'invocations of the reader' }),
      ],
      rightYAxis: { min: 0 },
    }),
    new GraphWidget({
      title: 'Read latency',
      width: half,
      period,
      left: [
        customMetric(parts, 'ReadLatency', { period, statistic: 'p50', label: 'p50' }),
        customMetric(parts, 'ReadLatency', { period, statistic: 'p99', label: 'p99' }),
      ],
      leftYAxis: { min: 0 },
    }),
  ];
}

function calls(parts: PipelineParts, { tmdb }: Settings): IWidget[] {
  const period = Duration.minutes(1);
  const calls = customMetric(parts, 'TmdbLatency', { statistic: 'SampleCount', period });
  const perSecond = new MathExpression({
    expression: 'calls / PERIOD(calls)',
    usingMetrics: { calls },
    period,
    label: 'calls a second',
  });
  return [
    new GraphWidget({
      title: 'Calls a second, against the limit',
      width: half,
      period,
      left: [perSecond],
      leftYAxis: { min: 0 },
      leftAnnotations: [{ value: tmdb.requestsPerSecond, label: 'limit' }],
    }),
    new GraphWidget({
      title: 'Throttles (429), failures, latency, breaker',
      width: half,
      left: [
        customMetric(parts, 'TmdbThrottles', { statistic: 'Sum', label: '429' }),
        customMetric(parts, 'TmdbFailures', { statistic: 'Sum', label: 'failures' }),
        customMetric(parts, 'BreakerOpen', { statistic: 'Maximum', label: 'breaker open' }),
      ],
      right: [customMetric(parts, 'TmdbLatency', { statistic: 'p95', label: 'latency p95' })],
    }),
  ];
}

/** What the throttle has learnt. Metrics would exceed the ten that are free; the worker's log has it for each invocation. */
function rates({ worker }: PipelineParts): IWidget[] {
  const log = { width: half, logGroupNames: [worker.logGroup.logGroupName] };
  const seen = 'filter runEvent.event = "rate-seen"';
  return [
    new LogQueryWidget({
      ...log,
      title: 'Rate: configured, current, ceiling (calls a second)',
      view: LogQueryVisualizationType.LINE,
      queryLines: [
        seen,
        'stats max(runEvent.configuredPerSecond) as configured, min(runEvent.perSecond) as current, min(runEvent.ceilingPerSecond) as ceiling by bin(5m)',
      ],
    }),
    new LogQueryWidget({
      ...log,
      title: 'Rate: noise and refusals, as far as they are learnt',
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        seen,
        'fields @timestamp, runEvent.perSecond as current, runEvent.ceilingPerSecond as ceiling, runEvent.noiseShare as noise, runEvent.answers as answers, runEvent.refusals as refusals',
        'sort @timestamp desc',
        'limit 100',
      ],
    }),
  ];
}

function freshness({ writer }: PipelineParts): IWidget {
  return new LogQueryWidget({
    title: 'Freshness: when each feed was last written, oldest first',
    width: whole,
    height: 8,
    logGroupNames: [writer.logGroup.logGroupName],
    view: LogQueryVisualizationType.TABLE,
    queryLines: [
      // Only pages of lists have an outcome.
      'filter runEvent.event = "page-applied" and ispresent(runEvent.outcome)',
      'parse runEvent.jobId /^[^\\/]+\\/(?<feed>.+)\\/\\d+$/',
      'stats max(@timestamp) as lastWritten, count(*) as pages by feed',
      'sort lastWritten asc',
    ],
  });
}

function queues({ fetch, items }: PipelineParts): IWidget[] {
  const drain = (queue: IQueue, name: string) =>
    new MathExpression({
      expression: `${name}Waiting / (${name}Done / PERIOD(${name}Done))`,
      usingMetrics: {
        [`${name}Waiting`]: visible(queue, 'waiting'),
        [`${name}Done`]: queue.metricNumberOfMessagesDeleted({ statistic: 'Sum' }),
      },
      label: `${name}: seconds to drain`,
    });
  return [
    new GraphWidget({
      title: 'Age of the oldest message',
      width: half,
      left: [
        fetch.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', label: 'fetch' }),
        items.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', label: 'items' }),
      ],
    }),
    new GraphWidget({
      title: 'Messages waiting, and the time to drain them',
      width: half,
      left: [visible(fetch.queue, 'fetch'), visible(items.queue, 'items')],
      right: [drain(fetch.queue, 'fetch'), drain(items.queue, 'items')],
    }),
  ];
}

function deadLetters({ fetch, items }: PipelineParts): IWidget[] {
  // SQS's own move task would take triggers of the planner to the worker.
  const act = (verb: string, queue: string) => `npm run -s pipeline -- dlq ${verb} ${queue} --stack aws`;
  return [
    new SingleValueWidget({
      title: 'Dead letters',
      width: half,
      height: 6,
      metrics: [visible(fetch.deadLetters, 'fetch jobs and triggers'), visible(items.deadLetters, 'items')],
    }),
    new TextWidget({
      width: half,
      height: 6,
      markdown: [
        '### Look, mend the cause, replay',
        '```',
        ...['list', 'replay'].flatMap((verb) => [act(verb, 'fetch'), act(verb, 'items')]),
        '```',
        'Of a stack with another name, with `--settings FILE`. A replayed message never overwrites a newer row.',
      ].join('\n'),
    }),
  ];
}

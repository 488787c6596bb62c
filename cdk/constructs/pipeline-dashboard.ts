import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import { customMetric } from './pipeline-metrics.ts';
import { planWidgets } from './plan-widgets.ts';
import { capacityWidgets, costWidget, rowWidgets } from './table-widgets.ts';

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
    this.name = Stack.of(this).stackName;
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: this.name, defaultInterval: Duration.days(1) });
    dashboard.addWidgets(...reads());
    dashboard.addWidgets(freshness(parts));
    dashboard.addWidgets(...calls(settings));
    dashboard.addWidgets(...rates(parts));
    dashboard.addWidgets(...queues(parts));
    dashboard.addWidgets(...deadLetters(parts));
    dashboard.addWidgets(...rowWidgets(parts));
    dashboard.addWidgets(...capacityWidgets(parts));
    dashboard.addWidgets(...planWidgets(parts));
    dashboard.addWidgets(costWidget(settings));
  }
}

function reads(): IWidget[] {
  return [
    new GraphWidget({
      title: 'Hit ratio and stale share, against the target',
      width: half,
      left: [
        customMetric('CacheHit', { statistic: 'Average', label: 'hit ratio' }),
        customMetric('StaleReads', { statistic: 'Average', label: 'stale share' }),
      ],
      leftYAxis: { min: 0, max: 1 },
      leftAnnotations: [{ value: targetHitRatio, label: 'target' }],
      right: [customMetric('CacheHit', { statistic: 'SampleCount', label: 'reads' })],
    }),
    new GraphWidget({
      title: 'Read latency',
      width: half,
      left: [
        customMetric('ReadLatency', { statistic: 'p50', label: 'p50' }),
        customMetric('ReadLatency', { statistic: 'p99', label: 'p99' }),
      ],
      leftYAxis: { min: 0 },
    }),
  ];
}

function calls({ tmdb }: Settings): IWidget[] {
  const calls = customMetric('TmdbLatency', { statistic: 'SampleCount', period: Duration.minutes(1) });
  const perSecond = new MathExpression({
    expression: 'calls / PERIOD(calls)',
    usingMetrics: { calls },
    period: Duration.minutes(1),
    label: 'calls a second',
  });
  return [
    new GraphWidget({
      title: 'Calls a second, against the limit',
      width: half,
      left: [perSecond],
      leftYAxis: { min: 0 },
      leftAnnotations: [{ value: tmdb.requestsPerSecond, label: 'limit' }],
    }),
    new GraphWidget({
      title: 'Throttles (429), failures, latency, breaker',
      width: half,
      left: [
        customMetric('TmdbThrottles', { statistic: 'Sum', label: '429' }),
        customMetric('TmdbFailures', { statistic: 'Sum', label: 'failures' }),
        customMetric('BreakerOpen', { statistic: 'Maximum', label: 'breaker open' }),
      ],
      right: [customMetric('TmdbLatency', { statistic: 'p95', label: 'latency p95' })],
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
      'filter runEvent.event = "page-applied"',
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

function deadLetters({ fetch, items, undelivered, plannerFailures }: PipelineParts): IWidget[] {
  const move = (dlq: IQueue, queue: IQueue) =>
    `aws sqs start-message-move-task --source-arn ${dlq.queueArn} --destination-arn ${queue.queueArn}`;
  return [
    new SingleValueWidget({
      title: 'Dead letters',
      width: half,
      height: 6,
      metrics: [
        visible(fetch.deadLetters, 'fetch'),
        visible(items.deadLetters, 'items'),
        visible(undelivered, 'undelivered triggers'),
        visible(plannerFailures, 'planner failures'),
      ],
    }),
    new TextWidget({
      width: half,
      height: 6,
      markdown: [
        '### Replay',
        '```',
        move(fetch.deadLetters, fetch.queue),
        move(items.deadLetters, items.queue),
        '```',
        'A replayed message never overwrites a newer row.',
      ].join('\n'),
    }),
  ];
}

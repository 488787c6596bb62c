import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { type AlarmName, alarmDescription } from '../alarm-ledger.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import { customMetric, throttledPuts } from './pipeline-metrics.ts';

/** Retries alone do not explain a longer wait: SQS delivers a message again after some minutes, at most five times. */
const longWaitSeconds = 1_800;
/** Throttled puts in five minutes that are harmless, since the SDK retries each of them three times. */
const harmlessThrottles = 10;
/** The target is 95 %. Cold starts alone do not cause three hours in a row below this ratio. */
const lowHitRatio = 0.9;

/** The alarms, and the topic that notifies people. A single message in a dead-letter queue raises an alarm. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly #runbookUrl: string | undefined;

  constructor(scope: Construct, id: string, parts: PipelineParts, settings: Settings) {
    super(scope, id);
    this.#runbookUrl = settings.deployment.runbookUrl;
    this.topic = this.#createTopic(settings.deployment.alarmEmail);
    this.#notEmpty('FetchDeadLetters', parts.fetch.deadLetters);
    this.#notEmpty('ItemDeadLetters', parts.items.deadLetters);
    this.#notEmpty('UndeliveredTriggers', parts.undelivered);
    this.#notEmpty('PlannerFailures', parts.plannerFailures);
    this.#waiting('FetchQueueAge', parts.fetch.queue);
    this.#waiting('ItemQueueAge', parts.items.queue);
    // One hour more than the period of the refresh. It is counted in periods of an hour, since CloudWatch allows alarms with shorter periods
    // to look back at most a day.
    const silentHours = settings.schedules.refresh.everyHours + 1;
    this.#add('PlannerHeartbeat', parts.planner.metricInvocations({ period: Duration.hours(1), statistic: 'Sum' }), {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: silentHours,
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.#add('BreakerOpen', customMetric('BreakerOpen', { statistic: 'Maximum' }), { threshold: 0 });
    this.#add('WriteThrottles', throttledPuts(parts.tables.catalog), {
      threshold: harmlessThrottles,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
    this.#add('HitRatio', customMetric('CacheHit', { statistic: 'Average', period: Duration.hours(1) }), {
      threshold: lowHitRatio,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 3,
    });
  }

  #notEmpty(name: AlarmName, queue: IQueue): void {
    const period = Duration.minutes(5);
    this.#add(name, queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period }), { threshold: 0 });
  }

  #waiting(name: AlarmName, queue: IQueue): void {
    const metric = queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(5) });
    this.#add(name, metric, { threshold: longWaitSeconds });
  }

  #add(name: AlarmName, metric: Metric, props: Partial<AlarmProps> & { threshold: number }): void {
    const alarm = new Alarm(this, name, {
      metric,
      alarmDescription: alarmDescription(name, this.#runbookUrl),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }

  #createTopic(email: string | undefined): Topic {
    const topic = new Topic(this, 'Topic', { displayName: 'tmdb-pipeline', enforceSSL: true });
    // A topic with a policy of its own loses the default policy, which allows the account's alarms to publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== undefined) {
      topic.addSubscription(new EmailSubscription(email));
    }
    return topic;
  }
}

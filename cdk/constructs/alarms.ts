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

/** More failing invocations in five minutes than single crashes of Lambda's machines explain. Where few read, one failure is more. */
const harmlessErrorShare = 0.01;

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
    this.#waiting('FetchQueueAge', parts.fetch.queue);
    this.#waiting('ItemQueueAge', parts.items.queue);
    this.#ofPipeline(parts, settings);
    this.#ofReads(parts);
  }

  /** What fails between the schedules and the table. Missing data is argued in docs/adr/0029. */
  #ofPipeline(parts: PipelineParts, { schedules }: Settings): void {
    // One hour more than the period of the refresh. It is counted in periods of an hour, since CloudWatch allows alarms with shorter periods
    // to look back at most a day.
    const silentHours = schedules.refresh.everyHours + 1;
    this.#add('PlannerHeartbeat', parts.planner.metricInvocations({ period: Duration.hours(1), statistic: 'Sum' }), {
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: silentHours,
      treatMissingData: TreatMissingData.BREACHING,
    });
    // Without data no job has looked at the breaker since: it is as it was.
    this.#add('BreakerOpen', customMetric(parts, 'BreakerOpen', { statistic: 'Maximum' }), {
      threshold: 0,
      treatMissingData: TreatMissingData.IGNORE,
    });
    this.#add('WriteThrottles', throttledPuts(parts.tables.catalog), {
      threshold: harmlessThrottles,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
  }

  /** What readers meet. A reader that dies while it starts writes no metric of its own, so Lambda's are watched. */
  #ofReads(parts: PipelineParts): void {
    this.#add('HitRatio', customMetric(parts, 'CacheHit', { statistic: 'Average', period: Duration.hours(1) }), {
      threshold: lowHitRatio,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 3,
    });
    // Lambda counts 0 or 1 for each invocation, so the average is the share that failed. A reader that failed and that nobody has called
    // since is not mended.
    this.#add('ReaderErrors', parts.reader.metricErrors({ statistic: 'Average', period: Duration.minutes(5) }), {
      threshold: harmlessErrorShare,
      treatMissingData: TreatMissingData.IGNORE,
    });
    this.#add('ReaderThrottles', parts.reader.metricThrottles({ statistic: 'Sum', period: Duration.minutes(5) }), {
      threshold: 0,
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
    const { stackName, account } = Stack.of(this);
    // E-mails come from this name: it tells which stack they are about.
    const topic = new Topic(this, 'Topic', { displayName: `tmdb-pipeline ${stackName}`, enforceSSL: true });
    // A topic with a policy of its own loses the default policy, which allows the account's alarms to publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    if (email !== undefined) {
      topic.addSubscription(new EmailSubscription(email));
    }
    return topic;
  }
}

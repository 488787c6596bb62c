import { beforeAll, describe, expect, it } from 'vitest';
import { adHocEventSchema, plannerEventSchema } from '../../src/shared/queues/plan-request.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';

const fn = 'AWS::Lambda::Function';
const queueType = 'AWS::SQS::Queue';
const folder = scratchFolder();
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder);
});

describe('the queues', () => {
  it('are encrypted by SQS itself, refuse plain HTTP and are open to nobody', () => {
    for (const [id, { Properties }] of template.ofType(queueType)) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
      expect(Properties.KmsMasterKeyId).toBeUndefined();
      const policies = template.ofType('AWS::SQS::QueuePolicy').filter(([, p]) => p.Properties.Queues[0].Ref === id);
      const statements = policies.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
      expect(statements).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
      for (const { Effect, Principal, Condition } of statements) {
        expect(Effect === 'Deny' || (Principal.Service !== undefined && Condition !== undefined)).toBe(true);
      }
    }
  });

  it.each([
    ['Fetch', 'Worker'],
    ['Items', 'Writer'],
  ])(
    '%s has a dead-letter queue of its own, and shows a message again after six time-outs of the %s',
    (name, consumer) => {
      const queue = template.one(queueType, `${name}Queue`);
      const dlq = template.one(queueType, `${name}DeadLetters`);
      const { Timeout } = template.one(fn, consumer).Properties;
      expect(queue.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout);
      expect(queue.Properties.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
      expect(queue.Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0]).toBe(dlq.id);
      expect(queue.Properties.MessageRetentionPeriod).toBe(4 * 86_400);
      expect(dlq.Properties.MessageRetentionPeriod).toBe(14 * 86_400);
      expect(dlq.Properties.RedriveAllowPolicy.redrivePermission).toBe('byQueue');
      expect(JSON.stringify(dlq.Properties.RedriveAllowPolicy.sourceQueueArns)).toContain(
        `:${queue.Properties.QueueName}`,
      );
      expect(queue.Properties.RedriveAllowPolicy.redrivePermission).toBe('denyAll');
    },
  );

  it('feed the worker and the writer, in bounded batches that fail in part; no dead-letter queue feeds anything', () => {
    const sources = template.ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
    const feeding = sources.map((source) => source.EventSourceArn['Fn::GetAtt'][0]).sort();
    expect(feeding).toEqual(
      [template.one(queueType, 'FetchQueue').id, template.one(queueType, 'ItemsQueue').id].sort(),
    );
    for (const source of sources) {
      expect(source.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(source.BatchSize <= 10 || source.MaximumBatchingWindowInSeconds >= 1).toBe(true);
    }
  });

  it('bound how many workers run, and writers only where they are told to or divide provisioned units', async () => {
    const most = ({ one }: PipelineTemplate) =>
      ['WorkerSource', 'WriterSource'].map(
        (name) => one('AWS::Lambda::EventSourceMapping', name).Properties.ScalingConfig?.MaximumConcurrency,
      );
    expect(most(template)).toEqual([2, undefined]);
    expect(most(await pipelineTemplate(testFolder(), { capacity: { mode: 'provisioned' } }))).toEqual([2, 2]);
    expect(most(await pipelineTemplate(testFolder(), { writer: { maximumConcurrency: 4 } }))).toEqual([2, 4]);
  });
});

describe('the triggers', () => {
  const schedules = () => template.ofType('AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);

  it('are daily at 8, Sunday at 9 and every four hours, in UTC', () => {
    expect(
      schedules()
        .map(({ ScheduleExpression }) => ScheduleExpression)
        .sort(),
    ).toEqual(['cron(0 0/4 * * ? *)', 'cron(0 8 * * ? *)', 'cron(0 9 ? * SUN *)']);
    expect(new Set(schedules().map(({ ScheduleExpressionTimezone }) => ScheduleExpressionTimezone))).toEqual(
      new Set(['UTC']),
    );
  });

  it('send what the planner understands once the scheduler has filled in its time', () => {
    const requests = schedules().map(({ Target }) => {
      const filled = Target.Input.replace('<aws.scheduler.scheduled-time>', '2026-11-24T08:00:00Z');
      return plannerEventSchema.parse(JSON.parse(filled));
    });
    expect(requests.map((request) => 'schedule' in request && request.schedule).sort()).toEqual([
      'daily',
      'refresh',
      'weekly',
    ]);
  });

  it('are tried again, and then kept', () => {
    const { id } = template.one(queueType, 'FetchDeadLetters');
    const targets = [
      ...schedules().map(({ Target }) => ({ arn: Target.DeadLetterConfig.Arn, retry: Target.RetryPolicy })),
      ...template
        .one('AWS::Events::Rule', '')
        // biome-ignore lint/suspicious/noExplicitAny: JSON of the template
        .Properties.Targets.map((target: any) => ({ arn: target.DeadLetterConfig.Arn, retry: target.RetryPolicy })),
    ];
    expect(targets).toHaveLength(4);
    for (const { arn, retry } of targets) {
      expect(arn['Fn::GetAtt'][0]).toBe(id);
      expect(retry.MaximumRetryAttempts).toBeGreaterThan(0);
    }
    const { Properties } = template.one('AWS::Lambda::EventInvokeConfig', 'Planner');
    expect(Properties.DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0]).toBe(id);
  });

  it('take the ad-hoc events that the planner’s schema takes, and no others', () => {
    const { source, 'detail-type': detailType } = adHocEventSchema.shape;
    const pattern = template.one('AWS::Events::Rule', '').Properties.EventPattern;
    expect(pattern).toEqual({ source: ['tmdb-pipeline'], 'detail-type': ['Fetch Requested'] });
    expect(detailType.value).toBe('Fetch Requested');
    expect(source.safeParse('tmdb-pipeline').success).toBe(true);
  });
});

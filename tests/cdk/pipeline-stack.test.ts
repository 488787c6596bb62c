import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { acknowledgedFindings } from '../../cdk/acknowledged-findings.ts';
import { alarmLedger } from '../../cdk/alarm-ledger.ts';
import {
  plannerEnvironmentSchema,
  workerEnvironmentSchema,
  writerEnvironmentSchema,
} from '../../src/shared/function-environments.ts';
import { adHocEventSchema, plannerEventSchema } from '../../src/shared/messages/plan-request.ts';
import { defaultSettings } from '../../src/shared/settings.ts';
import { settingsFrom } from '../../src/shared/settings-overrides.ts';
import { catalogTable, controlTable } from '../../src/shared/table/table-definitions.ts';
import { metricLedger } from '../../src/shared/telemetry/metric-ledger.ts';
import { type PipelineTemplate, pipelineTemplate, type Resource } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const fn = 'AWS::Lambda::Function';
const queueType = 'AWS::SQS::Queue';
const folder = scratchFolder();
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder);
});

/** Statements of the policies of one function's role. */
function statementsOf(name: string): { Action: string | string[]; Resource: unknown; Effect: string }[] {
  return template.one('AWS::IAM::Policy', `${name}Role`).Properties.PolicyDocument.Statement;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

describe('the functions', () => {
  const schemas = {
    Planner: plannerEnvironmentSchema,
    Worker: workerEnvironmentSchema,
    Writer: writerEnvironmentSchema,
  } as const;

  it.each(Object.entries(schemas))(
    '%s has exactly the variables that its handler’s schema asks for',
    (name, schema) => {
      const variables = template.one(fn, name).Properties.Environment.Variables as Record<string, unknown>;
      // References become names and URLs when the stack is deployed.
      const deployed = Object.fromEntries(
        Object.entries(variables).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : 'https://sqs.test/q',
        ]),
      );
      expect(schema.safeParse(deployed).success).toBe(true);
      expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(Object.keys(variables)));
      for (const missing of Object.keys(variables)) {
        const { [missing]: _, ...rest } = deployed;
        expect(schema.safeParse(rest).success, missing).toBe(false);
      }
    },
  );

  it.each(Object.keys(schemas))('%s runs on Node 24 and arm64 with a log group of the STANDARD class', (name) => {
    const { Properties } = template.one(fn, name);
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    const group = template.resources[Properties.LoggingConfig.LogGroup.Ref] as Resource;
    expect(group.Properties).toMatchObject({
      LogGroupClass: 'STANDARD',
      RetentionInDays: defaultSettings.deployment.logRetentionDays,
    });
  });

  it('may call themselves in a loop where jobs are sent back, and nowhere else', () => {
    const loops = template.ofType(fn).filter(([, { Properties }]) => Properties.RecursiveLoop === 'Allow');
    expect(loops.map(([id]) => id)).toEqual([expect.stringMatching(/^Worker/)]);
  });

  it('are given the token by name only', () => {
    expect(template.text).not.toMatch(/TMDB_API_TOKEN|SecretsManager|resolve:ssm/);
    const { TMDB_TOKEN_PARAMETER } = template.one(fn, 'Worker').Properties.Environment.Variables;
    expect(TMDB_TOKEN_PARAMETER).toBe(defaultSettings.deployment.tokenParameter);
    expect(JSON.stringify(statementsOf('Worker'))).toContain(`:parameter${TMDB_TOKEN_PARAMETER}`);
    expect(JSON.stringify([statementsOf('Planner'), statementsOf('Writer')])).not.toContain('ssm:');
  });

  it('know the settings that differ from the defaults, and no e-mail address', async () => {
    const overrides = { deployment: { alarmEmail: 'ops@example.com' }, tmdb: { requestsPerSecond: 12 } };
    const other = await pipelineTemplate(scratchFolderOnce(), overrides);
    for (const name of Object.keys(schemas)) {
      const given = other.one(fn, name).Properties.Environment.Variables.SETTINGS_OVERRIDES;
      expect(settingsFrom(given)).toEqual(settingsFrom('{"tmdb":{"requestsPerSecond":12}}'));
      expect(given).not.toContain('ops@example.com');
    }
    expect(template.text).not.toContain('SETTINGS_OVERRIDES');
    expect(other.one('AWS::SNS::Subscription', '').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });
});

const moreFolders = Array.from({ length: 6 }, scratchFolder);
function scratchFolderOnce(): string {
  return moreFolders.pop() ?? '';
}

describe('roles', () => {
  it('name every action and every resource', () => {
    for (const [, { Properties }] of template.ofType('AWS::IAM::Policy')) {
      for (const { Action, Resource: resource, Effect } of Properties.PolicyDocument.Statement) {
        expect(Effect).toBe('Allow');
        expect(list(Action).filter((action: string) => action.includes('*'))).toEqual([]);
        expect(JSON.stringify(resource)).not.toContain('*');
      }
    }
    for (const [, { Properties }] of template.ofType('AWS::IAM::Role')) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });

  it.each([
    ['Planner', ['dynamodb', 'logs', 'sqs']],
    ['Worker', ['dynamodb', 'logs', 'sqs', 'ssm']],
    ['Writer', ['dynamodb', 'logs', 'sqs']],
  ])('of the %s reach the services it needs', (name, services) => {
    const reached = new Set(statementsOf(name).flatMap(({ Action }) => list(Action).map((one) => one.split(':')[0])));
    expect([...reached].sort()).toEqual(services);
  });

  it('let the planner and the worker write no title', () => {
    const { id } = template.one('AWS::DynamoDB::Table', 'TablesCatalog');
    const onCatalog = (name: string) =>
      statementsOf(name)
        .filter(({ Resource: resource }) => JSON.stringify(resource).includes(id))
        .flatMap(({ Action }) => list(Action))
        .sort();
    expect(onCatalog('Planner')).toEqual(['dynamodb:Query']);
    expect(onCatalog('Worker')).toEqual([]);
    expect(onCatalog('Writer')).toEqual(['dynamodb:BatchGetItem', 'dynamodb:PutItem']);
  });
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
      expect(source.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
      expect(source.BatchSize <= 10 || source.MaximumBatchingWindowInSeconds >= 1).toBe(true);
    }
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
    const { id } = template.one(queueType, 'UndeliveredTriggers');
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
    const failures = template.one(queueType, 'PlannerFailures').id;
    expect(Properties.DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0]).toBe(failures);
  });

  it('take the ad-hoc events that the planner’s schema takes, and no others', () => {
    const { source, 'detail-type': detailType } = adHocEventSchema.shape;
    expect(template.one('AWS::Events::Rule', '').Properties.EventPattern).toEqual({
      source: [source.value],
      'detail-type': [detailType.value],
    });
    expect([source.value, detailType.value]).toEqual(['tmdb-pipeline', 'Fetch Requested']);
  });
});

describe('the tables', () => {
  const tableType = 'AWS::DynamoDB::Table';

  it.each([
    ['TablesCatalog', catalogTable],
    ['TablesControl', controlTable],
  ])('%s has the keys, index and time to live of the one definition', (prefix, definition) => {
    const { Properties } = template.one(tableType, prefix);
    const keyed = (keys: readonly { attribute: string; type: string }[]) =>
      keys.map(({ attribute, type }) => ({ AttributeName: attribute, KeyType: type }));
    expect(Properties.KeySchema).toEqual(keyed(definition.keys));
    expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: definition.ttlAttribute, Enabled: true });
    expect(Properties.GlobalSecondaryIndexes ?? []).toMatchObject(
      definition.indexes.map(({ name, keys, projection }) => ({
        IndexName: name,
        KeySchema: keyed(keys),
        Projection: { ProjectionType: projection },
      })),
    );
    // DynamoDB's own key, which is free; `true` would be a key of KMS.
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: false });
  });

  it('provision no more than what is free, unless on demand', async () => {
    const { Properties } = template.one(tableType, 'TablesCatalog');
    const throughputs = [Properties, ...Properties.GlobalSecondaryIndexes].map((part) => part.ProvisionedThroughput);
    for (const kind of ['ReadCapacityUnits', 'WriteCapacityUnits']) {
      expect(throughputs.reduce((sum, throughput) => sum + throughput[kind], 0)).toBeLessThanOrEqual(25);
    }
    expect(template.one(tableType, 'TablesControl').Properties.BillingMode).toBe('PAY_PER_REQUEST');
    const other = await pipelineTemplate(scratchFolderOnce(), { capacity: { mode: 'on-demand' } });
    const onDemand = other.one(tableType, 'TablesCatalog').Properties;
    expect(onDemand.BillingMode).toBe('PAY_PER_REQUEST');
    expect(JSON.stringify(onDemand)).not.toContain('ProvisionedThroughput');
  });

  it('can be restored and retained where that is wanted', async () => {
    const kept = { deployment: { catalogTable: { pointInTimeRecovery: true, removalPolicy: 'retain' } } };
    const other = await pipelineTemplate(scratchFolderOnce(), kept);
    const table = other.one(tableType, 'TablesCatalog');
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    expect(template.one(tableType, 'TablesCatalog').DeletionPolicy).toBe('Delete');
  });

  it('can be an existing one, used by its name', async () => {
    const existing = { deployment: { catalogTable: { name: 'OldCache', existing: true } } };
    const other = await pipelineTemplate(scratchFolderOnce(), existing);
    expect(other.ofType(tableType).map(([id]) => id)).toEqual([expect.stringMatching(/^TablesControl/)]);
    expect(other.one(fn, 'Writer').Properties.Environment.Variables.CATALOG_TABLE).toBe('OldCache');
    expect(other.one('AWS::IAM::Policy', 'WriterRole').Properties.PolicyDocument.Statement[0].Resource).toMatchObject({
      'Fn::Join': ['', expect.arrayContaining([':table/OldCache'])],
    });
  });
});

describe('what is watched', () => {
  const alarms = () => template.ofType('AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({ id, ...Properties }));
  const deployed = Object.entries(alarmLedger).filter(([, alarm]) => !('service' in alarm));

  it('has ten metrics and ten alarms in its ledgers, which is what is free', () => {
    expect(Object.keys(metricLedger)).toHaveLength(10);
    expect(Object.keys(alarmLedger)).toHaveLength(10);
  });

  it('alarms on one metric each, without arithmetic, and tells the topic', () => {
    expect(alarms()).toHaveLength(deployed.length);
    const topic = template.one('AWS::SNS::Topic', '').id;
    for (const alarm of alarms()) {
      expect(alarm.Metrics).toBeUndefined();
      expect(alarm.MetricName).toBeTypeOf('string');
      expect(alarm.AlarmActions).toEqual([{ Ref: topic }]);
    }
  });

  it.each(deployed)('%s says where the runbook says what to do', (name, { section, says }) => {
    const alarm = template.one('AWS::CloudWatch::Alarm', `Alarms${name}`).Properties;
    expect(alarm.AlarmDescription).toBe(`${says}. Runbook: docs/operations.md#${section}`);
    const runbook = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title?.toLowerCase().replaceAll(' ', '-'));
    expect(anchors).toContain(section);
  });

  it('uses custom metrics of deployed services only, with their one dimension', () => {
    const dashboard = JSON.stringify(template.one('AWS::CloudWatch::Dashboard', '').Properties.DashboardBody);
    const inDashboard = [...dashboard.matchAll(/TmdbPipeline\\",\\"(\w+)\\",\\"service\\",\\"(\w+)/g)];
    const inAlarms = alarms().filter(({ Namespace }) => Namespace === 'TmdbPipeline');
    const used = [
      ...inDashboard.map(([, name, service]) => ({ name, service })),
      ...inAlarms.map((alarm) => ({ name: alarm.MetricName, service: alarm.Dimensions[0].Value })),
    ];
    expect(used.length).toBeGreaterThan(5);
    for (const { name, service } of used) {
      expect(metricLedger[name as keyof typeof metricLedger]?.service, name).toBe(service);
      expect(['planner', 'worker', 'writer']).toContain(service);
    }
  });

  it('lets the account’s alarms publish, over TLS, and nobody else', () => {
    const { Statement } = template.one('AWS::SNS::TopicPolicy', '').Properties.PolicyDocument;
    const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toEqual([
      expect.objectContaining({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    ]);
  });
});

describe('the bill', () => {
  it('has no key, no secret, no address for the public and one dashboard', () => {
    const types = new Set(Object.values(template.resources).map(({ Type }) => Type));
    for (const type of ['AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Lambda::Url', 'AWS::EC2::NatGateway']) {
      expect(types).not.toContain(type);
    }
    expect(template.ofType('AWS::CloudWatch::Dashboard')).toHaveLength(1);
  });

  it('acknowledges findings with one sentence each', () => {
    for (const { reason } of acknowledgedFindings) {
      expect(reason).toMatch(/^[A-Z][^.]{30,}\.$/);
    }
  });
});

describe('the outputs', () => {
  it('are what `local --json` tells', () => {
    expect(Object.keys(template.outputs)).toEqual(
      expect.arrayContaining([
        'FetchQueueUrl',
        'FetchDlqUrl',
        'ItemQueueUrl',
        'ItemDlqUrl',
        'CatalogTable',
        'ControlTable',
      ]),
    );
  });
});

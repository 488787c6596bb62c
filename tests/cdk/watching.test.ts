import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { acknowledgedFindings } from '../../cdk/acknowledged-findings.ts';
import { alarmLedger } from '../../cdk/alarm-ledger.ts';
import { metricLedger } from '../../src/shared/telemetry/metric-ledger.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder);
});

describe('what is watched', () => {
  const alarms = () => template.ofType('AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({ id, ...Properties }));
  const deployed = Object.entries(alarmLedger);

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
      expect(['planner', 'worker', 'writer', 'reader']).toContain(service);
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
  it('has no key, no secret, no network and one dashboard', () => {
    const types = new Set(Object.values(template.resources).map(({ Type }) => Type));
    for (const type of [
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
      'AWS::EC2::NatGateway',
      'AWS::ApiGateway::RestApi',
    ]) {
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

describe('the hit ratio', () => {
  it('alarms below nine in ten, over three hours, and not where nobody reads', () => {
    expect(template.one('AWS::CloudWatch::Alarm', 'AlarmsHitRatio').Properties).toMatchObject({
      MetricName: 'CacheHit',
      Statistic: 'Average',
      Period: 3_600,
      EvaluationPeriods: 3,
      Threshold: 0.9,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'notBreaching',
    });
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

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PipelineTemplate, pipelineTemplate, type Resource } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const scratch = scratchFolder();
const page = readFileSync(join(repositoryRoot, 'docs/delivery.md'), 'utf8');
const section = /## What a change of settings does\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
/** The table's first two columns. */
const rows = [...section.matchAll(/^\| `([^`]+)`[^|]*\| ([^|]*?) *\|/gm)].map(([, setting = '', effect = '']) => ({
  setting,
  effect,
}));

const mail = (alarmEmail: string) => ({ deployment: { alarmEmail } });
const table = (catalogTable: object) => ({ deployment: { catalogTable } });
/** Overrides before and after, for each setting of the table. */
const changes: Record<string, [before: object, after: object]> = {
  'deployment.stackName': [{}, { deployment: { stackName: 'Another' } }],
  'deployment.catalogTable.name': [{}, table({ name: 'AnotherTable' })],
  'deployment.catalogTable.existing': [{}, table({ existing: true })],
  'deployment.catalogTable.removalPolicy': [{}, table({ removalPolicy: 'retain' })],
  'deployment.catalogTable.pointInTimeRecovery': [{}, table({ pointInTimeRecovery: true })],
  'capacity.mode': [{ capacity: { mode: 'provisioned' } }, { capacity: { mode: 'on-demand' } }],
  'deployment.reader.url': [{}, { deployment: { reader: { url: 'none' } } }],
  'deployment.alarmEmail': [mail('one@example.com'), mail('two@example.com')],
  'deployment.tokenParameter': [{}, { deployment: { tokenParameter: '/another/token' } }],
  'deployment.logRetentionDays': [{}, { deployment: { logRetentionDays: 7 } }],
  'queues.fetch.retentionDays': [{}, { queues: { fetch: { retentionDays: 2 } } }],
  'worker.memoryMb': [{}, { worker: { memoryMb: 512 } }],
  'schedules.daily.hourUtc': [{}, { schedules: { daily: { hourUtc: 9 } } }],
  'tmdb.requestsPerSecond': [{}, { tmdb: { requestsPerSecond: 20 } }],
  regions: [{}, { regions: [{ region: 'DE', language: 'de-DE' }] }],
};

/** Properties whose change makes CloudFormation replace a resource. Source: its template reference, "Update requires: Replacement", November 2026. */
const replacing: Record<string, readonly string[]> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
  'AWS::SNS::Topic': ['TopicName'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
  'AWS::Lambda::EventSourceMapping': ['EventSourceArn'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::Scheduler::Schedule': ['Name'],
  'AWS::Scheduler::ScheduleGroup': ['Name'],
  'AWS::Events::Rule': ['Name', 'EventBusName'],
  'AWS::IAM::Role': ['RoleName'],
};

const text = (value: unknown) => JSON.stringify(value) ?? '';

function isReplaced(before: Resource, after: Resource): boolean {
  return (replacing[before.Type] ?? []).some((name) => text(before.Properties[name]) !== text(after.Properties[name]));
}

/** The worst that happens to a resource, in the words of the table. */
function effectOf(before: PipelineTemplate, after: PipelineTemplate): string {
  const ids = Object.keys(before.resources);
  // What hangs on a deleted resource, such as a permission, may go with it.
  if (ids.some((id) => !(id in after.resources))) {
    return 'deleted';
  }
  const pairs = ids.map((id) => [before.resources[id], after.resources[id]] as [Resource, Resource]);
  if (pairs.some(([one, other]) => isReplaced(one, other))) {
    return 'replaced';
  }
  return pairs.some(([one, other]) => text(one) !== text(other)) ? 'updated' : 'nothing';
}

describe('what docs/delivery.md says of settings', () => {
  it('is said of each that is tried here, and of no other', () => {
    expect(rows.map(({ setting }) => setting).sort()).toEqual(Object.keys(changes).sort());
  });

  /** Each set of overrides is synthesized once. */
  const templates = new Map<string, Promise<PipelineTemplate>>();
  const templateOf = (overrides: object): Promise<PipelineTemplate> => {
    const made = templates.get(text(overrides)) ?? pipelineTemplate(join(scratch, String(templates.size)), overrides);
    templates.set(text(overrides), made);
    return made;
  };

  it.each(rows)('$setting: $effect', async ({ setting, effect }) => {
    const [before, after] = changes[setting] ?? [{}, {}];
    const [one, other] = [await templateOf(before), await templateOf(after)];
    if (setting === 'deployment.stackName') {
      expect([effect.startsWith('another stack'), one.text === other.text]).toEqual([true, false]);
      return;
    }
    expect(effect.split(/[:;]/)[0]).toBe(effectOf(one, other));
  });

  it('is right about what stays after `cdk destroy`: with `retain` the table, and nothing else', async () => {
    const kept = async (overrides: object) => {
      const { resources } = await templateOf(overrides);
      return Object.values(resources).flatMap(({ Type, DeletionPolicy = 'Delete' }) =>
        DeletionPolicy === 'Delete' ? [] : [Type],
      );
    };
    expect(await kept({})).toEqual([]);
    expect(await kept(table({ removalPolicy: 'retain' }))).toEqual(['AWS::DynamoDB::Table']);
  });
});

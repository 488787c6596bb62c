import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { acknowledgedFindings } from '../../cdk/acknowledged-findings.ts';
import { alarmLedger } from '../../cdk/alarm-ledger.ts';
import { metricLedger } from '../../src/shared/telemetry/metric-ledger.ts';
import { runEventSchema } from '../../src/shared/telemetry/run-event.ts';
import { runCli } from '../support/cli-process.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder);
});

// biome-ignore lint/suspicious/noExplicitAny: a widget's metrics are arrays of names, dimensions and options.
type Widget = { title: string; metrics?: any[][]; query?: string; markdown?: string; period?: number; start?: string };

/** The dashboard's body; a name that CloudFormation fills in stands as ‹logical id›. */
function dashboardOf({ one }: PipelineTemplate): { widgets: { properties: Widget }[]; periodOverride?: string } {
  const [, parts] = one('AWS::CloudWatch::Dashboard', '').Properties.DashboardBody['Fn::Join'];
  const body = parts.map((part: string | { Ref: string }) => (typeof part === 'string' ? part : `‹${part.Ref}›`));
  return JSON.parse(body.join(''));
}

function widgetsOf(from: PipelineTemplate): Widget[] {
  return dashboardOf(from).widgets.map(({ properties }) => ({ ...properties, title: properties.title ?? '' }));
}

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

  it('has a runbook whose commands name what there is', () => {
    const runbook = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const named = (option: string) => [...runbook.matchAll(new RegExp(`^.*\\baws [^\`]*--${option} (\\S+)`, 'gm'))];
    const { Name } = template.one('AWS::Scheduler::ScheduleGroup', '').Properties;
    expect(named('group-name').map(([, name]) => name?.replace(/`.*/, ''))).toEqual([Name]);
    expect(named('name').map(([, name]) => name)).toEqual([template.outputs.TokenParameter?.Value]);
  });

  it('uses custom metrics of deployed services only, with their one dimension', () => {
    const dashboard = JSON.stringify(template.one('AWS::CloudWatch::Dashboard', '').Properties.DashboardBody);
    const inDashboard = [...dashboard.matchAll(/TmdbPipeline\\",\\"(\w+)\\",\\"service\\",\\"(\w+)/g)];
    const inAlarms = alarms().filter(({ Namespace }) => Namespace === 'TmdbPipeline');
    const used = [
      ...inDashboard.map(([, name, service]) => ({ name, service })),
      ...inAlarms.map((alarm) => ({ name: alarm.MetricName, service: alarm.Dimensions[0].Value })),
    ];
    expect(new Set(used.map(({ name }) => name))).toEqual(new Set(Object.keys(metricLedger)));
    for (const { name, service } of used) {
      expect(metricLedger[name as keyof typeof metricLedger]?.service, name).toBe(service);
      expect(['planner', 'worker', 'writer', 'reader']).toContain(service);
    }
  });

  it('shows the plan’s quality by metrics that there are, and by what the planner judged', () => {
    const widgets = widgetsOf(template).filter(({ title }) => title.startsWith('Plan quality'));
    expect(widgets).toHaveLength(2);
    const [graph, log] = widgets;
    const [math, ...inputs] = graph?.metrics ?? [];
    expect(math).toMatchObject([{ expression: 'hits - stale' }]);
    const used = inputs.map(([, name, , , { id, stat = 'Average', visible }]) => ({ name, id, stat, visible }));
    expect(used).toEqual([
      { name: 'CacheHit', id: 'hits', stat: 'Average', visible: false },
      { name: 'StaleReads', id: 'stale', stat: 'Average', visible: false },
    ]);
    expect(log?.query).toMatch(/^SOURCE '‹PlannerLogs\w+›'/);
    expect(log?.query).toContain('filter runEvent.event = "plan-judged"');
    const judged = runEventSchema.options.find(({ shape }) => shape.event.value === 'plan-judged');
    const asked = [...(log?.query ?? '').matchAll(/runEvent\.(\w+)/g)].map(([, member]) => member);
    expect([...asked, 'runId'].sort()).toEqual(Object.keys(judged?.shape ?? {}).sort());
  });

  it('shows what the throttle has learnt, all of it, by what workers saw', () => {
    const widgets = widgetsOf(template).filter(({ title }) => title.startsWith('Rate: '));
    expect(widgets).toHaveLength(2);
    for (const { query } of widgets) {
      expect(query).toMatch(/^SOURCE '‹WorkerLogs\w+›'/);
      expect(query).toContain('filter runEvent.event = "rate-seen"');
    }
    const seen = runEventSchema.options.find(({ shape }) => shape.event.value === 'rate-seen');
    const asked = widgets.flatMap(({ query = '' }) => [...query.matchAll(/runEvent\.(\w+)/g)]);
    expect(new Set(asked.map(([, member]) => member))).toEqual(new Set(Object.keys(seen?.shape ?? {})));
  });

  it('names commands for dead letters that there are', async () => {
    const { markdown = '' } = widgetsOf(template).find((widget) => widget.markdown !== undefined) ?? {};
    const commands = [...markdown.matchAll(/^npm run -s pipeline -- (dlq (\w+) (\w+) --stack aws)$/gm)];
    expect(commands.map(([, , verb, queue]) => `${verb} ${queue}`)).toEqual([
      'list fetch',
      'list items',
      'replay fetch',
      'replay items',
    ]);
    for (const [, command = '', verb] of commands) {
      const { code, stdout } = await runCli([...command.split(' '), '--help'], { cwd: folder });
      expect([code, stdout.split(' [')[0]]).toEqual([0, `Usage: tmdb-pipeline dlq ${verb}`]);
    }
  });

  it('shows errors and throttles of all four functions', () => {
    const functions = ['Planner', 'Worker', 'Writer', 'Reader'].map(
      (name) => template.one('AWS::Lambda::Function', name).id,
    );
    for (const metric of ['Errors', 'Throttles']) {
      const shown = widgetsOf(template)
        .flatMap(({ metrics = [] }) => metrics)
        .filter(([namespace, name]) => namespace === 'AWS/Lambda' && name === metric);
      expect(shown.map(([, , dimension, id, { stat }]) => [dimension, id, stat]).sort()).toEqual(
        functions.map((id) => ['FunctionName', `‹${id}›`, 'Sum']).sort(),
      );
    }
  });

  it('shows invocations of the reader beside the reads that it counted', () => {
    const [reads] = widgetsOf(template).filter(({ title }) => title.startsWith('Hit ratio'));
    const shown = (reads?.metrics ?? []).map(([namespace, name, , , { stat = 'Average' }]) => [namespace, name, stat]);
    expect(shown).toEqual([
      ['TmdbPipeline', 'CacheHit', 'Average'],
      ['TmdbPipeline', 'StaleReads', 'Average'],
      ['TmdbPipeline', 'CacheHit', 'SampleCount'],
      ['AWS/Lambda', 'Invocations', 'Sum'],
    ]);
  });

  it('shows each metric in the period of its widget, which CloudWatch does not change', () => {
    expect(dashboardOf(template).periodOverride).toBe('inherit');
    for (const { title, metrics = [], period = 300 } of widgetsOf(template)) {
      const periods = metrics.map((metric) => metric.at(-1).period ?? 300);
      expect(new Set([...periods, period]), title).toEqual(new Set([period]));
    }
  });

  it('shows what is counted by the day for a month, and the rate of calls by the minute', () => {
    const periodOf = (metric: string) =>
      widgetsOf(template).filter(({ metrics = [] }) => JSON.stringify(metrics).includes(metric));
    expect(periodOf('"EstimatedCost"')).toMatchObject([{ period: 86_400, start: '-P30D' }]);
    expect(periodOf('PERIOD(calls)')).toMatchObject([{ period: 60 }]);
    // The alarm on the hit ratio is hourly too.
    expect(periodOf('"CacheHit"').map(({ period }) => period)).toEqual([3_600, 3_600]);
    const daily = widgetsOf(template).filter(({ period = 300 }) => period >= 86_400);
    expect(daily.every(({ start }) => start !== undefined)).toBe(true);
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

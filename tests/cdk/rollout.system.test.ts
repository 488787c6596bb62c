import { beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../support/deployed-functions.ts';
import { type PipelineTemplate, pipelineTemplate, type Resource } from '../support/pipeline-template.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
const aliasType = 'AWS::Lambda::Alias';
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder, {
    deployment: { rollback: 'alarms', reader: { url: 'public', reservedConcurrency: 10 } },
  });
});

const idsOf = (type: string) => template.ofType(type).map(([id]) => id);
const mentions = (resource: unknown, ids: readonly string[]) =>
  ids.filter((id) => JSON.stringify(resource).includes(`"${id}"`));

/** What may name a function itself: what belongs to it, and metrics, which Lambda counts for all its aliases together. */
const ofFunctions = new Set([
  aliasType,
  'AWS::Lambda::Version',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
]);

/** Whether a resource that names a function names an alias of it too. */
function namesAlias({ Properties }: Resource): boolean {
  return Properties.Qualifier === 'live' || mentions(Properties, idsOf(aliasType)).length > 0;
}

/** Statements of all policies that allow invoking a function. */
function invokeStatements(): { Resource: unknown }[] {
  const statements = template.ofType('AWS::IAM::Policy').flatMap(([, p]) => p.Properties.PolicyDocument.Statement);
  return statements.filter(({ Action }) => JSON.stringify(Action).includes('lambda:Invoke'));
}

describe('with roll-back on alarms', () => {
  it('every function has an alias of its newest version', () => {
    for (const name of functionNames) {
      const { Properties } = template.one(aliasType, name);
      expect(Properties.FunctionVersion['Fn::GetAtt'][0]).toBe(template.one('AWS::Lambda::Version', name).id);
      expect(Properties.FunctionName.Ref).toBe(template.one('AWS::Lambda::Function', name).id);
    }
  });

  it.each([
    ['AWS::Lambda::EventSourceMapping', ({ FunctionName }) => FunctionName, 2],
    ['AWS::Lambda::Permission', ({ FunctionName }) => FunctionName, 3],
    ['AWS::Scheduler::Schedule', ({ Target }) => Target.Arn, 3],
    ['AWS::Events::Rule', ({ Targets }) => Targets, 1],
  ] as [string, (properties: Resource['Properties']) => unknown, number][])(
    'every %s names an alias',
    (type, invoked, count) => {
      const invokers = template.ofType(type);
      expect(invokers).toHaveLength(count);
      for (const [id, { Properties }] of invokers) {
        expect(mentions(invoked(Properties), idsOf(aliasType)), id).toHaveLength(1);
      }
    },
  );

  it('nothing else names a function and not its alias: URL, invocation settings, policies, outputs', () => {
    const functions = idsOf('AWS::Lambda::Function');
    const others = Object.entries(template.resources).filter(
      ([, resource]) => !ofFunctions.has(resource.Type) && mentions(resource.Properties, functions).length > 0,
    );
    expect(others.map(([, { Type }]) => Type).sort()).toEqual(['AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Url']);
    expect(others.filter(([, resource]) => !namesAlias(resource))).toEqual([]);
    for (const { Resource: on } of invokeStatements()) {
      expect(mentions(on, idsOf(aliasType))).toHaveLength(1);
    }
    for (const name of ['PlannerFunction', 'ReaderFunction']) {
      expect(mentions(template.outputs[name], idsOf(aliasType)), name).toHaveLength(1);
    }
  });

  it('failed invocations of the planner’s alias are kept as without it, and it may send them', async () => {
    const config = ({ FunctionName, Qualifier, ...rest }: Resource['Properties']) => rest;
    const plain = await pipelineTemplate(testFolder());
    const invoke = 'AWS::Lambda::EventInvokeConfig';
    expect(config(template.one(invoke, 'Planner').Properties)).toEqual(config(plain.one(invoke, 'Planner').Properties));
    const policy = template.one('AWS::IAM::Policy', 'PlannerRole').Properties.PolicyDocument;
    const { id } = template.one('AWS::SQS::Queue', 'FetchDeadLetters');
    const onQueue = policy.Statement.filter((one: unknown) => mentions(one, [id]).length > 0);
    expect(onQueue.flatMap(({ Action }: { Action: string | string[] }) => Action)).toContain('sqs:SendMessage');
  });

  it('CodeDeploy shifts each alias in two steps, and back when the new version fails', () => {
    for (const name of functionNames) {
      const { id, UpdatePolicy, DependsOn } = template.one(aliasType, name) as unknown as {
        id: string;
        UpdatePolicy: unknown;
        DependsOn: string[];
      };
      const group = template.one('AWS::CodeDeploy::DeploymentGroup', `Rollout${name}`);
      const alarm = template.one('AWS::CloudWatch::Alarm', `Rollout${name}Fails`);
      const version = template.one('AWS::Lambda::Version', name);
      expect(UpdatePolicy, id).toEqual({
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: idsOf('AWS::CodeDeploy::Application')[0] },
          DeploymentGroupName: { Ref: group.id },
        },
      });
      expect(DependsOn).toContain(group.id);
      expect(group.Properties).toMatchObject({
        AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: alarm.id } }] },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
        },
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
      });
      expect(alarm.Properties).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Threshold: 0 });
      const executed = { Name: 'ExecutedVersion', Value: { 'Fn::GetAtt': [version.id, 'Version'] } };
      expect(alarm.Properties.Dimensions).toContainEqual(executed);
    }
  });

  it('other settings are a new version, which is rolled out as new code is', async () => {
    const overrides = { tmdb: { requestsPerSecond: 12 }, deployment: { rollback: 'alarms' } };
    const changed = await pipelineTemplate(testFolder(), overrides);
    for (const name of functionNames) {
      expect(changed.one('AWS::Lambda::Version', name).id).not.toBe(template.one('AWS::Lambda::Version', name).id);
    }
  });
});

describe('tracing', () => {
  const tracesOf = (of: PipelineTemplate, name: string) =>
    of
      .one('AWS::IAM::Policy', `${name}Role`)
      .Properties.PolicyDocument.Statement.filter((one: unknown) => JSON.stringify(one).includes('xray:'));

  it('is off by default, and nothing is permitted for it', async () => {
    const plain = await pipelineTemplate(testFolder());
    for (const name of functionNames) {
      expect(plain.one('AWS::Lambda::Function', name).Properties.TracingConfig).toBeUndefined();
    }
    expect(plain.text).not.toContain('xray:');
    expect(plain.ofType(aliasType)).toEqual([]);
    expect(plain.text).not.toContain('CodeDeploy');
  });

  it('is on for all functions where the settings ask for it, with the two actions that send traces', async () => {
    const traced = await pipelineTemplate(testFolder(), { deployment: { tracing: true } });
    for (const name of functionNames) {
      expect(traced.one('AWS::Lambda::Function', name).Properties.TracingConfig).toEqual({ Mode: 'Active' });
      const Action = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
      expect(tracesOf(traced, name)).toEqual([{ Action, Effect: 'Allow', Resource: '*' }]);
    }
  });
});

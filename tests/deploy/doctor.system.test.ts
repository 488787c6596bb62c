/**
 * `doctor --stack aws` on moto's APIs: a stack with the parts that are looked at, each broken as a person or an accident would, and mended by
 * the command that the doctor names. tests/deploy/rehearsal.system.test.ts runs it on the stack of CDK.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/operator/doctor/checkup.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { bareEnvironment, oneDocument, runCli } from '../support/cli-process.ts';
import { clockSkewedBy } from '../support/clock-skewed-by.ts';
import { startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type AwsOnLoopback, nothingToRehearseWith, startAwsOnLoopback } from './aws-on-loopback.ts';

const missing = nothingToRehearseWith();
const cwd = scratchFolder();
const token = 'eyJhbGciOiJub25lIn0.eyJhIjoiYiJ9.c2VjcmV0LXBhcnQ';
const parameter = '/tmdb-pipeline/tmdb-token';
const email = 'you@example.com';
let aws: AwsOnLoopback;
let tmdb: TestHttpServer;
let environment: Record<string, string>;

/** Runs a command as it stands. */
async function shell(command: string): Promise<string> {
  const env = { ...bareEnvironment(), ...python(), ...environment };
  return (await promisify(execFile)('bash', ['-c', command], { cwd, env })).stdout;
}

/** Where this machine has Python. */
function python(): Record<string, string> {
  const { PYENV_ROOT, PYENV_VERSION, VIRTUAL_ENV } = process.env;
  const set = Object.entries({ PYENV_ROOT, PYENV_VERSION, VIRTUAL_ENV }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}

type Document = { state: string; checks: (Finding & { mend: string | null })[] };

async function doctor(more: Record<string, string> = {}, nodeArguments: readonly string[] = [], args: string[] = []) {
  const typed = ['doctor', '--stack', 'aws', '--json', '--settings', 'my.json', ...args];
  const { code, stdout, stderr } = await runCli(typed, {
    cwd,
    environment: { ...environment, ...more },
    nodeArguments,
  });
  expect(`${stdout}${stderr}`).not.toContain(token);
  const { state, checks } = oneDocument(stdout) as Document;
  return { code, state, checks, found: (check: string) => checks.find((one) => one.check === check) };
}

/** The check must be wrong; its own command is run, and then it must be well. */
async function expectMended(check: string): Promise<void> {
  const sick = await doctor();
  expect({ code: sick.code, found: sick.found(check) }).toMatchObject({ code: 1, found: { state: 'wrong' } });
  await shell(sick.found(check)?.mend ?? 'false');
  expect((await doctor()).found(check)).toMatchObject({ state: 'ok' });
}

const overrides = JSON.stringify({ deployment: { alarmEmail: email } });

/** Physical ids as CDK's stack has them: schedules in a group, an event source, a topic, an alarm. */
function template(): string {
  const role = 'arn:aws:iam::123456789012:role/scheduler';
  const schedule = (name: string) => ({
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: name,
      GroupName: 'TmdbPipeline-schedules',
      ScheduleExpression: 'cron(0 8 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'arn:aws:lambda:eu-central-1:123456789012:function:planner', RoleArn: role, Input: '{}' },
    },
    DependsOn: 'Group',
  });
  const table = (key: string, sort?: string) => ({
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [key, sort].filter(Boolean).map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: key, KeyType: 'HASH' },
        ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' }]),
      ],
    },
  });
  const queues = ['FetchQueue', 'FetchDlq', 'ItemQueue', 'ItemDlq'];
  const output = (id: string) => ({ Value: { Ref: id } });
  return JSON.stringify({
    AWSTemplateFormatVersion: '2010-09-09',
    Metadata: { Settings: JSON.stringify(settingsFrom(overrides)) },
    Resources: {
      Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'TmdbPipeline-schedules' } },
      Daily: schedule('daily'),
      Weekly: schedule('weekly'),
      Refresh: schedule('refresh'),
      Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
      Mail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: email },
      },
      AlarmsBreakerOpen0A1B2C3D: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'TmdbPipeline-AlarmsBreakerOpen0A1B2C3D-XYZ',
          MetricName: 'BreakerOpen',
          Namespace: 'TmdbPipeline',
          Statistic: 'Maximum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 0,
          ComparisonOperator: 'GreaterThanThreshold',
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
        },
      },
      Worker: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs20.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Code: { ZipFile: 'exports.handler = async () => {};' },
        },
      },
      Source: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['FetchQueue', 'Arn'] },
          FunctionName: { Ref: 'Worker' },
          Enabled: true,
        },
      },
      Catalog: table('mediaId', 'mediaType'),
      Control: table('id'),
      ...Object.fromEntries(queues.map((name) => [name, { Type: 'AWS::SQS::Queue', Properties: {} }])),
    },
    Outputs: {
      CatalogTable: output('Catalog'),
      ControlTable: output('Control'),
      ...Object.fromEntries(queues.map((name) => [`${name}Url`, output(name)])),
    },
  });
}

const name = missing === undefined ? 'doctor --stack aws' : `doctor --stack aws is not tried: ${missing}`;

describe.skipIf(missing !== undefined)(name, () => {
  beforeAll(async () => {
    const home = join(cwd, 'home');
    mkdirSync(home);
    environment = {
      HOME: home,
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    aws = await startAwsOnLoopback('http://127.0.0.1:1', 'http://127.0.0.1:1/', { ...bareEnvironment(), ...python() });
    tmdb = await startHttpServer((response, { headers }) => {
      const taken = headers.authorization === `Bearer ${token}`;
      response
        .writeHead(taken ? 200 : 401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ success: taken, status_code: taken ? 1 : 7, status_message: 'by script' }));
    });
    Object.assign(environment, { AWS_ENDPOINT_URL: aws.endpoint, TMDB_BASE_URL: `${tmdb.baseUrl}/3` });
    writeFileSync(join(cwd, 'my.json'), overrides);
    writeFileSync(join(cwd, 'token.txt'), `${token}\n`);
    writeFileSync(join(cwd, 'template.json'), template());
    await shell(`aws ssm put-parameter --name ${parameter} --type SecureString --value file://token.txt`);
    await shell('aws cloudformation create-stack --stack-name TmdbPipeline --template-body file://template.json');
  }, 60_000);

  afterAll(() => Promise.all([aws?.stop(), tmdb?.close()]));

  it('finds nothing wrong where all is well', async () => {
    const { code, checks } = await doctor();
    const states = Object.fromEntries(checks.map(({ check, state, says }) => [check, `${state}: ${says}`]));
    expect(states).toMatchObject({
      // AWS_ENDPOINT_URL is what makes this test.
      endpoints: expect.stringMatching(/^warn: calls go to another server/),
      region: 'ok: eu-central-1 (AWS_DEFAULT_REGION)',
      credentials: 'ok: found',
      stack: "ok: 'TmdbPipeline' is CREATE_COMPLETE",
      outputs: expect.stringMatching(/^ok/),
      clock: expect.stringMatching(/^ok/),
      settings: "ok: the deployed ones are 'my.json'",
      token: expect.stringMatching(/^ok: .* SecureString/),
      tmdb: expect.stringMatching(/^ok/),
      schedules: 'ok: all 3 are enabled',
      'event sources': 'ok: all 1 are enabled',
      // What the server grants is what a new account has.
      concurrency: expect.stringMatching(/^warn: of the account's 10 /),
      'alarm e-mail': expect.stringMatching(/^ok/),
      alarms: 'ok: none is raised',
    });
    expect(code).toBe(0);
    expect(tmdb.seen.map(({ url }) => url)).toEqual(['/3/authentication']);
  });

  it('a schedule that somebody has disabled is enabled by the command that it names', async () => {
    const read = `aws scheduler get-schedule --group-name TmdbPipeline-schedules --name weekly --query '{Name:Name,GroupName:GroupName,ScheduleExpression:ScheduleExpression,FlexibleTimeWindow:FlexibleTimeWindow,Target:Target,State:\`"DISABLED"\`}'`;
    await shell(`aws scheduler update-schedule --cli-input-json "$(${read})"`);
    await expectMended('schedules');
  });

  it('an event source too', async () => {
    const uuid = (
      await shell('aws lambda list-event-source-mappings --query EventSourceMappings[0].UUID --output text')
    ).trim();
    await shell(`aws lambda update-event-source-mapping --uuid ${uuid} --no-enabled`);
    await expectMended('event sources');
  });

  it('a token that is not there, and one that is not encrypted', async () => {
    await shell(`aws ssm delete-parameter --name ${parameter}`);
    expect((await doctor()).found('tmdb')).toBeUndefined();
    await expectMended('token');
    await shell(`aws ssm delete-parameter --name ${parameter}`);
    await shell(`aws ssm put-parameter --name ${parameter} --type String --value file://token.txt`);
    await expectMended('token');
  });

  it('a token that TMDB rejects, and an API key in its place', async () => {
    await shell(`aws ssm put-parameter --name ${parameter} --type SecureString --overwrite --value ${token}x`);
    await expectMended('tmdb');
    const key = '0123456789abcdef0123456789abcdef';
    await shell(`aws ssm put-parameter --name ${parameter} --type SecureString --overwrite --value ${key}`);
    await expectMended('token');
  });

  it('an alarm that is raised, and settings that nobody deployed', async () => {
    const alarm = 'TmdbPipeline-AlarmsBreakerOpen0A1B2C3D-XYZ';
    await shell(`aws cloudwatch set-alarm-state --alarm-name ${alarm} --state-value ALARM --state-reason test`);
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ worker: { batchSize: 7 } }));
    const { code, found } = await doctor({}, [], ['--settings', 'other.json']);
    expect(code).toBe(1);
    expect(found('alarms')).toMatchObject({ state: 'wrong', says: 'raised: BreakerOpen' });
    expect(found('settings')?.says).toContain('worker.batchSize (deployed 50, given 7)');
    await shell(`aws cloudwatch set-alarm-state --alarm-name ${alarm} --state-value OK --state-reason test`);
  });

  it('a permission that is missing is named, and the other checks go on', async () => {
    const denying = await startHttpServer((response) => {
      response
        .writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' })
        .end(JSON.stringify({ message: 'not authorized' }));
    });
    const services = ['SCHEDULER', 'LAMBDA', 'SSM'].map((service) => [`AWS_ENDPOINT_URL_${service}`, denying.baseUrl]);
    const { code, found } = await doctor(Object.fromEntries(services));
    await denying.close();
    expect(code).toBe(0);
    const lacking = (permission: string) => ({ state: 'warn', says: expect.stringContaining(` ${permission}`) });
    expect(found('schedules')).toMatchObject(lacking('scheduler:ListSchedules'));
    expect(found('event sources')).toMatchObject(lacking('lambda:GetEventSourceMapping'));
    expect(found('concurrency')).toMatchObject(lacking('lambda:GetAccountSettings'));
    expect(found('token')).toMatchObject(lacking('ssm:GetParameter'));
    expect(found('alarm e-mail')?.state).toBe('ok');
  });

  it.each([
    ['a page of a hotel', '<html>log in</html>'],
    ['nothing', ''],
    ['half of an answer', `{"Parameter":{"Value":"${token}`],
  ])('a server in between that answers with %s', async (_name, body) => {
    const between = await startHttpServer((response) => response.end(body));
    const { code, checks, found } = await doctor({ AWS_ENDPOINT_URL: between.baseUrl });
    expect([code, found('stack')]).toMatchObject([
      1,
      { state: 'wrong', mend: expect.stringMatching(/run `doctor` again/) },
    ]);
    expect(checks.at(-1)?.check).toBe('stack');
    const names = ['SSM', 'LAMBDA', 'SCHEDULER', 'SNS', 'CLOUDWATCH'];
    const parts = await doctor(Object.fromEntries(names.map((name) => [`AWS_ENDPOINT_URL_${name}`, between.baseUrl])));
    await between.close();
    for (const check of ['token', 'concurrency']) {
      expect(parts.found(check)).toMatchObject({
        state: 'warn',
        says: expect.stringMatching(/^not looked at: [^\n]+$/),
      });
    }
  });

  it('a clock that is wrong is measured by AWS', async () => {
    const { code, found } = await doctor({}, clockSkewedBy(400_000));
    expect(code).toBe(1);
    expect(found('clock')).toMatchObject({ state: 'wrong', says: expect.stringMatching(/(399|400|401|402) s ahead/) });
  });

  it('credentials, regions, stacks and addresses that there are not', async () => {
    const without = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_DEFAULT_REGION: '' };
    const { code, checks, found } = await doctor(without);
    expect(code).toBe(1);
    expect(found('region')).toMatchObject({ state: 'wrong', mend: 'export AWS_REGION=us-east-1' });
    expect(found('credentials')).toMatchObject({ state: 'wrong' });
    expect(checks.at(-1)?.check).toBe('credentials');
    expect((await doctor({ AWS_REGION: 'us-west-2' })).found('stack')).toMatchObject({
      state: 'wrong',
      says: expect.stringContaining("there is no stack 'TmdbPipeline' in this account and region"),
    });
    expect((await doctor({ AWS_ENDPOINT_URL: 'nonsense' })).found('endpoints')?.state).toBe('wrong');
  });
});

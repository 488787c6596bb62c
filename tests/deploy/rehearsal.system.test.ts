/**
 * docs/deploy.md from an empty account to the teardown: every command of the page, word for word and in its order, by the real `aws`, `cdk`,
 * `curl` and this program. What is uploaded is what runs, with the variables and the event-source settings of the deployed stack. Nothing but
 * this machine is reached.
 *
 * AWS's APIs are moto's, with what aws_on_loopback.py adds. This is what that cannot show, and what therefore stays to be seen in AWS:
 * - Permissions of roles and principals: every call is allowed. The function URL refuses wrong signatures, and judges no policy. (Roles are
 *   simulated in tests/cdk.)
 * - Time: schedules do not fire (the test does that), alarms change no state, e-mails are not sent, TTL deletes no rows.
 * - Throttling and quotas, of DynamoDB as of Lambda.
 * - Updates of a deployed stack, and a diff with it (moto applies its change set); rollbacks, drift; CloudFront, X-Ray, aliases and other parts that are no defaults.
 * - Graviton: functions run on this machine's processor, with this machine's Node, which is that of the runtime.
 * - `npm ci`, which needs the registry.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { blockCommands, inlineCommands, pageText } from '../support/page-commands.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { until } from '../support/until.ts';
import { nothingToRehearseWith } from './aws-on-loopback.ts';
import { type Ended, type Rehearsal, startRehearsal } from './rehearsal.ts';

const missing = nothingToRehearseWith();
const folder = scratchFolder();
const page = pageText('docs/deploy.md');
const teardown = 'npx cdk destroy';
const commands = blockCommands(page);
const firstOfTeardown = commands.findIndex((command) => command.startsWith(teardown));

/** Commands of other pages that need what the emulator does not have: they are not run here (tests/delivery runs the diffs, on files). */
const beyondTheEmulator: readonly RegExp[] = [/^npx cdk (diff|drift)/];

/** Commands of AWS that other pages name, for a stack that is deployed. */
const elsewhere = readdirSync(join(repositoryRoot, 'docs'))
  .filter((name) => name.endsWith('.md') && name !== 'deploy.md')
  .map((name) => pageText(`docs/${name}`))
  .flatMap((text) => [
    ...inlineCommands(text),
    ...blockCommands(text).filter((command) => /^(aws|npx cdk) /.test(command)),
  ])
  .filter((command) => !beyondTheEmulator.some((pattern) => pattern.test(command)));
const onFrontPage = blockCommands(pageText('README.md')).filter((command) => /^(aws|npx cdk) /.test(command));

let rehearsal: Rehearsal;
/** Runs that were asked for so far. */
let runs = 0;

type List = { titles: { rank: number; title: string }[]; from: string };

/** What is seen after a command, which the page's reader would see. */
const seen: readonly (readonly [command: RegExp, look: (ended: Ended) => Promise<void> | void])[] = [
  [/^aws lambda get-account-settings/, ({ stdout }) => expect(Number(stdout)).toBeGreaterThan(0)],
  [/^npx cdk diff/, ({ stdout, stderr }) => expect(`${stdout}${stderr}`).toContain('AWS::Lambda::Function')],
  [/^npx cdk deploy/, lookAtStack],
  [/^aws events put-events .*category/, waitForRun],
  [/^aws events put-events .*titles/, waitForRun],
  [/^aws dynamodb query/, lookAtRows],
  [
    / call '.*' --stack aws$/,
    ({ stdout }) => {
      expect(stdout).toMatch(/^status: 200\n/);
      expect(listIn(stdout.slice(stdout.indexOf('\n\n'))).titles).toHaveLength(5);
    },
  ],
  [/^READER_URL=/, ({ stderr }) => expect(stderr).toBe('')],
  [/^curl /, lookAtCurl],
  [/ doctor --stack aws /, lookAtDoctor],
  [/ status --stack aws$/, ({ stdout }) => expect(stdout).toContain('trending/all')],
  [/ report --stack aws$/, ({ stdout }) => expect(stdout).toContain('trending/all')],
  [/^npx cdk destroy/, lookForRemains],
  [/^aws ssm delete-parameter/, lookForParameters],
];

async function lookAtStack({ stderr, stdout }: Ended): Promise<void> {
  expect(`${stdout}${stderr}`).toContain('TmdbPipeline.ReaderUrl = ');
  const { alarms, subscriptions, schedules } = await rehearsal.contents();
  expect(alarms.length).toBeGreaterThan(0);
  expect(subscriptions.map(({ Endpoint }) => Endpoint)).toEqual(['you@example.com']);
  expect(schedules.filter(({ Name }) => /daily|weekly|refresh/.test(Name))).toHaveLength(3);
  await rehearsal.lambda.startMappings();
}

/** The event starts the planner, the planner the rest. */
async function waitForRun({ stdout }: Ended): Promise<void> {
  expect(JSON.parse(stdout)).toMatchObject({ FailedEntryCount: 0 });
  runs += 1;
  const planned = () => rehearsal.lambda.ended.filter((name) => name.includes('Planner')).length;
  await until('the planner has run', () => planned() >= runs);
  await rehearsal.lambda.settled();
}

/** On the stack that CDK has made of the page's settings, nothing is wrong but what the emulator is: another server, a new account, a token of no form. */
function lookAtDoctor({ stdout }: Ended): void {
  const states = [...stdout.matchAll(/^(ok|warn|wrong) +(.*?) {2,}/gm)].map(([, state, check]) => [check, state]);
  const known = ['endpoints', 'token', 'concurrency', 'pipeline'];
  const warned = states.filter(([, state]) => state !== 'ok').map(([check]) => check ?? '');
  expect(warned.filter((check) => !known.includes(check))).toEqual([]);
  expect(Object.fromEntries(states)).toMatchObject({
    stack: 'ok',
    outputs: 'ok',
    settings: 'ok',
    token: 'warn',
    tmdb: 'ok',
    schedules: 'ok',
    'event sources': 'ok',
    'alarm e-mail': 'ok',
    alarms: 'ok',
  });
}

function lookAtRows({ stdout }: Ended): void {
  const { Items } = JSON.parse(stdout) as { Items: { snapshot: { S: string }; places: object }[] };
  expect(Items).toHaveLength(2);
  for (const { snapshot, places } of Items) {
    expect(snapshot.S).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(Object.keys(places)).toHaveLength(1);
  }
}

async function lookAtCurl({ stdout }: Ended): Promise<void> {
  const { titles, from } = listIn(stdout);
  expect(titles.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
  expect(['memory', 'table']).toContain(from);
  // The page says: wait for 08:00 UTC.
  await fireSchedule('daily');
  await rehearsal.lambda.settled();
}

function listIn(text: string): List {
  return JSON.parse(text) as List;
}

/** What EventBridge Scheduler does. */
async function fireSchedule(name: string): Promise<void> {
  const { schedules } = await rehearsal.contents();
  const { Arn = '', Input = '' } = schedules.find(({ Name }) => Name.includes(name))?.Target ?? {};
  const occurrence = new Date(systemClock.nowMs()).toISOString().replace(/\.\d+/, '');
  const event = JSON.parse(Input.replace('<aws.scheduler.scheduled-time>', occurrence));
  await rehearsal.lambda.invoke(Arn.split(':').at(-1) ?? '', event);
}

/** Nothing of the stack; the token, which is deleted last, and the table that another page takes for granted. */
async function lookForRemains(): Promise<void> {
  const left = Object.entries(await rehearsal.contents()).filter(([, found]) => found.length > 0);
  expect(Object.fromEntries(left)).toEqual({ tables: ['OldCache'], parameters: ['/tmdb-pipeline/tmdb-token'] });
}

async function lookForParameters(): Promise<void> {
  expect((await rehearsal.contents()).parameters).toEqual([]);
}

/** What the other pages take for granted. */
async function prepareOthers(): Promise<void> {
  writeFileSync(join(rehearsal.folder, 'token.txt'), 'another-token');
  await runWell(
    'aws dynamodb create-table --table-name OldCache --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH',
  );
}

async function runWell(command: string, more: Record<string, string> = {}): Promise<Ended> {
  const ended = await rehearsal.run(command, more);
  expect([command, ended.code, ended.code === 0 ? '' : `${ended.stdout}\n${ended.stderr}`]).toEqual([command, 0, '']);
  return ended;
}

const name = missing === undefined ? 'docs/deploy.md' : `docs/deploy.md is not rehearsed: ${missing}`;

describe.skipIf(missing !== undefined)(name, () => {
  beforeAll(async () => {
    rehearsal = await startRehearsal(folder);
    const [, settings = ''] = /```json\n([^`]*)```/.exec(page) ?? [];
    writeFileSync(join(rehearsal.folder, 'my-settings.json'), settings);
  });

  afterAll(() => rehearsal?.stop());

  const runAndLook = async (command: string) => {
    const ended = await runWell(command);
    for (const [pattern, look] of seen) {
      if (pattern.test(command)) {
        await look(ended);
      }
    }
  };

  it('has every command that is looked at, once', () => {
    expect(seen.map(([pattern]) => commands.filter((command) => pattern.test(command)).length)).toEqual(
      seen.map(() => 1),
    );
  });

  it.each(commands.slice(0, firstOfTeardown))('%s', runAndLook);

  describe('the commands of other pages on this stack', () => {
    beforeAll(prepareOthers);

    it.each(elsewhere)('%s', async (command) => {
      await runWell(command);
      await rehearsal.lambda.settled();
    });
  });

  it('left nothing that failed, no dead letter and no token in a log', async () => {
    const { lambda } = rehearsal;
    expect(lambda.problems).toEqual([]);
    expect(lambda.ended.length).toBeGreaterThan(4);
    expect(lambda.lines.filter((line) => /"level":"(ERROR|CRITICAL)"|token-of-the-rehearsal/.test(line))).toEqual([]);
    const { stdout } = await runWell('npm run -s pipeline -- status --stack aws');
    expect(stdout.match(/dead letters +0 +0 +0\n/g)).toHaveLength(2);
    await lambda.stopMappings();
  });

  it.each(commands.slice(firstOfTeardown))('%s', runAndLook);

  it.each(onFrontPage)('README.md, in another region: %s', async (command) => {
    await runWell(command, { AWS_DEFAULT_REGION: 'us-west-2' });
  });

  it('reached nothing but this machine', () => {
    expect(rehearsal.strangers()).toEqual([]);
  });

  it('would have refused another one to each kind of program', async () => {
    const another = '192.0.2.1';
    const tries = [
      `node -e "require('node:net').connect(80, '${another}')"`,
      `python3 -c "import socket; socket.create_connection(('${another}', 80))"`,
      `curl -sS http://${another}/`,
    ];
    const ended = await Promise.all(tries.map((command) => rehearsal.run(command)));
    expect(ended.map(({ code }) => code !== 0)).toEqual([true, true, true]);
    // Curl does not write it down: it can only ask a proxy, which is not there.
    expect(rehearsal.strangers()).toEqual([another, another]);
  });
});

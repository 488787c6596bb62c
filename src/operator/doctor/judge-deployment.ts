/** What may be wrong with a deployed stack, its account, and with who asks. */
import { documentedPollers, writersAtMost } from '../../shared/settings/event-source-pollers.ts';
import { scheduleNames } from '../../shared/settings/schedule.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type Finding, finding, type Looked, ok, warn, wrong } from './checkup.ts';
import { judgeTmdb, judgeTroubles, type TmdbFacts } from './judge-machine.ts';

/** Who asks, and where. */
export type CallerFacts = {
  /** The region that the AWS SDK takes, and the variables that may have named it. */
  region: Looked<string>;
  variables: { AWS_REGION?: string | undefined; AWS_DEFAULT_REGION?: string | undefined };
  /** Milliseconds until the credentials expire; `undefined` for those that do not. */
  credentials: Looked<{ expiresInMs: number | undefined }>;
};

/** The stack as CloudFormation describes it. */
export type StackFacts = {
  status: string;
  /** Names of outputs that commands need and the stack lacks. */
  missingOutputs: readonly string[];
  /** How far this machine's clock is ahead of AWS's, in milliseconds; `undefined` where AWS's answer had no date. */
  clockAheadMs: number | undefined;
};

/** What the form of a stored token says. The token itself never is a fact. */
export type TokenForm = 'access-token' | 'api-key' | 'unusable' | 'unknown';

/** What was seen of the parts of a stack. */
export type PartFacts = {
  /** The settings that the stack was synthesized with; `undefined` for a stack that does not say them. */
  settings: Looked<unknown>;
  /** `undefined`: there is no such parameter. */
  parameter: Looked<{ type: string; form: TokenForm } | undefined>;
  tmdb: TmdbFacts | undefined;
  schedules: Looked<readonly { name: string; group: string; enabled: boolean }[]>;
  /** What connects the queues with worker and writer; `state` is Lambda's word. */
  sources: Looked<readonly { uuid: string; state: string }[]>;
  /** Concurrent executions that the account may have. */
  concurrency: Looked<number>;
  subscriptions: Looked<{ topic: string; all: readonly { protocol: string; endpoint: string; confirmed: boolean }[] }>;
  /** Names of alarms that are raised, without prefix and suffix of CloudFormation. */
  raised: Looked<readonly string[]>;
  troubles: Looked<readonly string[]>;
};

/** What a person has named: the settings, their file, and so the stack. */
export type NamedDeployment = { settings: Settings; file: string | undefined };

const signIn = 'aws sso login, or export AWS_PROFILE=…';
/** AWS refuses requests that are signed with a time further away than five minutes. */
const mostSkewMs = 300_000;
const skewWorthKnowingMs = 30_000;
/** What expires sooner may end a command half-way. */
const soonMs = 900_000;
/** Fewer than this leaves so little for readers that some of their calls at once are refused. */
const scarceConcurrency = 100;

/** `endpoints`: the variables that name another server in AWS's place. */
export function judgeEndpoints(endpoints: Looked<readonly string[]>): Finding {
  if ('unseen' in endpoints) {
    return { check: 'endpoints', ...wrong(endpoints.unseen, 'unset that variable') };
  }
  return finding('endpoints', endpoints, (names) =>
    names.length === 0
      ? ok("AWS's own")
      : warn(`calls go to another server than AWS: ${names.join(', ')}`, `unset ${names.join(' ')}`),
  );
}

/** Region and credentials. */
export function judgeCaller({ region, variables, credentials }: CallerFacts): Finding[] {
  return [
    'unseen' in region
      ? { check: 'region', ...wrong(region.unseen, 'export AWS_REGION=us-east-1') }
      : finding('region', region, (name) => judgeRegion(name, variables)),
    'unseen' in credentials
      ? { check: 'credentials', ...wrong(credentials.unseen, signIn) }
      : finding('credentials', credentials, judgeExpiry),
  ];
}

/** The stack and the clock. A stack that cannot be described is wrong: every command with `--stack aws` begins with that. */
export function judgeStackFacts(looked: Looked<StackFacts>, { settings, file }: NamedDeployment): Finding[] {
  const { stackName } = settings.deployment;
  if ('unseen' in looked) {
    const { check, says, mend = '' } = finding('stack', looked, () => ok(''));
    return [{ check, ...wrong(says, looked.permission === undefined ? deployCommand(file) : mend) }];
  }
  const facts = looked.value;
  return [
    finding('stack', { value: facts.status }, (status) => judgeStatus(status, stackName)),
    finding('outputs', { value: facts.missingOutputs }, (missing) =>
      missing.length === 0
        ? ok('the stack has every output that the commands need')
        : wrong(`the stack lacks the outputs ${missing.join(', ')}`, deployCommand(file)),
    ),
    ...(facts.clockAheadMs === undefined ? [] : [finding('clock', { value: facts.clockAheadMs }, judgeClock)]),
  ];
}

/** The parts of the stack, in the order in which data passes them. */
export function judgeParts(facts: PartFacts, named: NamedDeployment): Finding[] {
  const { tokenParameter } = named.settings.deployment;
  return [
    finding('settings', facts.settings, (deployed) => judgeSettings(deployed, named)),
    finding('token', facts.parameter, (parameter) => judgeParameter(parameter, tokenParameter)),
    ...(facts.tmdb === undefined
      ? []
      : [finding('tmdb', { value: facts.tmdb }, (tmdb) => judgeTmdb(tmdb, storeCommand(tokenParameter, true)))]),
    finding('schedules', facts.schedules, (schedules) => judgeSchedules(schedules, named)),
    finding('event sources', facts.sources, judgeSources),
    finding('concurrency', facts.concurrency, (limit) => judgeConcurrency(limit, named.settings)),
    finding('alarm e-mail', facts.subscriptions, (found) => judgeSubscriptions(found, named)),
    finding('alarms', facts.raised, judgeAlarms),
    judgeTroubles(facts.troubles, 'aws'),
  ];
}

/** What a text is, by its form: TMDB's read access tokens are JSON Web Tokens, its older API keys 32 hexadecimal digits. */
export function tokenForm(value: string): TokenForm {
  const token = value.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return 'unusable';
  }
  if (/^[0-9a-f]{32}$/i.test(token)) {
    return 'api-key';
  }
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? 'access-token' : 'unknown';
}

/** The settings in which two documents differ, such as `worker.batchSize (deployed 50, given 10)`. */
export function differences(deployed: unknown, given: unknown, path = ''): string[] {
  if (isObject(deployed) && isObject(given)) {
    const names = [...new Set([...Object.keys(deployed), ...Object.keys(given)])];
    return names.flatMap((name) => differences(deployed[name], given[name], path === '' ? name : `${path}.${name}`));
  }
  const [was, is] = [shortJson(deployed), shortJson(given)];
  return JSON.stringify(deployed) === JSON.stringify(given) ? [] : [`${path} (deployed ${was}, given ${is})`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function deployCommand(file: string | undefined): string {
  return `npx cdk deploy${file === undefined ? '' : ` -c settings=${file}`}`;
}

function storeCommand(name: string, isThere: boolean): string {
  const overwrite = isThere ? ' --overwrite' : '';
  return `aws ssm put-parameter --name ${name} --type SecureString${overwrite} --value file://token.txt`;
}

function judgeRegion(name: string, { AWS_REGION, AWS_DEFAULT_REGION }: CallerFacts['variables']) {
  if (AWS_REGION && AWS_DEFAULT_REGION && AWS_REGION !== AWS_DEFAULT_REGION) {
    return warn(
      `${AWS_REGION} (AWS_REGION), but AWS_DEFAULT_REGION, which other programs read, is ${AWS_DEFAULT_REGION}`,
      `export AWS_DEFAULT_REGION=${AWS_REGION}`,
    );
  }
  const from = AWS_REGION ? 'AWS_REGION' : AWS_DEFAULT_REGION ? 'AWS_DEFAULT_REGION' : 'the profile';
  return ok(`${name} (${from})`);
}

function judgeExpiry({ expiresInMs }: { expiresInMs: number | undefined }) {
  if (expiresInMs === undefined) {
    return ok('found');
  }
  const minutes = Math.floor(expiresInMs / 60_000);
  if (expiresInMs <= 0) {
    return wrong('the credentials have expired', signIn);
  }
  return expiresInMs < soonMs
    ? warn(`the credentials expire in ${minutes} min`, signIn)
    : ok(`found; they expire in ${minutes} min`);
}

function judgeStatus(status: string, stackName: string) {
  const events = `aws cloudformation describe-stack-events --stack-name ${stackName} --max-items 20`;
  const says = `'${stackName}' is ${status}`;
  if (status === 'REVIEW_IN_PROGRESS') {
    return wrong(`${says}: it was never deployed`, 'npx cdk deploy');
  }
  if (/FAILED$|^ROLLBACK_COMPLETE$|^DELETE_/.test(status)) {
    return wrong(says, events);
  }
  if (/IN_PROGRESS$/.test(status)) {
    return warn(`${says}: a deployment is under way`, `aws cloudformation wait stack-exists --stack-name ${stackName}`);
  }
  return /ROLLBACK_COMPLETE$/.test(status)
    ? warn(`${says}: the last deployment failed, and the one before is in place`, events)
    : ok(says);
}

function judgeClock(aheadMs: number) {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const says = `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} AWS's`;
  const mend = 'sudo timedatectl set-ntp true';
  if (Math.abs(aheadMs) >= mostSkewMs) {
    return wrong(`${says}: AWS refuses what is signed with such a time`, mend);
  }
  return Math.abs(aheadMs) >= skewWorthKnowingMs ? warn(says, mend) : ok("is AWS's, within seconds");
}

function judgeSettings(deployed: unknown, { settings, file }: NamedDeployment) {
  const given = file === undefined ? 'the defaults' : `'${file}'`;
  if (deployed === undefined) {
    return warn('the stack does not say its settings: an earlier version deployed it', deployCommand(file));
  }
  const differing = differences(deployed, JSON.parse(JSON.stringify(settings)));
  if (differing.length === 0) {
    return ok(`the deployed ones are ${given}`);
  }
  const shown = differing.slice(0, 3).join(', ');
  const more = differing.length > 3 ? ` and ${differing.length - 3} more` : '';
  return warn(
    `the deployed ones are not ${given}: ${shown}${more}`,
    file === undefined
      ? 'npx tmdb-pipeline doctor --stack aws --settings FILE, with the file that was deployed'
      : deployCommand(file),
  );
}

function judgeParameter(parameter: { type: string; form: TokenForm } | undefined, name: string) {
  if (parameter === undefined) {
    return wrong(`there is no parameter '${name}': no call of TMDB is made`, storeCommand(name, false));
  }
  const { type, form } = parameter;
  if (type !== 'SecureString') {
    return wrong(
      `the parameter '${name}' is a ${type}, which is stored unencrypted`,
      `aws ssm delete-parameter --name ${name} && ${storeCommand(name, false)}`,
    );
  }
  switch (form) {
    case 'access-token':
      return ok(`'${name}' is a SecureString with the form of a read access token`);
    case 'unknown':
      return warn(
        `'${name}' does not have the form of an API Read Access Token, which begins with eyJ`,
        storeCommand(name, true),
      );
    case 'api-key':
      return wrong(
        `'${name}' holds an API key: the API Read Access Token, which begins with eyJ, is needed`,
        storeCommand(name, true),
      );
    case 'unusable':
      return wrong(`'${name}' is empty, or holds characters that no token has`, storeCommand(name, true));
  }
}

function judgeSchedules(
  schedules: readonly { name: string; group: string; enabled: boolean }[],
  { file }: NamedDeployment,
) {
  const off = schedules.filter(({ enabled }) => !enabled);
  const [first] = off;
  if (first !== undefined) {
    return wrong(`${off.map(({ name }) => name).join(', ')} disabled: nothing is planned by it`, enableCommand(first));
  }
  return schedules.length < scheduleNames.length
    ? wrong(`${schedules.length} of ${scheduleNames.length} are there`, deployCommand(file))
    : ok(`all ${schedules.length} are enabled`);
}

/** EventBridge Scheduler takes a schedule as a whole only. */
function enableCommand({ name, group }: { name: string; group: string }): string {
  const members = ['Name', 'GroupName', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'FlexibleTimeWindow'];
  const kept = [...members, 'Target'].map((member) => `${member}:${member}`).join(',');
  const query = `{${kept},Description:not_null(Description,\`""\`),State:\`"ENABLED"\`}`;
  const read = `aws scheduler get-schedule --group-name ${group} --name ${name} --query '${query}'`;
  return `aws scheduler update-schedule --cli-input-json "$(${read})"`;
}

function judgeSources(sources: readonly { uuid: string; state: string }[]) {
  const off = sources.find(({ state }) => /^Disabl/.test(state));
  if (off !== undefined) {
    return wrong(
      'a queue is not consumed: the event source of worker or writer is disabled',
      `aws lambda update-event-source-mapping --uuid ${off.uuid} --enabled`,
    );
  }
  const changing = sources.find(({ state }) => state !== 'Enabled');
  return changing === undefined
    ? ok(`all ${sources.length} are enabled`)
    : warn(
        `one is ${changing.state}: its queue is consumed when that has ended`,
        `aws lambda get-event-source-mapping --uuid ${changing.uuid}`,
      );
}

function judgeConcurrency(limit: number, settings: Settings) {
  const { worker } = settings;
  const pipeline = 1 + worker.maximumConcurrency + (writersAtMost(settings) ?? documentedPollers.most);
  const more =
    'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000';
  const takes = `of the account's ${limit} concurrent executions planner, worker and writer take up to ${pipeline}`;
  if (limit <= pipeline) {
    return wrong(`${takes}: none is left for the reader`, more);
  }
  return limit < scarceConcurrency
    ? warn(`${takes}, for seconds: the reader then has ${limit - pipeline}`, more)
    : ok(`the account allows ${limit} executions at once`);
}

function judgeSubscriptions(
  { topic, all }: { topic: string; all: readonly { protocol: string; endpoint: string; confirmed: boolean }[] },
  { settings, file }: NamedDeployment,
) {
  const pending = all.find(({ confirmed }) => !confirmed);
  const confirmed = all.filter((one) => one.confirmed).length;
  if (pending !== undefined) {
    const says = `${pending.endpoint} has not confirmed its subscription: open the link in the e-mail of SNS, or have it sent again`;
    const again = `aws sns subscribe --topic-arn ${topic} --protocol ${pending.protocol} --notification-endpoint ${pending.endpoint}`;
    return confirmed === 0 ? wrong(says, again) : warn(says, again);
  }
  if (confirmed > 0) {
    return ok(`alarms reach ${confirmed === 1 ? 'a confirmed subscription' : `${confirmed} confirmed subscriptions`}`);
  }
  const { alarmEmail } = settings.deployment;
  return warn(
    'alarms reach nobody: their topic has no subscription',
    alarmEmail === undefined
      ? `set deployment.alarmEmail in the settings, then ${deployCommand(file)}`
      : `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint ${alarmEmail}`,
  );
}

function judgeAlarms(raised: readonly string[]) {
  const [first] = raised;
  if (first === undefined) {
    return ok('none is raised');
  }
  const anchor = first.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return wrong(`raised: ${raised.join(', ')}`, `see docs/operations.md#${anchor}`);
}

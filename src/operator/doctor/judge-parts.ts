/** What may be wrong with the parts of a deployed stack and with its account. */
import { documentedPollers, writersAtMost } from '../../shared/settings/event-source-pollers.ts';
import { scheduleNames } from '../../shared/settings/schedule.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type Finding, finding, type Looked, ok, warn, wrong } from './checkup.ts';
import { judgeTmdb, judgeTroubles, type TmdbFacts } from './judge-machine.ts';
import { deployCommand, judgeSettings, type NamedDeployment } from './judge-stack.ts';

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

/** Fewer than this leaves so little for readers that some of their calls at once are refused. */
const scarceConcurrency = 100;

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
    judgeTroubles(facts.troubles, ['--stack', 'aws', ...(named.file === undefined ? [] : ['--settings', named.file])]),
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

function storeCommand(name: string, isThere: boolean): string {
  const overwrite = isThere ? ' --overwrite' : '';
  return `aws ssm put-parameter --name ${name} --type SecureString${overwrite} --value file://token.txt`;
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

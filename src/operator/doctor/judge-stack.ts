/** What may be wrong with who asks, and with the deployed stack as a whole. */
import { shellWord } from '../../shared/core/shell-word.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type Finding, finding, type Looked, ok, warn, wrong } from './checkup.ts';

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

/** What a person has named: the settings, their file, and so the stack. */
export type NamedDeployment = { settings: Settings; file: string | undefined };

const signIn = 'aws sso login || aws configure';
/** AWS refuses requests that are signed with a time further away than five minutes. */
const mostSkewMs = 300_000;
const skewWorthKnowingMs = 30_000;
/** What expires sooner may end a command half-way. */
const soonMs = 900_000;

/** `endpoints`: the variables that name another server in AWS's place. */
export function judgeEndpoints(endpoints: Looked<readonly string[]>): Finding {
  if ('unseen' in endpoints) {
    return {
      check: 'endpoints',
      ...wrong(endpoints.unseen, `unset ${/^AWS_\w+/.exec(endpoints.unseen)?.[0] ?? 'AWS_ENDPOINT_URL'}`),
    };
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
    return [{ check, ...wrong(says, mendOf(looked.code, file) ?? mend) }];
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

/** Another deployment mends a stack that is not there, and neither a network nor credentials. */
function mendOf(code: string | undefined, file: string | undefined): string | undefined {
  switch (code) {
    case 'stack_unknown':
      return deployCommand(file);
    case 'credentials_missing':
    case 'credentials_expired':
    case 'credentials_refused':
      return signIn;
    case 'unknown_host':
      return 'check AWS_REGION and the network, then run `doctor` again';
    case 'proxy_failed':
      return 'unset HTTPS_PROXY HTTP_PROXY https_proxy http_proxy';
    default:
      return undefined;
  }
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

/** Makes the stack anew of the settings in `file`. */
export function deployCommand(file: string | undefined): string {
  return `npx cdk deploy${file === undefined ? '' : ` -c ${shellWord(`settings=${file}`)}`}`;
}

/** `deployed` is `undefined` for a stack that does not say its settings. */
export function judgeSettings(deployed: unknown, { settings, file }: NamedDeployment) {
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
    `the deployed ones are not ${given}: ${shown}${more}${file === undefined ? '; name the file that was deployed' : ''}`,
    file === undefined ? 'npx tmdb-pipeline doctor --stack aws --settings FILE' : deployCommand(file),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
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

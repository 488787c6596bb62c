/** What may be wrong with this machine, and with the stack that runs on it. */
import { shellWord } from '../../shared/core/shell-word.ts';
import { type Finding, finding, type Looked, ok, warn, wrong } from './checkup.ts';

/** What was seen of the machine. */
export type MachineFacts = {
  /** Version of Node.js, such as `24.9.0`. */
  node: string;
  /** Version of npm; `undefined` where there is none. */
  npm: string | undefined;
  /** The folder whose disk is used; `freeBytes` `undefined` where the system does not tell. */
  disk: { folder: string; freeBytes: number | undefined };
  /** A sentence on why the proxy that the environment names cannot be used; `host` where one can. */
  proxy: { problem?: string; host?: string };
};

/** What was seen of a stack on this machine, and of what it would be started with. */
export type LocalFacts = {
  /** Sentences on ports that cannot be listened on; `asked` are those that a person named. */
  ports: { asked: readonly number[]; problems: readonly string[] };
  /** The data folder that a person named. */
  data: DataFolder | undefined;
  /** `later`: not installed yet, which the first command that needs them does. `folder`: what has them is not the repository but this folder. */
  emulators: readonly { name: string; problem?: string; later?: boolean; folder?: string | undefined }[];
  stack: LocalStack;
  tmdb: TmdbFacts;
  /** What `status` would warn of; `undefined` where there is no stack to look at. */
  troubles: Looked<readonly string[]> | undefined;
};

/** `says` is a sentence on why it is so. `in-use`: by another process than the running `local`. `no-folder`: nothing can be kept there. */
export type DataFolder = {
  folder: string;
  state: 'absent' | 'sound' | 'in-use' | 'no-folder' | 'unusable';
  says: string;
};

/** `silent`: addresses of the running stack that do not answer. */
export type LocalStack =
  | { state: 'none' }
  | { state: 'unusable'; says: string }
  | { state: 'running'; processId: number; silent: readonly string[] };

/** What TMDB, or what stands in its place, answered to the call that checks the token. */
export type TmdbFacts =
  | { kind: 'simulator' }
  | { kind: 'accepted' | 'unproven' | 'rejected'; host: string; detail: string }
  | { kind: 'unreachable'; host: string; url: string; detail: string }
  /** No call was made: `detail` says what is wrong with the token, or with the variable `address`. */
  | { kind: 'not-asked'; detail: string; address?: string | undefined };

/** The majors that the tests run on. */
const testedMajors = [20, 22, 24];
/** Oldest npm that the lock file is made for. */
const leastNpm = 11;
/** Below it SQLite cannot append a page to its log. */
const fullBelowBytes = 65_536;
/** A month of the default plan on a data folder takes less. */
const scarceBelowBytes = 200 * 1_048_576;

/** Node, npm, disk, proxy. */
export function judgeMachine({ node, npm, disk, proxy }: MachineFacts): Finding[] {
  return [
    finding('node', { value: node }, judgeNode),
    finding('npm', { value: npm }, judgeNpm),
    finding('disk', { value: disk }, judgeDisk),
    finding('proxy', { value: proxy }, judgeProxy),
  ];
}

/** What `local`, `run` and `demo` need, and the stack that runs. */
export function judgeLocal({ ports, data, emulators, stack, tmdb, troubles }: LocalFacts): Finding[] {
  return [
    finding('ports', { value: ports }, judgePorts),
    ...(data === undefined ? [] : [finding('data folder', { value: data }, judgeData)]),
    ...emulators.map((emulator) => finding(emulator.name, { value: emulator }, judgeEmulator)),
    finding('local stack', { value: stack }, judgeStack),
    finding('tmdb', { value: tmdb }, (facts) => judgeTmdb(facts, 'export TMDB_API_TOKEN=…')),
    ...(troubles === undefined ? [] : [judgeTroubles(troubles, ['--stack', 'local'])]),
  ];
}

/** Whether TMDB can be reached and accepts the token; `renew` puts a valid token into its place. */
export function judgeTmdb(facts: TmdbFacts, renew: string) {
  switch (facts.kind) {
    case 'simulator':
      return ok('the simulator is used: TMDB_API_TOKEN is not set');
    case 'accepted':
      return ok(`${facts.host} answers and accepts the token`);
    case 'unproven':
      return warn(
        `${facts.host} answers, but does not say whether it accepts the token: ${facts.detail}`,
        'check TMDB_BASE_URL where it is set, and run `doctor` again in a minute',
      );
    case 'rejected':
      return wrong(`${facts.host} rejects the token: ${facts.detail}`, renew);
    case 'unreachable':
      return wrong(`${facts.host} cannot be reached: ${facts.detail}`, `curl -sSI ${shellWord(facts.url)}`);
    case 'not-asked':
      return wrong(facts.detail, facts.address === undefined ? renew : `unset ${facts.address}`);
  }
}

/** What `status` warns of, the worst first; `place`: the options that name the stack. */
export function judgeTroubles(troubles: Looked<readonly string[]>, place: readonly string[]): Finding {
  return finding('pipeline', troubles, ([first, ...others]) =>
    first === undefined
      ? ok('queues, dead letters, breaker, rate and feeds are well')
      : warn(
          others.length === 0 ? first : `${first} (and ${others.length} more)`,
          ['npx', 'tmdb-pipeline', 'status', ...place].map(shellWord).join(' '),
        ),
  );
}

function judgeNode(version: string) {
  const major = Number(version.split('.', 1)[0]);
  if (testedMajors.includes(major)) {
    return ok(`Node ${version}`);
  }
  const tested = `tested are ${testedMajors.join(', ')}`;
  return major < Math.min(...testedMajors)
    ? wrong(`Node ${version} is too old: ${tested}`, 'nvm install 24')
    : warn(`Node ${version} is not one that the tests run on: ${tested}`, 'nvm install 24');
}

function judgeNpm(version: string | undefined) {
  if (version === undefined) {
    return warn('npm was not found: nothing can be installed', 'nvm install 24');
  }
  return Number(version.split('.', 1)[0]) < leastNpm
    ? warn(`npm ${version} is older than ${leastNpm}, which installs work with`, `npm install --global npm@${leastNpm}`)
    : ok(`npm ${version}`);
}

function judgeDisk({ folder, freeBytes }: MachineFacts['disk']) {
  if (freeBytes === undefined) {
    return warn(`how much room the disk of '${folder}' has is not known`, `df -h ${shellWord(folder)}`);
  }
  const free = `the disk of '${folder}' has ${Math.floor(freeBytes / 1_048_576)} MiB left`;
  const room = 'make room, or choose a folder on another disk';
  if (freeBytes < fullBelowBytes) {
    return wrong(`the disk of '${folder}' is full: ${room}`, 'df -h');
  }
  return freeBytes < scarceBelowBytes ? warn(`${free}: ${room}`, 'df -h') : ok(free);
}

function judgeProxy({ problem, host }: MachineFacts['proxy']) {
  if (problem !== undefined) {
    return wrong(problem, 'unset HTTPS_PROXY HTTP_PROXY https_proxy http_proxy');
  }
  return ok(host === undefined ? 'none' : `calls that leave this machine go through ${host}`);
}

function judgePorts({ asked, problems }: LocalFacts['ports']) {
  const [first] = problems;
  if (first !== undefined) {
    return wrong(first, 'ss --listening --tcp --numeric --processes');
  }
  return ok(asked.length === 0 ? 'ports of 127.0.0.1 can be opened' : `free: ${asked.join(', ')}`);
}

function judgeData({ folder, state, says }: DataFolder) {
  switch (state) {
    case 'absent':
    case 'sound':
      return ok(says);
    case 'in-use':
      return warn(says, 'end that process, or name another --data-dir');
    case 'no-folder':
      return wrong(says, 'name another folder by --data-dir');
    case 'unusable':
      return wrong(
        `${says} (moved away, it is kept, and the next run begins without it)`,
        `mv -- ${shellWord(folder)} ${shellWord(`${folder.replace(/\/+$/, '')}.damaged`)}`,
      );
  }
}

function judgeEmulator({ name, problem, later, folder }: LocalFacts['emulators'][number]) {
  if (later === true) {
    return ok('not installed yet: the first command that starts a stack does that, once');
  }
  const again = folder === undefined ? 'npm ci' : `rm -r -- ${shellWord(folder)}`;
  return problem === undefined ? ok('starts') : wrong(`the ${name} does not start: ${problem}`, again);
}

function judgeStack(stack: LocalStack) {
  switch (stack.state) {
    case 'none':
      return ok('none runs; `npx tmdb-pipeline local` starts one');
    case 'unusable':
      return wrong(stack.says, 'rm .local/stack.json && npx tmdb-pipeline local');
    case 'running':
      return stack.silent.length === 0
        ? ok(`runs as process ${stack.processId}`)
        : wrong(
            `runs as process ${stack.processId}, but does not answer at ${stack.silent.join(', ')}`,
            `kill ${stack.processId}; sleep 5; kill -9 ${stack.processId}; npx tmdb-pipeline local`,
          );
  }
}

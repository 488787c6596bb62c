import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { startTmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { bareEnvironment } from '../support/cli-process.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { type AwsOnLoopback, startAwsOnLoopback } from './aws-on-loopback.ts';
import { type LambdaOnLoopback, startLambdaOnLoopback } from './lambda-on-loopback.ts';

/** What a command did. */
export type Ended = { code: number; stdout: string; stderr: string };

/** An account on this machine, and the shell of somebody who deploys into it. */
export type Rehearsal = {
  lambda: LambdaOnLoopback;
  /** The folder of the commands: a checkout. */
  folder: string;
  /** Runs a command word for word, in a shell that knows the variables of those before it. */
  run(command: string, more?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What the account holds. */
  contents(): Promise<AccountContents>;
  /** Hosts beyond this machine that any program tried to reach. */
  strangers(): string[];
  stop(): Promise<void>;
};

/** By kind, as AWS's APIs describe it; the parts that a test looks at. */
export type AccountContents = Record<'tables' | 'roles' | 'parameters', string[]> & {
  functions: { FunctionName: string }[];
  alarms: { AlarmName: string }[];
  subscriptions: { Endpoint: string }[];
  schedules: { Name: string; Target: { Arn: string; Input: string } }[];
};

const token = 'token-of-the-rehearsal';
/** Temporary credentials, as a person who has signed in has them. */
const caller = { accessKeyId: 'ASIAREHEARSAL', secretAccessKey: 'secret', sessionToken: 'session/token+=' };
/** Not the default of any tool. */
export const region = 'eu-central-1';

const recorder = pathToFileURL(join(repositoryRoot, 'tests/support/record-connections.ts')).href;
const accountContents = fileURLToPath(new URL('./account_contents.py', import.meta.url));
const guard = fileURLToPath(new URL('./guard', import.meta.url));
/** All that a checkout has and the commands may write anew. */
const written = new Set(['cdk.out', '.git', '.local', '.vitest', 'dist', 'coverage']);

/** Starts AWS's APIs, functions, TMDB, and makes the checkout in `folder`, with the token in the file that the page names. */
export async function startRehearsal(folder: string): Promise<Rehearsal> {
  const connections = join(folder, 'connections');
  writeFileSync(connections, '');
  const checkout = join(folder, 'checkout');
  mkdirSync(checkout);
  for (const name of readdirSync(repositoryRoot).filter((one) => !written.has(one))) {
    symlinkSync(join(repositoryRoot, name), join(checkout, name));
  }
  writeFileSync(join(checkout, 'token.txt'), token);
  const simulator = await startTmdbSimulator({ clock: systemClock, token });
  const nodeOptions = `--import=${recorder}?file=${encodeURIComponent(connections)}&refuse=others --disable-warning=ExperimentalWarning`;
  let aws: AwsOnLoopback | undefined;
  const lambda = await startLambdaOnLoopback({
    awsEndpoint: () => aws?.endpoint ?? '',
    region,
    tmdbBaseUrl: simulator.baseUrl,
    caller,
    nodeOptions,
    folder: join(folder, 'functions'),
  });
  const guarded = { ...environmentOfTheRehearsal(folder), PYTHONPATH: guard, REHEARSAL_CONNECTIONS: connections };
  aws = await startAwsOnLoopback(lambda.functionsUrl, lambda.readerUrl, guarded);
  const { endpoint, stop } = aws;
  // `doctor` asks TMDB; functions have an environment of their own.
  const tmdb = { TMDB_BASE_URL: simulator.baseUrl };
  const environment = { ...guarded, ...tmdb, NODE_OPTIONS: nodeOptions, AWS_ENDPOINT_URL: endpoint };
  const run: Rehearsal['run'] = (command, more = {}) => runCommand(command, checkout, { ...environment, ...more });
  const contents = async (): Promise<AccountContents> => {
    const { code, stdout, stderr } = await run(`python3 '${accountContents}'`);
    if (code !== 0) {
      throw new Error(`the account cannot be looked into: ${stderr}`);
    }
    return JSON.parse(stdout);
  };
  return {
    lambda,
    folder: checkout,
    run,
    contents,
    strangers: () => strangersIn(connections),
    stop: async () => {
      await lambda.stop();
      await Promise.all([stop(), simulator.close()]);
    },
  };
}

/**
 * All that stands between the page and its rehearsal: where AWS is, who calls, and that no program asks for anything else. The region is
 * given by the variable that old command lines read.
 */
function environmentOfTheRehearsal(folder: string): Record<string, string> {
  const curl = join(folder, 'curl');
  mkdirSync(curl);
  // Curl cannot be told to refuse other hosts, but to ask a proxy for them; nothing listens there.
  writeFileSync(join(curl, '.curlrc'), 'proxy = "http://127.0.0.1:1"\nnoproxy = "localhost,127.0.0.1"\n');
  const { PYENV_ROOT, PYENV_VERSION, VIRTUAL_ENV } = process.env;
  const python = Object.entries({ PYENV_ROOT, PYENV_VERSION, VIRTUAL_ENV }).filter(([, value]) => value !== undefined);
  return {
    ...bareEnvironment(),
    ...(Object.fromEntries(python) as Record<string, string>),
    PATH: `${join(repositoryRoot, 'node_modules/.bin')}:${process.env.PATH}`,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: caller.accessKeyId,
    AWS_SECRET_ACCESS_KEY: caller.secretAccessKey,
    AWS_SESSION_TOKEN: caller.sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // The library's rules for templates have a test of their own, and each command of CDK synthesizes.
    CDK_VALIDATION: 'false',
    CDK_HOME: folder,
    CURL_HOME: curl,
    npm_config_update_notifier: 'false',
    // Nothing is written beside the sources.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** In bash, which stops at the first failure; what it has set is there for the next one. */
function runCommand(command: string, cwd: string, env: Record<string, string>): Promise<Ended> {
  const kept = join(cwd, '..', 'variables');
  const script = `set -aeo pipefail\n[ ! -f '${kept}' ] || . '${kept}'\n${command}\nexport -p | grep -E '^declare -x [A-Z_]+_URL=' > '${kept}' || true`;
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, stdout, stderr });
    }).stdin?.end();
  });
}

function strangersIn(file: string): string[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { host: string }).host)
    .filter((host) => !/^(preloaded|localhost|127(\.\d+){3}|::1)$/.test(host));
}

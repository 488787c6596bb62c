/** Gathers what there is to judge about this machine and the stack on it. Nothing is changed, and what is started is stopped again. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isDataFolder, lockDataDir } from '../local/data-folder.ts';
import { startEmbeddedDynamo } from '../local/embedded-dynamodb.ts';
import { startEmbeddedSqs } from '../local/embedded-sqs.ts';
import { emulatorPlace } from '../local/emulator-packages.ts';
import { assertPortFree } from '../local/stack-endpoints.ts';
import { readStackFile, type StackFile } from '../local/stack-file.ts';
import type { DataFolder, LocalFacts, LocalStack, MachineFacts, TmdbFacts } from '../operator/doctor/judge-machine.ts';
import { messageOf, PermanentError, UsageError } from '../shared/core/errors.ts';
import { nodeProxyVariables } from '../shared/core/proxy-variables.ts';
import type { CliContext } from './cli-context.ts';
import { askAboutToken, tmdbTarget } from './tmdb-target.ts';

const patienceMs = 2_000;

/** Node, npm, the disk of `folder`, the proxy. */
export async function machineFacts(folder: string, { environment }: CliContext): Promise<MachineFacts> {
  return {
    node: process.versions.node,
    npm: await npmVersion(),
    disk: { folder, freeBytes: freeBytesOf(folder) },
    proxy: proxyFacts(environment),
  };
}

/** `ports`: those that a person wants to use; `dataDir`: the folder that a person has named. The pipeline itself is looked at elsewhere. */
export async function localFacts(
  { ports, dataDir }: { ports: readonly number[]; dataDir: string | undefined },
  context: CliContext,
): Promise<Omit<LocalFacts, 'troubles'>> {
  const { stack, running } = stackFile();
  const [problems, emulators, silent, tmdb] = await Promise.all([
    problemsOf(ports),
    emulatorFacts(),
    silentOf(running),
    tmdbFacts(() => tmdbTarget(context.environment), context),
  ]);
  return {
    ports: { asked: ports, problems },
    data: dataDir === undefined ? undefined : dataFolder(dataDir, running),
    emulators,
    stack: stack.state === 'running' ? { ...stack, silent } : stack,
    tmdb,
  };
}

/** Asks TMDB once whether it accepts the token of `target`; none is the simulator. */
export async function tmdbFacts(
  target: () => ReturnType<typeof tmdbTarget>,
  { clock }: CliContext,
): Promise<TmdbFacts> {
  try {
    const asked = target();
    if (asked === undefined) {
      return { kind: 'simulator' };
    }
    const { kind, host, detail } = await askAboutToken(asked, clock);
    return kind === 'unreachable' ? { kind, host, url: asked.baseUrl, detail } : { kind, host, detail };
  } catch (error) {
    const detail = messageOf(error);
    return { kind: 'not-asked', detail, address: /^TMDB_BASE_URL\b/.exec(detail)?.[0] };
  }
}

async function npmVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('npm', ['--version'], { timeout: 5 * patienceMs });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** Where a folder that does not exist yet will be made: the nearest one above it that does. */
function existingAbove(folder: string): string {
  let above = resolve(folder);
  while (!existsSync(above) && above !== dirname(above)) {
    above = dirname(above);
  }
  return above;
}

/** Bytes that this user may still write. */
function freeBytesOf(folder: string): number | undefined {
  try {
    const { bsize, bavail } = statfsSync(existingAbove(folder));
    return bsize * bavail;
  } catch {
    return undefined;
  }
}

function proxyFacts(environment: CliContext['environment']): MachineFacts['proxy'] {
  try {
    const { HTTPS_PROXY, HTTP_PROXY } = nodeProxyVariables(environment) ?? {};
    const proxy = HTTPS_PROXY ?? HTTP_PROXY;
    return proxy === undefined ? {} : { host: new URL(proxy).host };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

async function problemsOf(ports: readonly number[]): Promise<string[]> {
  const problems = await Promise.all(
    (ports.length === 0 ? [0] : ports).map((port) => assertPortFree(port, '`local`').then(() => undefined, messageOf)),
  );
  return problems.filter((problem) => problem !== undefined);
}

const emulatorNames = ['SQS emulator', 'DynamoDB emulator'] as const;

/** Starts both emulators without data, which shows more than that their files are there. */
async function emulatorFacts(): Promise<LocalFacts['emulators']> {
  const { later, folder } = emulatorPlace();
  if (later) {
    return emulatorNames.map((name) => ({ name, later }));
  }
  const [sqs, dynamodb] = emulatorNames;
  const inMemory = { port: 0, dataDir: undefined };
  const both = await Promise.all([
    started(sqs, () => startEmbeddedSqs([], inMemory)),
    started(dynamodb, () => startEmbeddedDynamo({ ...inMemory, engine: undefined })),
  ]);
  return both.map((fact) => ({ ...fact, folder }));
}

async function started(name: string, start: () => Promise<{ stop(): Promise<unknown> }>) {
  try {
    await (await start()).stop();
    return { name };
  } catch (error) {
    return { name, problem: messageOf(error) };
  }
}

function stackFile(): { stack: LocalStack; running?: StackFile } {
  try {
    const running = readStackFile();
    return running === undefined
      ? { stack: { state: 'none' } }
      : { stack: { state: 'running', processId: running.processId, silent: [] }, running };
  } catch (error) {
    return { stack: { state: 'unusable', says: messageOf(error) } };
  }
}

/** The addresses of a stack that do not answer; TMDB's own is not asked. */
async function silentOf(running: StackFile | undefined): Promise<string[]> {
  const { sqs, dynamodb, http } = running?.endpoints ?? {};
  const asked = [sqs, dynamodb, http].filter((url) => url !== undefined);
  const there = await Promise.all(asked.map(answers));
  return asked.filter((_url, index) => there[index] === false);
}

/** Any answer will do. That the port accepts a connection shows nothing: the system does that for a process that hangs. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: patienceMs });
    const end = (isThere: boolean) => () => {
      asked.destroy();
      resolve(isThere);
    };
    asked.once('response', end(true)).once('error', end(false)).once('timeout', end(false)).end();
  });
}

/** Checks the folder under a lock that others may share. Nothing is made where no stack has been. */
function dataFolder(folder: string, running: StackFile | undefined): DataFolder {
  try {
    return unusedFolder(folder) ?? soundFolder(folder);
  } catch (error) {
    return { folder, ...faultOf(error, folder, running) };
  }
}

function faultOf(error: unknown, folder: string, running: StackFile | undefined): Omit<DataFolder, 'folder'> {
  const says = messageOf(error);
  if (error instanceof UsageError) {
    return { state: 'no-folder', says };
  }
  if (!(error instanceof PermanentError && error.code === 'folder_in_use')) {
    return { state: 'unusable', says };
  }
  const byStack = running !== undefined && says.includes(`process ${running.processId}:`);
  return byStack
    ? { state: 'sound', says: `'${folder}' is in use by the running \`local\`` }
    : { state: 'in-use', says };
}

/** `undefined` for a folder that a stack has used, and for what is no name of one. */
function unusedFolder(folder: string): DataFolder | undefined {
  if (folder.trim() === '' || isDataFolder(folder)) {
    return undefined;
  }
  const above = existingAbove(folder);
  if (!statSync(above).isDirectory()) {
    return { folder, state: 'no-folder', says: `'${folder}' cannot be a folder: '${above}' is a file` };
  }
  try {
    accessSync(above, constants.W_OK);
  } catch (error) {
    return { folder, state: 'no-folder', says: `'${folder}' cannot be written: ${messageOf(error)}` };
  }
  if (!existsSync(folder)) {
    return { folder, state: 'absent', says: `'${folder}' is not there yet: the first run makes it` };
  }
  return { folder, state: 'absent', says: `'${folder}' can be written, and no stack has used it yet` };
}

function soundFolder(folder: string): DataFolder {
  lockDataDir(folder, 'check').release();
  return { folder, state: 'sound', says: `'${folder}' can be written, is not in use, and is not damaged` };
}

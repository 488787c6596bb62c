/**
 * The packages of the emulators. In the repository they are among its own. The published package comes without them: the first command that
 * starts a stack installs them, once, into a cache folder of the user (docs/adr/0043).
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, register } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { getBuiltinModule } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { npmEnvironment, userCacheFolder } from '../shared/core/env.ts';
import { messageOf, PermanentError, type PipelineError } from '../shared/core/errors.ts';
import manifest from './emulators/package.json' with { type: 'json' };
import { assertSqlite, cacheFailure, makeFolder } from './private-files.ts';
import { isRunning } from './processes.ts';

const run = promisify(execFile);

/** Written by the build of the package, which has it beside this file: the exact version and digest of each package that npm installs. */
const lockFile = fileURLToPath(new URL('./emulators-lock.json', import.meta.url));

/** Npm's own defaults wait for minutes before they give up a registry that does not answer. */
const npmArguments = [
  'ci',
  '--ignore-scripts',
  '--include=optional',
  '--package-lock',
  '--no-audit',
  '--no-fund',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
  '--fetch-timeout=60000',
  // A file that it could not write is a warning to npm.
  '--loglevel=warn',
];

/** The `node_modules` that has the emulators, once it is known. */
let known: string | undefined;

/**
 * The path of a file of an emulator, such as `dynalite/index.js`. The file need not exist: dynoxide is not there on every platform.
 * @throws PermanentError where the emulators are not installed.
 */
export function emulatorFile(path: string): string {
  known ??= findPackages();
  if (known === undefined) {
    throw new PermanentError(
      'emulators_missing',
      'the emulators of SQS and DynamoDB are not installed: run `npm ci` in the repository, without --omit=dev',
    );
  }
  return join(known, path);
}

/** The module of an emulator's file. @throws PermanentError where the emulators are not installed, or not whole. */
export async function importEmulator(path: string): Promise<Record<string, unknown>> {
  if (!hasStandIn && getBuiltinModule('node:sqlite') === undefined) {
    register(`data:text/javascript,${encodeURIComponent(sqliteHook)}`);
    hasStandIn = true;
  }
  const file = emulatorFile(path);
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const folder = existsSync(lockFile) ? installedFolder() : undefined;
    throw folder !== undefined && file.startsWith(folder) ? damaged(folder, cause) : cause;
  }
}

function damaged(folder: string, cause: unknown): PermanentError {
  const [why = ''] = messageOf(cause).split('\n', 1);
  return new PermanentError(
    'emulators_damaged',
    `the emulators of SQS and DynamoDB cannot be loaded (${why}): run it again after rm -r '${folder}', which has them installed anew`,
  );
}

/** `note` gets a sentence before something is installed; a signal that aborts ends npm. */
type ProvideOptions = { dataDir: string | undefined; note(sentence: string): void; signal?: AbortSignal };

/**
 * Installs the emulators where they are not there yet. Safe to be interrupted, and to be done by several processes at once: a folder
 * appears under its name when it is whole, and the first one stays.
 * @throws PermanentError when a data folder is named that this Node cannot open; with the command that does it by hand, when npm does not
 * succeed; when the cache folder cannot be written.
 */
export async function provideEmulators({ dataDir, note, signal }: ProvideOptions): Promise<void> {
  if (dataDir !== undefined) {
    assertSqlite(dataDir);
  }
  known ??= findPackages();
  if (known !== undefined || !existsSync(lockFile)) {
    return;
  }
  const folder = installedFolder();
  note(`installing the emulators of SQS and DynamoDB into '${folder}' (once, about 60 MB)`);
  await install(folder, signal);
}

function findPackages(): string | undefined {
  const near = createRequire(import.meta.url).resolve.paths(manifest.name) ?? [];
  const installed = existsSync(lockFile) ? [join(installedFolder(), 'node_modules')] : [];
  return near.find(hasAll) ?? installed.find(isWhole);
}

/** Whether all emulators that run everywhere are there, in the versions that this program was written for. */
function hasAll(folder: string): boolean {
  return Object.entries(manifest.dependencies).every(([name, version]) => versionIn(folder, name) === version);
}

/**
 * Whether a folder that npm installed into has every package of the lock: an installation by hand may have been interrupted, and people and
 * cleaners remove what they find in a cache.
 */
function isWhole(modules: string): boolean {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as {
    packages: Record<string, { optional?: boolean }>;
  };
  const needed = Object.keys(packages).filter((path) => path !== '' && packages[path]?.optional !== true);
  return hasAll(modules) && needed.every((path) => existsSync(join(dirname(modules), path, 'package.json')));
}

function versionIn(folder: string, name: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version?: unknown }).version;
  } catch {
    // Not installed, or not whole.
    return undefined;
  }
}

/** Named by what it holds: another release of this program with other emulators has a folder of its own. */
function installedFolder(): string {
  const content = createHash('sha256').update(readFileSync(lockFile)).digest('hex').slice(0, 16);
  return join(userCacheFolder(), `emulators-${content}`);
}

async function install(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const unfinished = unfinishedFolder(folder);
  try {
    writeFileSync(join(unfinished, 'package.json'), JSON.stringify(manifest));
    copyFileSync(lockFile, join(unfinished, 'package-lock.json'));
    const { stderr } = await run('npm', [...npmArguments, '--prefix', unfinished], {
      cwd: unfinished,
      env: npmEnvironment(),
      ...(signal && { signal }),
    });
    const [, unwritten = ''] = /^npm warn tar (TAR_ENTRY_ERROR .+)$/im.exec(stderr) ?? [];
    if (unwritten !== '' || !isWhole(join(unfinished, 'node_modules'))) {
      throw new Error(unwritten || 'it ended without an error, and has not installed all packages');
    }
    place(unfinished, folder);
  } catch (cause) {
    throw cause instanceof PermanentError ? cause : notInstalled(folder, cause);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  known = join(folder, 'node_modules');
}

/** A folder beside the final one, of this process alone. What processes that are gone have left there is removed. */
function unfinishedFolder(folder: string): string {
  const cache = dirname(folder);
  try {
    makeFolder(cache);
    for (const name of readdirSync(cache)) {
      const [, owner] = /^emulators-[0-9a-f]+\.(\d+)-/.exec(name) ?? [];
      if (owner !== undefined && !isRunning(Number(owner))) {
        rmSync(join(cache, name), { recursive: true, force: true });
      }
    }
    return mkdtempSync(join(cache, `${basename(folder)}.${process.pid}-`));
  } catch (cause) {
    throw cacheFailure(cache, cause);
  }
}

function place(unfinished: string, folder: string): void {
  const isThere = () => isWhole(join(folder, 'node_modules'));
  try {
    if (!isThere()) {
      // Left by an installation by hand that was not finished.
      rmSync(folder, { recursive: true, force: true });
      renameSync(unfinished, folder);
    }
  } catch (cause) {
    // Another process has placed the same folder meanwhile.
    if (!isThere()) {
      throw cacheFailure(folder, cause);
    }
  }
}

function notInstalled(folder: string, cause: unknown): PipelineError {
  if ((cause as { code?: unknown }).code === 'ABORT_ERR') {
    return new PermanentError(
      'interrupted',
      'interrupted before the emulators of SQS and DynamoDB were installed: run it again',
    );
  }
  const why = whyNpmFailed(cause);
  const [full] = /\b(ENOSPC|EDQUOT)\b/.exec(why) ?? [];
  if (full !== undefined) {
    return cacheFailure(dirname(folder), { code: full });
  }
  const runsHere = process.platform === 'linux' && process.arch === 'x64';
  const packages = Object.entries({ ...manifest.dependencies, ...(runsHere && manifest.optionalDependencies) });
  const byHand = `npm install --prefix '${folder}' ${packages.map(([name, version]) => `${name}@${version}`).join(' ')}`;
  return new PermanentError(
    'emulators_not_installed',
    `the emulators of SQS and DynamoDB were not installed: ${why}: see that npm is there and reaches its registry, or install them by hand: ${byHand}`,
  );
}

function whyNpmFailed(cause: unknown): string {
  const { code, stderr } = cause as { code?: unknown; stderr?: unknown };
  if (code === 'ENOENT') {
    return 'there is no npm in PATH (ENOENT)';
  }
  const said = [...String(stderr ?? '').matchAll(/^npm (?:error|ERR!) (.+)$/gm)].map(([, line = '']) => line);
  const codes = said.find((line) => line.startsWith('code '))?.slice('code '.length);
  const words = said.find((line) => !/^(code|errno|syscall) /.test(line));
  return `npm failed (${[codes, words].filter(Boolean).join(': ') || messageOf(cause).split('\n', 1)[0]})`;
}

/**
 * Resolves `node:sqlite` to a module that has what fauxqs imports of it, also where it keeps nothing. Node has SQLite without a flag since
 * 22.13; before, folders of data are refused.
 */
const sqliteHook = `export async function resolve(specifier, context, next) {
  return specifier === 'node:sqlite'
    ? { url: 'data:text/javascript,export class DatabaseSync {}', shortCircuit: true }
    : next(specifier, context);
}`;
let hasStandIn = false;

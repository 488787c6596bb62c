/**
 * The packages of the emulators. In the repository they are among its own. The published package comes without them: the first command that
 * starts a stack installs them, once, into a cache folder of the user (docs/adr/0043).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { dirname, join } from 'node:path';
import { getBuiltinModule } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { userCacheFolder } from '../shared/core/env.ts';
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import manifest from './emulators/package.json' with { type: 'json' };
import { installEmulators } from './install-emulators.ts';
import { assertSqlite } from './private-files.ts';

/** Written by the build of the package, which has it beside this file: the exact version and digest of each package that npm installs. */
const lockFile = fileURLToPath(new URL('./emulators-lock.json', import.meta.url));

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
  await installEmulators({ folder, lockFile, isWhole, signal });
  known = join(folder, 'node_modules');
}

/** Whether they are installed `later`, by the first command that needs them; `folder`: where such a command has put them. */
export function emulatorPlace(): { later: boolean; folder: string | undefined } {
  known ??= findPackages();
  const folder = existsSync(lockFile) ? installedFolder() : undefined;
  return { later: known === undefined && folder !== undefined, folder };
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

/** Brings the emulators' packages into a cache folder of the user, whole or not at all (docs/adr/0043). */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { npmEnvironment } from '../shared/core/env.ts';
import { messageOf, PermanentError, type PipelineError } from '../shared/core/errors.ts';
import manifest from './emulators/package.json' with { type: 'json' };
import { cacheFailure, makeFolder } from './private-files.ts';
import { isRunning } from './processes.ts';

const run = promisify(execFile);

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

/**
 * What is installed where. `folder` appears when it is whole; `isWhole` judges its `node_modules`; `lockFile` has the exact packages; a signal
 * that aborts ends npm.
 */
type Installation = {
  folder: string;
  lockFile: string;
  isWhole: (modules: string) => boolean;
  signal: AbortSignal | undefined;
};

/**
 * Installs them with npm in a folder of this process, which then gets its name. Of several processes at once the first one's stays.
 * @throws PermanentError with the command that does it by hand, when npm does not succeed; when the cache folder cannot be written; when it
 * was aborted.
 */
export async function installEmulators(installation: Installation): Promise<void> {
  const { folder, lockFile, isWhole, signal } = installation;
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
    place(unfinished, installation);
  } catch (cause) {
    throw cause instanceof PermanentError ? cause : notInstalled(folder, cause);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
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

function place(unfinished: string, { folder, isWhole }: Installation): void {
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

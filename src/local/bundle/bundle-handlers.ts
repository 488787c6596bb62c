import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { namedBundler } from '../../shared/core/env.ts';
import { messageOf, RetryableError } from '../../shared/core/errors.ts';
import { systemClock } from '../../shared/core/system-clock.ts';
import { functionSettingsFile, settingsFileName } from '../../shared/settings/function-settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { ServiceName } from '../../shared/telemetry/metric-ledger.ts';
import { bundleOptions, handlerEntries } from './bundle-options.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const cacheFolder = join(repository, 'node_modules', '.cache', 'tmdb-pipeline');

/** URL of each function's bundle: `index.mjs` in a folder of its own beside `settings.json`. The folder is what a deployment uploads. */
export type Bundles = Record<ServiceName, string>;

/**
 * Bundles all handlers with their settings beside them, for the embedded stack and for a deployment alike. Folders are named by their
 * content and appear whole, so that runs side by side never see half a file.
 * @throws RetryableError when esbuild's process has ended meanwhile, else what esbuild finds wrong.
 */
export async function bundleHandlers(settings: Settings): Promise<Bundles> {
  mkdirSync(cacheFolder, { recursive: true });
  const services = Object.keys(handlerEntries) as ServiceName[];
  const settingsFile = functionSettingsFile(settings);
  const urls = await Promise.all(
    services.map(async (service) => [service, await bundle(service, settingsFile)] as const),
  );
  return Object.fromEntries(urls) as Bundles;
}

/** The code of each function, which is the same for a whole process: only settings differ between the stacks that it makes. */
const codes = new Map<ServiceName, Promise<string>>();

function codeOf(service: ServiceName): Promise<string> {
  const code = codes.get(service) ?? keptOrBuilt(service);
  codes.set(service, code);
  code.catch(() => codes.delete(service));
  return code;
}

/** Code beside the state of every file that it was built from. Paths are relative to the repository. */
type KeptCode = { stamps: Record<string, string>; code: string };

/** Files that decide how code is built and are not part of it: options, compiler settings, the versions that are installed. */
const buildFiles = [
  'src/local/bundle/bundle-options.ts',
  'tsconfig.json',
  'package.json',
  'node_modules/.package-lock.json',
];

/** Building takes some seconds of a processor, so code is kept from process to process until one of its files changes. */
async function keptOrBuilt(service: ServiceName): Promise<string> {
  // Repositories can share one folder of packages, and with it the cache.
  const place = createHash('sha256').update(repository).digest('hex').slice(0, 16);
  const file = join(cacheFolder, `code-${service}-${place}.json`);
  if (namedBundler() !== undefined) {
    return (await buildCode(service)).code;
  }
  const kept = readKept(file);
  if (kept !== undefined) {
    return kept;
  }
  const startedMs = systemClock.nowMs();
  const { code, inputs } = await buildCode(service);
  keep(file, code, [...inputs, ...buildFiles], startedMs);
  return code;
}

/** `undefined` where nothing is kept, where a file has changed since, and where what is kept is damaged. */
function readKept(file: string): string | undefined {
  try {
    const { stamps, code } = JSON.parse(readFileSync(file, 'utf8')) as KeptCode;
    return Object.entries(stamps).every(([path, stamp]) => stampOf(path).text === stamp) ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(file: string, code: string, paths: readonly string[], startedMs: number): void {
  const stamps = paths.map((path) => [path, stampOf(path)] as const);
  // Of a file that was changed meanwhile nobody knows which state is in the code. Times of files lag by a tick of the kernel.
  if (stamps.some(([, { changedMs }]) => changedMs > startedMs - 1_000)) {
    return;
  }
  const kept: KeptCode = { stamps: Object.fromEntries(stamps.map(([path, { text }]) => [path, text])), code };
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, JSON.stringify(kept));
    renameSync(unfinished, file);
  } catch {
    // It is built again next time.
    rmSync(unfinished, { force: true });
  }
}

/** Any write changes the inode's time of change, which no program can set. */
function stampOf(path: string): { text: string; changedMs: number } {
  const state = statSync(join(repository, path), { throwIfNoEntry: false });
  return { text: state === undefined ? 'none' : `${state.size} ${state.ctimeMs}`, changedMs: state?.ctimeMs ?? 0 };
}

async function buildCode(service: ServiceName): Promise<{ code: string; inputs: string[] }> {
  // Seldom needed, and most commands never do.
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    absWorkingDir: repository,
    entryPoints: [handlerEntries[service]],
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).catch((cause: unknown) => {
    throw bundlingFailure(cause);
  });
  return { code: outputFiles[0]?.text ?? '', inputs: filesIn(metafile) };
}

/** What is bundled in place of a module is no file. */
function filesIn({ inputs }: Metafile): string[] {
  return Object.keys(inputs).filter((path) => !path.startsWith('stand-in:'));
}

async function bundle(service: ServiceName, settingsFile: string): Promise<string> {
  const code = await codeOf(service);
  const files = { 'index.mjs': code, [settingsFileName]: settingsFile };
  const content = createHash('sha256').update(code).update(settingsFile).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, `${service}-${content}`);
  if (!existsSync(folder)) {
    placeFolder(folder, files);
  }
  return pathToFileURL(join(folder, 'index.mjs')).href;
}

/** esbuild works in a process of its own, and only says that its "service" is gone. */
function bundlingFailure(cause: unknown): unknown {
  const message = messageOf(cause);
  return /^The service (was stopped|is no longer running)/.test(message)
    ? new RetryableError(
        'bundler_died',
        `the functions were not bundled: the process of esbuild has ended unexpectedly (${message.split('\n', 1)[0]}); run it again`,
      )
    : cause;
}

function placeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(unfinished, name), content);
  }
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another process has placed the same folder meanwhile.
    rmSync(unfinished, { recursive: true });
    if (!existsSync(folder)) {
      throw error;
    }
  }
}

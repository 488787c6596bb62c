import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { namedBundler, userCacheFolder } from '../../shared/core/env.ts';
import { messageOf, RetryableError } from '../../shared/core/errors.ts';
import { documentFileName, functionSettingsFile, settingsFileName } from '../../shared/settings/function-settings.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { ServiceName } from '../../shared/telemetry/metric-ledger.ts';
import { cacheFailure, makeFolder, storageFailure } from '../private-files.ts';
import { bundleOptions, handlerEntries } from './bundle-options.ts';
import { keptOrBuilt } from './kept-code.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The published package has the bundled code of each function beside this file, and no bundler. In the repository there is no such folder. */
const prebuilt = new URL('./functions/', import.meta.url);
const isPublished = existsSync(prebuilt);
const cacheFolder = isPublished ? userCacheFolder() : join(repository, 'node_modules', '.cache', 'tmdb-pipeline');

/** URL of each function's bundle: `index.mjs` in a folder of its own beside `settings.json`, and the reader's beside `openapi.json`. The folder is what a deployment uploads. */
export type Bundles = Record<ServiceName, string>;

/**
 * Bundles all handlers with their settings beside them, for the embedded stack and for a deployment alike. Folders are named by their
 * content and appear whole, so that runs side by side never see half a file.
 * @throws RetryableError when esbuild's process has ended meanwhile, else what esbuild finds wrong.
 */
export async function bundleHandlers(settings: Settings): Promise<Bundles> {
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
  const code = codes.get(service) ?? readOrBuilt(service);
  codes.set(service, code);
  code.catch(() => codes.delete(service));
  return code;
}

async function readOrBuilt(service: ServiceName): Promise<string> {
  if (isPublished) {
    return readFileSync(new URL(`${service}.mjs`, prebuilt), 'utf8');
  }
  // A bundler that a variable names is to be used, whatever is kept.
  return namedBundler() === undefined
    ? keptOrBuilt(cacheFolder, repository, service, () => buildCode(service))
    : (await buildCode(service)).code;
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
  const files = {
    'index.mjs': await codeOf(service),
    [settingsFileName]: settingsFile,
    // A file of its own: a cold start does not read it.
    ...(service === 'reader' && { [documentFileName]: servedDocument() }),
  };
  const content = Object.values(files)
    .reduce((hash, file) => hash.update(file), createHash('sha256'))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder, `${service}-${content}`);
  try {
    if (!isWhole(folder, files)) {
      makeFolder(cacheFolder);
      placeFolder(folder, files);
    }
  } catch (cause) {
    throw isPublished ? cacheFailure(folder, cause) : storageFailure(folder, cause);
  }
  return pathToFileURL(join(folder, 'index.mjs')).href;
}

/**
 * The reader's OpenAPI document as the reader serves it: its server is where it was fetched from, which is a function URL, a
 * distribution or this machine.
 */
function servedDocument(): string {
  const source = isPublished ? new URL('openapi.json', prebuilt) : join(repository, 'docs/reader-openapi.json');
  const document = JSON.parse(readFileSync(source, 'utf8')) as object;
  return JSON.stringify({ ...document, servers: [{ url: '/' }] });
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

type Files = Readonly<Record<string, string>>;

/** Whether all files are there with what belongs in them: of a cache, people and cleaners also remove or empty single files. */
function isWhole(folder: string, files: Files): boolean {
  try {
    return Object.entries(files).every(([name, content]) =>
      readFileSync(join(folder, name)).equals(Buffer.from(content)),
    );
  } catch {
    return false;
  }
}

function placeFolder(folder: string, files: Files): void {
  const unfinished = `${folder}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(unfinished, name), content);
    }
    if (!isWhole(folder, files)) {
      rmSync(folder, { recursive: true, force: true });
    }
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another process may have placed the same folder meanwhile.
    if (!isWhole(folder, files)) {
      throw error;
    }
  }
}

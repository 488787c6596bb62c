import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions, handlerEntries } from '../shared/bundle-options.ts';
import type { ServiceName } from '../shared/telemetry/metric-ledger.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const cacheFolder = join(repository, 'node_modules', '.cache', 'tmdb-pipeline');

/** URL of each function's bundle: the same file that a deployment uploads. */
export type Bundles = Record<ServiceName, string>;

/** Bundles all handlers. Files are named by their content, so that runs side by side never see half a file. */
export async function bundleHandlers(): Promise<Bundles> {
  mkdirSync(cacheFolder, { recursive: true });
  const services = Object.keys(handlerEntries) as ServiceName[];
  const urls = await Promise.all(services.map(async (service) => [service, await bundle(service)] as const));
  return Object.fromEntries(urls) as Bundles;
}

async function bundle(service: ServiceName): Promise<string> {
  const { outputFiles } = await build({
    ...bundleOptions,
    mainFields: [...bundleOptions.mainFields],
    absWorkingDir: repository,
    entryPoints: [handlerEntries[service]],
    write: false,
    logLevel: 'silent',
  });
  const code = outputFiles?.[0]?.contents ?? new Uint8Array();
  const file = join(cacheFolder, `${service}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`);
  if (!existsSync(file)) {
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, code);
    renameSync(unfinished, file);
  }
  return pathToFileURL(file).href;
}

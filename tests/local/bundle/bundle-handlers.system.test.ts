import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, bundleHandlers } from '../../../src/local/bundle/bundle-handlers.ts';
import { functionEnvironments } from '../../../src/local/embedded-functions.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
import type { ServiceName } from '../../../src/shared/telemetry/metric-ledger.ts';
import { rejectionOf } from '../../support/caught.ts';
import { startHandler } from '../../support/handler-file.ts';
import { testFolder } from '../../support/scratch-folder.ts';

const services: ServiceName[] = ['planner', 'reader', 'worker', 'writer'];
const environments = functionEnvironments(
  {
    region: 'us-east-1',
    // Nothing listens there, and nothing is asked.
    endpoints: { sqs: 'http://127.0.0.1:1', dynamodb: 'http://127.0.0.1:1', tmdb: 'http://127.0.0.1:1/3' },
    fetchQueueUrl: 'http://127.0.0.1:1/000000000000/tmdb-fetch',
    fetchDlqUrl: 'http://127.0.0.1:1/000000000000/tmdb-fetch-dlq',
    itemQueueUrl: 'http://127.0.0.1:1/000000000000/tmdb-items',
    itemDlqUrl: 'http://127.0.0.1:1/000000000000/tmdb-items-dlq',
    catalogTable: 'MovieRecCache',
    controlTable: 'PipelineControl',
  },
  'token-of-the-test',
  'TmdbPipeline',
);

/** A function that says what the bundle exports, where no package can be found: the files are copied out of the repository. */
function startAlone(
  bundleUrl: string,
  environment: Readonly<Record<string, string>>,
  files: readonly string[] = ['index.mjs', 'settings.json'],
) {
  const folder = testFolder();
  for (const name of files) {
    copyFileSync(fileURLToPath(new URL(name, bundleUrl)), join(folder, name));
  }
  const copy = join(folder, 'index.mjs');
  return startHandler(
    `import * as bundle from ${JSON.stringify(pathToFileURL(copy).href)};
     export const handler = async () => Object.entries(bundle).map(([name, value]) => [name, typeof value]);`,
    { environment },
  );
}

describe('bundles of the handlers', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleHandlers(defaultSettings);
  });

  it('are one for each function', () => {
    expect(Object.keys(bundles).sort()).toEqual(services);
    expect(new Set(Object.values(bundles)).size).toBe(4);
  });

  it('are named by their content: runs side by side make the same files', async () => {
    const again = () => bundleHandlers(defaultSettings);
    expect(await Promise.all([again(), again()])).toEqual([bundles, bundles]);
  });

  it('are one build with the settings beside it: other settings are another folder with the same code', async () => {
    const others = await bundleHandlers(settingsFrom('{"tmdb":{"requestsPerSecond":12}}'));
    for (const service of services) {
      const [url, other] = [bundles[service], others[service]];
      expect(other).not.toBe(url);
      expect(readFileSync(fileURLToPath(other)).equals(readFileSync(fileURLToPath(url)))).toBe(true);
      const settings = JSON.parse(readFileSync(fileURLToPath(new URL('settings.json', other)), 'utf8'));
      expect(settings.tmdb.requestsPerSecond).toBe(12);
    }
    const otherMail = settingsFrom('{"deployment":{"alarmEmail":"ops@example.com"}}');
    expect(await bundleHandlers(otherMail)).toEqual(bundles);
  });

  it('are made again where a file of theirs was removed or emptied', async () => {
    // A folder that no other test uses.
    const settings = settingsFrom('{"tmdb":{"requestsPerSecond":12.625}}');
    const { worker, reader } = await bundleHandlers(settings);
    const files = [new URL('settings.json', worker), new URL(worker), new URL('openapi.json', reader)];
    const contents = files.map((file) => readFileSync(file, 'utf8'));
    rmSync(files[0] as URL);
    writeFileSync(files[1] as URL, '');
    rmSync(files[2] as URL);
    expect(await bundleHandlers(settings)).toMatchObject({ worker, reader });
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(contents);
  });

  it('have the description of the interface beside the reader, and beside no other', () => {
    const written = JSON.parse(readFileSync(new URL('../../../docs/reader-openapi.json', import.meta.url), 'utf8'));
    const files = services.map((service) => readdirSync(new URL('.', bundles[service])).sort());
    expect(Object.fromEntries(services.map((service, at) => [service, files[at]]))).toEqual({
      planner: ['index.mjs', 'settings.json'],
      reader: ['index.mjs', 'openapi.json', 'settings.json'],
      worker: ['index.mjs', 'settings.json'],
      writer: ['index.mjs', 'settings.json'],
    });
    const served = JSON.parse(readFileSync(new URL('openapi.json', bundles.reader), 'utf8'));
    expect(served).toEqual({ ...written, servers: [{ url: '/' }] });
  });

  it.each(services)('%s imports nothing but modules of Node itself', async (service) => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(bundles[service])],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      metafile: true,
    });
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
    expect(imported).toContain('node:module');
    expect(imported.filter((path) => !builtin.has(path))).toEqual([]);
  });

  it.each(services)('%s loads alone, with the variables of the embedded stack, and is a handler', async (service) => {
    const { invoke, lines } = startAlone(bundles[service], environments[service]);
    expect(await invoke({})).toEqual([['handler', 'function']]);
    expect(lines).toEqual([]);
  });

  it.each([
    ['planner', 'CATALOG_TABLE'],
    ['planner', 'FETCH_QUEUE_URL'],
    ['worker', 'TMDB_API_TOKEN'],
    ['worker', 'ITEM_QUEUE_URL'],
    ['writer', 'CONTROL_TABLE'],
    ['reader', 'FETCH_QUEUE_URL'],
  ] as const)('%s without %s does not start, and names it', async (service, variable) => {
    const { [variable]: _missing, ...rest } = environments[service];
    const error = await rejectionOf(startAlone(bundles[service], rest).invoke({}));
    expect(error).toMatchObject({ message: expect.stringContaining(variable) });
    expect(`${error}`).not.toContain('token-of-the-test');
  });

  it.each(services)('%s does not start without its settings, and says what to deploy', async (service) => {
    const error = await rejectionOf(startAlone(bundles[service], environments[service], ['index.mjs']).invoke({}));
    expect(error).toMatchObject({
      message: expect.stringContaining('no usable settings.json beside its code: deploy'),
    });
  });

  it.each(services)('%s has no word of this machine in it', (service) => {
    expect(readFileSync(fileURLToPath(bundles[service]), 'utf8')).not.toContain(process.cwd());
  });
});

describe('environments of the functions', () => {
  it('hold the token where TMDB is called, and nowhere else', () => {
    expect(environments.worker.TMDB_API_TOKEN).toBe('token-of-the-test');
    expect(environments.reader.TMDB_API_TOKEN).toBe('token-of-the-test');
    expect(environments.planner.TMDB_API_TOKEN).toBe('token-of-the-test');
    expect(JSON.stringify(environments.writer)).not.toContain('token-of-the-test');
  });
});

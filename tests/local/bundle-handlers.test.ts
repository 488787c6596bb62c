import { copyFileSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Bundles, bundleHandlers } from '../../src/local/bundle-handlers.ts';
import { functionEnvironments } from '../../src/local/function-environments.ts';
import { startFunction } from '../../src/local/lambda-function.ts';
import { systemClock } from '../../src/shared/adapters/system-clock.ts';
import { defaultSettings } from '../../src/shared/settings.ts';
import type { ServiceName } from '../../src/shared/telemetry/metric-ledger.ts';
import { rejectionOf } from '../support/caught.ts';
import { testFolder } from '../support/scratch-folder.ts';

const services: ServiceName[] = ['planner', 'worker', 'writer'];
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
  defaultSettings,
);

/** Runs a bundle where no package can be found: in a folder of its own, outside the repository. */
function startAlone(bundleUrl: string, environment: Readonly<Record<string, string>>) {
  const path = fileURLToPath(bundleUrl);
  const copy = join(testFolder(), basename(path));
  copyFileSync(path, copy);
  const lines: string[] = [];
  const running = startFunction(
    {
      name: 'tmdb-alone',
      bundleUrl: pathToFileURL(copy).href,
      environment,
      memoryMb: 256,
      timeoutSeconds: 30,
      onOutput: (line) => lines.push(line),
    },
    systemClock,
  );
  onTestFinished(() => running.stop());
  return { ...running, lines };
}

describe('bundles of the handlers', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleHandlers();
  });

  it('are one for each function', () => {
    expect(Object.keys(bundles).sort()).toEqual(services);
    expect(new Set(Object.values(bundles)).size).toBe(3);
  });

  it('are named by their content: the same again gives the same files', async () => {
    expect(await bundleHandlers()).toEqual(bundles);
    const [first, second] = await Promise.all([bundleHandlers(), bundleHandlers()]);
    expect(first).toEqual(second);
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

  it.each(services)('%s loads alone, with the variables of the embedded stack, and refuses an event that is none', async (service) => {
    const { invoke, lines } = startAlone(bundles[service], environments[service]);
    const error = await rejectionOf(invoke({ nothing: 'expected' }));
    expect(error).toBeInstanceOf(Error);
    // A module that does not load, or misses a package, says so in other words.
    expect(`${error}`).toMatch(/invalid_union|Invalid input|not iterable|Unexpected batch type|reading 'filter'|reading 'map'/i);
    expect(lines.filter((line) => /cannot find|ERR_MODULE/i.test(line))).toEqual([]);
  });

  it.each([
    ['planner', 'CATALOG_TABLE'],
    ['planner', 'FETCH_QUEUE_URL'],
    ['worker', 'TMDB_API_TOKEN'],
    ['worker', 'ITEM_QUEUE_URL'],
    ['writer', 'CONTROL_TABLE'],
  ] as const)('%s without %s does not start, and names it', async (service, variable) => {
    const { [variable]: _missing, ...rest } = environments[service];
    const error = await rejectionOf(startAlone(bundles[service], rest).invoke({}));
    expect(error).toMatchObject({ message: expect.stringContaining(variable) });
    expect(`${error}`).not.toContain('token-of-the-test');
  });

  it.each(services)('%s has no word of this machine in it', (service) => {
    expect(readFileSync(fileURLToPath(bundles[service]), 'utf8')).not.toContain(process.cwd());
  });
});

describe('environments of the functions', () => {
  it('hold the token in one place only: the worker', () => {
    expect(environments.worker.TMDB_API_TOKEN).toBe('token-of-the-test');
    expect(JSON.stringify([environments.planner, environments.writer])).not.toContain('token-of-the-test');
  });
});

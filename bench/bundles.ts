/** Size and cold import of the bundles that are deployed, beside naive bundles of the same packages. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { version as esbuildVersion } from 'esbuild';
import type * as z from 'zod';
import { bundleHandlers } from '../src/local/bundle/bundle-handlers.ts';
import { handlerEntries } from '../src/local/bundle/bundle-options.ts';
import type {
  plannerEnvironmentSchema,
  readerEnvironmentSchema,
  workerEnvironmentSchema,
  writerEnvironmentSchema,
} from '../src/shared/settings/function-environments.ts';
import { metricsNamespace, type ServiceName } from '../src/shared/telemetry/metric-ledger.ts';
import { type BenchReport, type BenchResult, type BenchTarget, benchEnvironment, quantile } from './bench-report.ts';
import { importTimes } from './import-times.ts';
import { naiveBundle, packageImports } from './naive-bundle.ts';

type Measured = {
  service: ServiceName;
  packages: number;
  deployed: { bytes: number; importMs: number[] };
  naive: { bytes: number; importMs: number[] };
};

const samples = { warmUps: 2, measured: 21 };
const highestKib = 700;
const highestRatio = 0.75;

/** Nobody listens on this port: an import that calls something would fail or hang. */
const nowhere = 'http://127.0.0.1:1';
const queue = `${nowhere}/000000000000/none`;
const tables = { CATALOG_TABLE: 'none', CONTROL_TABLE: 'none' };
const plannerVariables: z.infer<typeof plannerEnvironmentSchema> = { ...tables, FETCH_QUEUE_URL: queue };
// With the token in the environment the worker does not ask Parameter Store while it starts.
const workerVariables: z.infer<typeof workerEnvironmentSchema> = {
  CONTROL_TABLE: 'none',
  FETCH_QUEUE_URL: queue,
  FETCH_DLQ_URL: queue,
  ITEM_QUEUE_URL: queue,
  TMDB_BASE_URL: nowhere,
  TMDB_API_TOKEN: 'none',
};
const writerVariables: z.infer<typeof writerEnvironmentSchema> = { ...tables, ITEM_DLQ_URL: queue };
const readerVariables: z.infer<typeof readerEnvironmentSchema> = {
  ...tables,
  FETCH_QUEUE_URL: queue,
  ITEM_QUEUE_URL: queue,
  TMDB_BASE_URL: nowhere,
  TMDB_API_TOKEN: 'none',
};
const ownVariables = {
  planner: plannerVariables,
  worker: workerVariables,
  writer: writerVariables,
  reader: readerVariables,
};
/** What Lambda sets, and what the SDK and Powertools read themselves. */
const commonVariables = {
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: nowhere,
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
};

/** Runs the comparison. */
export async function benchBundles(): Promise<BenchReport> {
  const bundles = await bundleHandlers();
  const measured: Measured[] = [];
  for (const service of Object.keys(handlerEntries) as ServiceName[]) {
    measured.push(await measure(service, bundles[service]));
  }
  return {
    bench: 'bundles',
    method: `Deployed: what a deployment uploads, own code included. Naive: an entry that does nothing but import what the function's own sources import from packages, name by name (for zod the older form '{ z }', which brings all of it), bundled by the same esbuild with everything inside, minified, with the same platform, target, format and banner, but esbuild's own order of main fields and nothing left out; no own code runs in it. Import: the time of one 'await import()' in a fresh process, files warm in the system's cache; ${samples.measured} samples each after ${samples.warmUps} warm-ups, deployed and naive in turn (A B B A); the ratio is that of the medians.`,
    environment: benchEnvironment({ esbuild: esbuildVersion }),
    results: measured.flatMap(resultsOf),
    targets: measured.flatMap(targetsOf),
  };
}

async function measure(service: ServiceName, url: string): Promise<Measured> {
  const path = fileURLToPath(url);
  const imports = await packageImports(handlerEntries[service]);
  const code = await naiveBundle(imports);
  // Beside the deployed bundle, so that both are read from the same disk.
  const folder = mkdtempSync(join(dirname(dirname(path)), `naive-${service}-`));
  try {
    const naivePath = join(folder, 'index.mjs');
    writeFileSync(naivePath, code);
    const environment = { ...commonVariables, ...ownVariables[service] } as Record<string, string>;
    const [deployedMs, naiveMs] = await importTimes(
      { url, environment },
      { url: pathToFileURL(naivePath).href, environment },
      samples,
    );
    return {
      service,
      packages: imports.size,
      deployed: { bytes: readFileSync(path).byteLength, importMs: deployedMs },
      naive: { bytes: code.byteLength, importMs: naiveMs },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resultsOf(measured: Measured): BenchResult[] {
  const { service, packages } = measured;
  return [
    { subject: service, metric: 'imported packages', value: packages, unit: '' },
    ...(['deployed', 'naive'] as const).flatMap((kind) => {
      const { bytes, importMs } = measured[kind];
      const subject = `${service}, ${kind}`;
      return [
        { subject, metric: 'size', value: toKib(bytes), unit: 'KiB' },
        { subject, metric: 'import, median', value: rounded(quantile(importMs, 0.5), 1), unit: 'ms' },
        { subject, metric: 'import, 10th percentile', value: rounded(quantile(importMs, 0.1), 1), unit: 'ms' },
        { subject, metric: 'import, 90th percentile', value: rounded(quantile(importMs, 0.9), 1), unit: 'ms' },
      ];
    }),
  ];
}

function targetsOf({ service, deployed, naive }: Measured): BenchTarget[] {
  const sizeKib = toKib(deployed.bytes);
  const ratio = rounded(quantile(deployed.importMs, 0.5) / quantile(naive.importMs, 0.5), 3);
  return [
    { name: `${service}: KiB`, value: sizeKib, target: `at most ${highestKib}`, met: sizeKib <= highestKib },
    {
      name: `${service}: import beside naive`,
      value: ratio,
      target: `at most ${highestRatio}`,
      met: ratio <= highestRatio,
    },
  ];
}

function toKib(bytes: number): number {
  return rounded(bytes / 1024, 1);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

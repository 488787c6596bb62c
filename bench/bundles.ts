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
import { defaultSettings } from '../src/shared/settings/settings.ts';
import type { ServiceName } from '../src/shared/telemetry/metric-ledger.ts';
import { type BenchReport, type BenchResult, type BenchTarget, benchEnvironment, quantile } from './bench-report.ts';
import { type BenchSelection, chosenParts } from './bench-selection.ts';
import { importTimes } from './import-times.ts';
import { naiveBundle, packageImports } from './naive-bundle.ts';

/** A bundle. `importMs` is empty where imports are not measured. */
type Bundle = { bytes: number; importMs: number[] };
type Measured = { service: ServiceName; packages: number; deployed: Bundle; naive: Bundle };

/** Sizes are the same on every machine, so that CI can hold the bundles to them; imports take as long as the machine lets them. */
const partNames = ['size', 'import'] as const;
type Part = (typeof partNames)[number];

const samples = { warmUps: 2, measured: 21 };
const highestKib = 700;
const highestRatio = 0.75;
/** Other work on the machine only adds to a time, so that the low samples tell most of what an import takes. */
const comparedQuantile = 0.1;

/** Nobody listens on this port: an import that calls something would fail or hang. */
const nowhere = 'http://127.0.0.1:1';
const queue = `${nowhere}/000000000000/none`;
const common = { POWERTOOLS_METRICS_NAMESPACE: 'bench' };
const tables = { ...common, CATALOG_TABLE: 'none', CONTROL_TABLE: 'none' };
const plannerVariables: z.infer<typeof plannerEnvironmentSchema> = {
  ...tables,
  FETCH_QUEUE_URL: queue,
  TMDB_BASE_URL: nowhere,
  TMDB_API_TOKEN: 'none',
};
// With the token in the environment the worker does not ask Parameter Store while it starts.
const workerVariables: z.infer<typeof workerEnvironmentSchema> = {
  ...common,
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
};

/** Runs the comparison. @throws UsageError for an unknown part. */
export async function benchBundles(selection: BenchSelection): Promise<BenchReport> {
  const parts = chosenParts(partNames, selection);
  const bundles = await bundleHandlers(defaultSettings);
  const measured: Measured[] = [];
  for (const service of Object.keys(handlerEntries) as ServiceName[]) {
    measured.push(await measure(service, bundles[service], parts));
  }
  return {
    bench: 'bundles',
    method: `Deployed: what a deployment uploads, own code included. Naive: an entry that does nothing but import what the function's own sources import from packages, name by name (for zod the older form '{ z }', which brings all of it), bundled by the same esbuild with everything inside, minified, with the same platform, target, format and banner, but esbuild's own order of main fields and nothing left out; no own code runs in it. Import: the time of one 'await import()' in a fresh process, files warm in the system's cache; ${samples.measured} samples each after ${samples.warmUps} warm-ups, deployed and naive in turn (A B B A); the ratio is that of the 10th percentiles, since other work on the machine only adds to a time.`,
    environment: benchEnvironment({ esbuild: esbuildVersion }),
    results: measured.flatMap(resultsOf),
    targets: measured.flatMap((one) => targetsOf(one, parts)),
  };
}

async function measure(service: ServiceName, url: string, parts: readonly Part[]): Promise<Measured> {
  const path = fileURLToPath(url);
  const imports = await packageImports(handlerEntries[service]);
  const code = await naiveBundle(imports);
  // Beside the deployed bundle, so that both are read from the same disk.
  const folder = mkdtempSync(join(dirname(dirname(path)), `naive-${service}-`));
  try {
    const naivePath = join(folder, 'index.mjs');
    writeFileSync(naivePath, code);
    const environment = { ...commonVariables, ...ownVariables[service] } as Record<string, string>;
    const naiveUrl = pathToFileURL(naivePath).href;
    const [deployedMs, naiveMs] = parts.includes('import')
      ? await importTimes({ url, environment }, { url: naiveUrl, environment }, samples)
      : [[], []];
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
      const ofImport = (name: string, q: number) => ({
        subject,
        metric: `import, ${name}`,
        value: rounded(quantile(importMs, q), 1),
        unit: 'ms',
      });
      return [
        { subject, metric: 'size', value: toKib(bytes), unit: 'KiB' },
        ...(importMs.length === 0
          ? []
          : [ofImport('median', 0.5), ofImport('10th percentile', comparedQuantile), ofImport('90th percentile', 0.9)]),
      ];
    }),
  ];
}

function targetsOf({ service, deployed, naive }: Measured, parts: readonly Part[]): BenchTarget[] {
  const sizeKib = toKib(deployed.bytes);
  const size = { value: sizeKib, target: `at most ${highestKib}`, met: sizeKib <= highestKib };
  const ratio = rounded(quantile(deployed.importMs, comparedQuantile) / quantile(naive.importMs, comparedQuantile), 3);
  const imported = { value: ratio, target: `at most ${highestRatio}`, met: ratio <= highestRatio };
  const targets = {
    size: { name: `${service}: KiB`, ...size },
    import: { name: `${service}: import beside naive`, ...imported },
  };
  return parts.map((part) => targets[part]);
}

function toKib(bytes: number): number {
  return rounded(bytes / 1024, 1);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

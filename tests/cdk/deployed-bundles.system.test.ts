import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleHandlers } from '../../src/local/bundle/bundle-handlers.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { dynamoCatalogReader } from '../../src/shared/tables/dynamo-catalog.ts';
import { catalogTable } from '../../src/shared/tables/table-definitions.ts';
import { metricLedger, type ServiceName } from '../../src/shared/telemetry/metric-ledger.ts';
import {
  assetOf,
  type DeployedFunctions,
  functionNames,
  startDeployedFunctions,
} from '../support/deployed-functions.ts';
import { emfDocumentSchema, emfProblems } from '../support/emf-schema.ts';
import { functionUrlEvent } from '../support/function-url-event.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

const token = 'token-in-parameter-store';
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
let deployed: DeployedFunctions;
/** What the function URL would answer. */
type Reading = { statusCode: number; headers: Record<string, string> };
let readings: Reading[];

/** EMF documents, by the function that wrote them. */
const emfLines = () =>
  functionNames.flatMap((name) =>
    deployed.functions[name].lines.filter((line) => line.includes('"_aws"')).map((line) => ({ name, line })),
  );

beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, token);
  const { template, functions } = deployed;
  const { Target } = template.one('AWS::Scheduler::Schedule', 'Triggersdaily').Properties;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await functions.Planner.invoke(JSON.parse(Target.Input.replace('<aws.scheduler.scheduled-time>', occurrence)));
  await until('seven pages are applied', () => {
    const applied = functions.Writer.lines.filter((line) => line.includes('"event":"page-applied"'));
    return applied.length === 7;
  });
  // A list that is there, one that TMDB must be asked for (its other pages are asked for too), and a title.
  readings = [];
  for (const path of ['lists/popular/movie', 'lists/popular/tv?language=de-DE', 'titles/tv/1', 'recommendations']) {
    readings.push((await functions.Reader.invoke(functionUrlEvent(`/v1/${path}`))) as Reading);
  }
});

afterAll(() => deployed?.stop(), 30_000);

describe('the bundles that would be uploaded, with the environment of the template', () => {
  it('are those that the embedded stack runs, byte for byte', async () => {
    const bundles = await bundleHandlers(defaultSettings);
    for (const name of functionNames) {
      const uploaded = readFileSync(fileURLToPath(assetOf(name, deployed.template, outdir)));
      const embedded = readFileSync(fileURLToPath(bundles[name.toLowerCase() as ServiceName]));
      expect(uploaded.equals(embedded), name).toBe(true);
    }
  });

  it('fill the daily lists with the token from Parameter Store, asked for once by each worker', async () => {
    const client = dynamoClient({ endpoint: deployed.dynamodb, region: 'us-east-1' });
    const catalog = dynamoCatalogReader(client, catalogTable.name);
    const feed = { category: 'popular', media: 'movie', region: 'global', language: 'en-US' } as const;
    const pages = await catalog.listPages(feed, 100);
    expect(pages.map(({ places }) => places.length)).toEqual([20, 20]);
    client.destroy();
    expect(deployed.parameterStore.calls.length).toBeGreaterThan(0);
    // One reader beside them.
    expect(deployed.parameterStore.calls.length).toBeLessThanOrEqual(defaultSettings.worker.maximumConcurrency + 1);
    expect(deployed.parameterStore.calls[0]?.input).toMatchObject({
      Name: defaultSettings.deployment.tokenParameter,
      WithDecryption: true,
    });
  });

  it('answer reads from the table, and from TMDB what is not there', () => {
    expect(readings.map(({ statusCode, headers }) => [statusCode, headers['cache-status']])).toEqual([
      [200, 'tmdb-pipeline; hit; detail=table'],
      [200, 'tmdb-pipeline; fwd=miss; detail=tmdb'],
      [404, undefined],
      [200, expect.stringContaining('hit')],
    ]);
  });

  it('write no token', () => {
    for (const name of functionNames) {
      expect(deployed.functions[name].lines.join('\n')).not.toContain(token);
    }
  });
});

describe('the metrics of that run', () => {
  it('are EMF as its specification has it', () => {
    expect(new Set(emfLines().map(({ name }) => name))).toEqual(new Set(['Worker', 'Writer', 'Reader']));
    for (const { line } of emfLines()) {
      expect(emfProblems(line)).toEqual([]);
    }
  });

  it('stand in the ledger, each under its one service', () => {
    for (const { name, line } of emfLines()) {
      const document = emfDocumentSchema.parse(JSON.parse(line));
      for (const { Namespace, Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
        expect(Namespace).toBe(defaultSettings.deployment.stackName);
        expect(Dimensions).toEqual([['service']]);
        for (const metric of Metrics) {
          const entry = metricLedger[metric.Name as keyof typeof metricLedger];
          expect({ service: entry?.service, unit: entry?.unit }, metric.Name).toEqual({
            service: name.toLowerCase(),
            unit: metric.Unit,
          });
        }
      }
    }
  });

  it('are all that dashboard and alarms use', () => {
    const emitted = new Set(
      emfLines().flatMap(({ line }) =>
        emfDocumentSchema
          .parse(JSON.parse(line))
          ._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)),
      ),
    );
    const used = Object.keys(metricLedger).filter((name) => deployed.template.text.includes(name));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !emitted.has(name))).toEqual([]);
  });
});

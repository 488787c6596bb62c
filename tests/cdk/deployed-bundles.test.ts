import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTable } from '../../src/local/create-tables.ts';
import { startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { longPollSeconds, startEventSource } from '../../src/local/event-source.ts';
import { startTmdbSimulator } from '../../src/local/tmdb-simulator/start-tmdb-simulator.ts';
import { dynamoClient, sqsClient } from '../../src/shared/adapters/aws-clients.ts';
import { dynamoCatalogReader } from '../../src/shared/adapters/dynamo-catalog-reader.ts';
import { systemClock } from '../../src/shared/adapters/system-clock.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queue-definitions.ts';
import { defaultSettings } from '../../src/shared/settings.ts';
import { catalogTable, controlTable } from '../../src/shared/table/table-definitions.ts';
import { metricLedger, metricsNamespace } from '../../src/shared/telemetry/metric-ledger.ts';
import { type AwsScriptServer, startAwsScriptServer } from '../support/aws-script-server.ts';
import { type BundleProcess, startBundle } from '../support/bundle-process.ts';
import { emfDocumentSchema, emfProblems } from '../support/emf-schema.ts';
import { type OperationProxy, startOperationProxy } from '../support/operation-proxy.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { until } from '../support/until.ts';

type Name = 'Planner' | 'Worker' | 'Writer';
const names = ['Planner', 'Worker', 'Writer'] as const;
const token = 'token-in-parameter-store';
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
const queues = [fetchQueue(defaultSettings), itemQueue(defaultSettings)] as const;
const region = 'us-east-1';

let template: PipelineTemplate;
let parameterStore: AwsScriptServer;
let sqs: EmbeddedSqs;
let dynamodb: string;
const functions = {} as Record<Name, BundleProcess>;
const proxies = {} as Record<Name, OperationProxy[]>;
const stops: (() => Promise<unknown>)[] = [];

/** What CloudFormation makes of a reference, here: queue URLs and table names of the embedded stack. */
function deployed(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const id = (value as { Ref: string }).Ref;
  const { Type, Properties } = template.resources[id] ?? { Type: 'none', Properties: {} };
  if (Type === 'AWS::SQS::Queue') {
    return sqs.queueUrl(Properties.QueueName.replace('TmdbPipeline-', ''));
  }
  expect(Type).toBe('AWS::DynamoDB::Table');
  return Properties.TableName ?? controlTable.name;
}

/** The file that CDK would upload for a function. */
function assetOf(name: Name): string {
  const { S3Key } = template.one('AWS::Lambda::Function', name).Properties.Code;
  const assets = JSON.parse(readFileSync(join(outdir, 'TmdbPipeline.assets.json'), 'utf8'));
  const { path } = assets.files[S3Key.replace('.zip', '')].source;
  return pathToFileURL(join(outdir, path, 'index.mjs')).href;
}

async function start(name: Name, tmdb: string): Promise<void> {
  const { Environment, Timeout } = template.one('AWS::Lambda::Function', name).Properties;
  const variables = Object.fromEntries(
    Object.entries(Environment.Variables).map(([key, value]) => [key, deployed(value)]),
  );
  const [toSqs, toDynamo, toSsm] = await Promise.all([
    startOperationProxy('sqs', sqs.endpoint),
    startOperationProxy('dynamodb', dynamodb),
    startOperationProxy('ssm', parameterStore.endpoint),
  ]);
  proxies[name] = [toSqs, toDynamo, toSsm];
  const endpoints = {
    AWS_ENDPOINT_URL_SQS: toSqs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: toDynamo.endpoint,
    AWS_ENDPOINT_URL_SSM: toSsm.endpoint,
    ...('TMDB_BASE_URL' in variables && { TMDB_BASE_URL: tmdb }),
  };
  const lambda = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's', TZ: 'UTC' };
  functions[name] = startBundle(assetOf(name), { ...variables, ...lambda, ...endpoints }, workdir, Timeout);
  stops.push(
    () => functions[name].stop(),
    () => Promise.all(proxies[name].map((proxy) => proxy.stop())),
  );
}

function startSource(name: 'Worker' | 'Writer', queueUrl: string): void {
  const client = sqsClient({ endpoint: sqs.endpoint, region }, longPollSeconds * 1_000);
  const { batchSize, batchingWindowSeconds, maximumConcurrency } =
    defaultSettings[name === 'Worker' ? 'worker' : 'writer'];
  const source = startEventSource(
    {
      queueUrl,
      queueArn: `arn:aws:sqs:${region}:000000000000:queue`,
      batchSize,
      batchingWindowMs: batchingWindowSeconds * 1_000,
      maximumConcurrency,
      invoke: (event) => functions[name].invoke(event),
      onProblem: (sentence) => expect.unreachable(sentence),
    },
    client,
    systemClock,
  );
  stops.push(() => source.stop());
}

const records = (name: Name) =>
  functions[name].lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
const emfLines = () =>
  names.flatMap((name) =>
    functions[name].lines.filter((line) => line.includes('"_aws"')).map((line) => ({ name, line })),
  );

beforeAll(async () => {
  parameterStore = await startAwsScriptServer(() => ({ Parameter: { Name: 'p', Type: 'SecureString', Value: token } }));
  stops.push(() => parameterStore.stop());
  template = await pipelineTemplate(outdir);
  sqs = await startEmbeddedSqs(queues, { port: 0, dataDir: undefined });
  stops.push(() => sqs.stop());
  const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: undefined });
  stops.push(() => dynamo.stop());
  dynamodb = dynamo.endpoint;
  const client = dynamoClient({ endpoint: dynamodb, region });
  stops.push(async () => client.destroy());
  await createTable(client, catalogTable, dynamo.engine);
  await createTable(client, controlTable, dynamo.engine);
  // One throttle and one failure on the way, so that their metrics are emitted as well.
  const faults = { rules: [{ kind: 'throttle', times: 1 } as const, { kind: 'unavailable', times: 1 } as const] };
  const simulator = await startTmdbSimulator({ clock: systemClock, token, faults });
  stops.push(() => simulator.close());
  for (const name of names) {
    await start(name, simulator.baseUrl);
  }
  startSource('Worker', sqs.queueUrl(queues[0].name));
  startSource('Writer', sqs.queueUrl(queues[1].name));
  const { Target } = template.one('AWS::Scheduler::Schedule', 'Triggersdaily').Properties;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await functions.Planner.invoke(JSON.parse(Target.Input.replace('<aws.scheduler.scheduled-time>', occurrence)));
  await until('seven pages are applied', () => {
    const applied = records('Writer').filter(({ runEvent }) => runEvent?.event === 'page-applied');
    return applied.length === 7;
  });
}, 60_000);

afterAll(async () => {
  for (const stop of stops.reverse()) {
    await stop();
  }
}, 30_000);

describe('the bundles that would be uploaded, with the environment of the template', () => {
  it('are the files that the embedded stack runs', () => {
    for (const name of names) {
      expect(fileURLToPath(assetOf(name))).toContain('asset.');
    }
  });

  it('fill the daily lists with the token from Parameter Store, asked for once by each worker', async () => {
    const client = dynamoClient({ endpoint: dynamodb, region });
    const catalog = dynamoCatalogReader(client, catalogTable.name);
    const feed = { category: 'popular', media: 'movie', region: 'global', language: 'en-US' } as const;
    expect(await catalog.listPlacements(feed, 100)).toHaveLength(40);
    client.destroy();
    expect(parameterStore.calls.length).toBeGreaterThan(0);
    expect(parameterStore.calls.length).toBeLessThanOrEqual(defaultSettings.worker.maximumConcurrency);
    expect(parameterStore.calls[0]?.input).toMatchObject({
      Name: defaultSettings.deployment.tokenParameter,
      WithDecryption: true,
    });
  });

  it('call nothing that their roles do not allow', () => {
    for (const name of names) {
      const { Statement } = template.one('AWS::IAM::Policy', `${name}Role`).Properties.PolicyDocument;
      const allowed = new Set(Statement.flatMap(({ Action }: { Action: string | string[] }) => Action));
      // A batch is allowed by the action for one message.
      const called = proxies[name].flatMap(({ operations }) =>
        [...operations].map((one) => one.replace('MessageBatch', 'Message')),
      );
      expect(called.length).toBeGreaterThan(1);
      expect(
        called.filter((operation) => !allowed.has(operation)),
        name,
      ).toEqual([]);
    }
  });

  it('write no token', () => {
    for (const name of names) {
      expect(functions[name].lines.join('\n')).not.toContain(token);
    }
  });
});

describe('the metrics of that run', () => {
  it('are EMF as its specification has it', () => {
    expect(new Set(emfLines().map(({ name }) => name))).toEqual(new Set(['Worker', 'Writer']));
    for (const { line } of emfLines()) {
      expect(emfProblems(line)).toEqual([]);
    }
  });

  it('stand in the ledger, each under its one service', () => {
    for (const { name, line } of emfLines()) {
      const document = emfDocumentSchema.parse(JSON.parse(line));
      for (const { Namespace, Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
        expect(Namespace).toBe(metricsNamespace);
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
    const used = Object.keys(metricLedger).filter((name) => template.text.includes(name));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !emitted.has(name))).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTables, startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { longPollSeconds, startEventSource } from '../../src/local/event-source.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { documentedPollers } from '../../src/shared/settings/event-source-pollers.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { controlTable } from '../../src/shared/tables/table-definitions.ts';
import { startTmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { type AwsScriptServer, startAwsScriptServer } from './aws-script-server.ts';
import { type HandlerProcesses, handlerProcesses } from './handler-processes.ts';
import { startKillProxy } from './kill-proxy.ts';
import { type PipelineTemplate, pipelineTemplate } from './pipeline-template.ts';

/** A function by the logical id that it begins with. */
export type FunctionName = 'Planner' | 'Worker' | 'Writer' | 'Reader';
export const functionNames = ['Planner', 'Worker', 'Writer', 'Reader'] as const;

/** `lines`: what it has written to stdout and stderr so far. */
type DeployedFunction = HandlerProcesses & { readonly lines: readonly string[] };

/** A server on loopback that passes AWS calls on and notes which they are. */
type OperationProxy = { endpoint: string; operations: ReadonlySet<string>; stop(): Promise<void> };

/** The functions of a synthesized stack, each in processes of its own, on the emulators. */
export type DeployedFunctions = {
  template: PipelineTemplate;
  functions: Record<FunctionName, DeployedFunction>;
  /** What each function has called, by service. */
  proxies: Record<FunctionName, OperationProxy[]>;
  parameterStore: AwsScriptServer;
  /** Endpoint of the tables. */
  dynamodb: string;
  stop(): Promise<void>;
};

const region = 'us-east-1';
const queues = [fetchQueue(defaultSettings), itemQueue(defaultSettings)] as const;
type Stops = (() => Promise<unknown>)[];

/** URL of the file that CDK would upload for a function of the stack synthesized into `outdir`. */
export function assetOf(name: FunctionName, template: PipelineTemplate, outdir: string): string {
  const { S3Key } = template.one('AWS::Lambda::Function', name).Properties.Code;
  const assets = JSON.parse(readFileSync(join(outdir, 'TmdbPipeline.assets.json'), 'utf8'));
  const { path } = assets.files[S3Key.replace('.zip', '')].source;
  return pathToFileURL(join(outdir, path, 'index.mjs')).href;
}

/**
 * Synthesizes into `outdir` and starts what would be deployed: each bundle from `workdir` with the environment of the template, its
 * endpoints replaced. Parameter Store holds `token`, and the simulator takes no other; of its first two calls it throttles one
 * and fails the other.
 */
export async function startDeployedFunctions(
  outdir: string,
  workdir: string,
  token: string,
): Promise<DeployedFunctions> {
  const stops: Stops = [];
  const parameterStore = await startAwsScriptServer(() => ({ Parameter: { Type: 'SecureString', Value: token } }));
  stops.push(() => parameterStore.stop());
  const template = await pipelineTemplate(outdir);
  const { sqs, dynamodb } = await startEmulators(stops);
  const faults = { rules: [{ kind: 'throttle', times: 1 } as const, { kind: 'unavailable', times: 1 } as const] };
  const simulator = await startTmdbSimulator({ clock: systemClock, token, faults });
  stops.push(() => simulator.close());
  const functions = {} as Record<FunctionName, DeployedFunction>;
  const proxies = {} as Record<FunctionName, OperationProxy[]>;
  for (const name of functionNames) {
    proxies[name] = await Promise.all([
      startOperationProxy('sqs', sqs.endpoint),
      startOperationProxy('dynamodb', dynamodb),
      startOperationProxy('ssm', parameterStore.endpoint),
    ]);
    const variables = variablesOf(name, template, sqs);
    const environment = {
      ...variables,
      ...('TMDB_BASE_URL' in variables && { TMDB_BASE_URL: simulator.baseUrl }),
      ...endpointVariables(proxies[name]),
    };
    const { Timeout } = template.one('AWS::Lambda::Function', name).Properties;
    const started = startFunction(assetOf(name, template, outdir), environment, workdir, Timeout);
    functions[name] = started;
    stops.push(
      () => Promise.all(proxies[name].map((proxy) => proxy.stop())),
      () => started.stop(),
    );
  }
  startSource('worker', functions.Worker, sqs.queueUrl(queues[0].name), sqs, stops);
  startSource('writer', functions.Writer, sqs.queueUrl(queues[1].name), sqs, stops);
  const stop = async () => {
    for (const one of stops.reverse()) {
      await one();
    }
  };
  return { template, functions, proxies, parameterStore, dynamodb, stop };
}

function endpointVariables([sqs, dynamodb, ssm]: readonly OperationProxy[]): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_ENDPOINT_URL_SQS: sqs?.endpoint ?? '',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb?.endpoint ?? '',
    AWS_ENDPOINT_URL_SSM: ssm?.endpoint ?? '',
  };
}

/** Runs a bundle from `folder`, where no package can be found. */
function startFunction(
  bundleUrl: string,
  environment: Readonly<Record<string, string>>,
  folder: string,
  timeoutSeconds: number,
): DeployedFunction {
  const lines: string[] = [];
  const timeoutMs = timeoutSeconds * 1_000;
  const processes = handlerProcesses({ bundleUrl, environment, folder, timeoutMs, onLine: (line) => lines.push(line) });
  return { ...processes, lines };
}

async function startEmulators(stops: Stops): Promise<{ sqs: EmbeddedSqs; dynamodb: string }> {
  const sqs = await startEmbeddedSqs(queues, { port: 0, dataDir: undefined });
  const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: undefined });
  stops.push(
    () => sqs.stop(),
    () => dynamo.stop(),
  );
  await createTables(dynamo);
  return { sqs, dynamodb: dynamo.endpoint };
}

/** What CloudFormation makes of references, here: queue URLs and table names of the emulators. */
function variablesOf(name: FunctionName, template: PipelineTemplate, sqs: EmbeddedSqs): Record<string, string> {
  const resolved = (value: unknown): string => {
    if (typeof value === 'string') {
      return value;
    }
    const { Type, Properties } = template.resources[(value as { Ref: string }).Ref] ?? { Type: 'none', Properties: {} };
    if (Type === 'AWS::SQS::Queue') {
      return sqs.queueUrl(Properties.QueueName.replace('TmdbPipeline-', ''));
    }
    if (Type !== 'AWS::DynamoDB::Table') {
      throw new Error(`${name} refers to a ${Type}, which the emulators have none of`);
    }
    return Properties.TableName ?? controlTable.name;
  };
  const { Variables } = template.one('AWS::Lambda::Function', name).Properties.Environment;
  return Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, resolved(value)]));
}

function startSource(
  service: 'worker' | 'writer',
  consumer: DeployedFunction,
  queueUrl: string,
  sqs: EmbeddedSqs,
  stops: Stops,
): void {
  const { batchSize, batchingWindowSeconds, maximumConcurrency = documentedPollers.most } = defaultSettings[service];
  const source = startEventSource(
    {
      queueUrl,
      batchSize,
      batchingWindowMs: batchingWindowSeconds * 1_000,
      maximumConcurrency,
      invoke: (event) => consumer.invoke(event),
      onProblem: (sentence) => {
        throw new Error(sentence);
      },
    },
    sqsClient({ endpoint: sqs.endpoint, region }, longPollSeconds * 1_000),
    systemClock,
  );
  stops.push(() => source.stop());
}

/** Passes everything on to `upstream`; operations are noted as IAM calls them, such as `dynamodb:PutItem`. */
async function startOperationProxy(service: string, upstream: string): Promise<OperationProxy> {
  const operations = new Set<string>();
  const proxy = await startKillProxy(upstream, async ({ operation }) => {
    operations.add(`${service}:${operation}`);
    return 'pass';
  });
  return { ...proxy, operations };
}

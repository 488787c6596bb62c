import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTable, startEmbeddedDynamo } from '../../src/local/embedded-dynamodb.ts';
import { type EmbeddedSqs, startEmbeddedSqs } from '../../src/local/embedded-sqs.ts';
import { longPollSeconds, startEventSource } from '../../src/local/event-source.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { fetchQueue, itemQueue } from '../../src/shared/queues/queue-definitions.ts';
import { documentedPollers } from '../../src/shared/settings/event-source-pollers.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient, sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { catalogTable, controlTable } from '../../src/shared/tables/table-definitions.ts';
import { startTmdbSimulator, type TmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { type AwsScriptServer, awsError, startAwsScriptServer } from './aws-script-server.ts';
import { type AwsService, type CallRecorder, startCallRecorder } from './call-recorder.ts';
import { type HandlerProcesses, handlerProcesses } from './handler-processes.ts';
import { type PipelineTemplate, pipelineTemplate } from './pipeline-template.ts';
import { physicalName, queueUrlOf, region, resolved } from './template-values.ts';

/** A function by the logical id that it begins with. */
export type FunctionName = 'Planner' | 'Worker' | 'Writer' | 'Reader';
export const functionNames = ['Planner', 'Worker', 'Writer', 'Reader'] as const;

/** `lines`: what it has written to stdout and stderr so far. */
type DeployedFunction = HandlerProcesses & { readonly lines: readonly string[] };

/** The functions of a synthesized stack, each in processes of its own, on the emulators. */
export type DeployedFunctions = {
  template: PipelineTemplate;
  functions: Record<FunctionName, DeployedFunction>;
  /** What each function has called, by service. */
  recorders: Record<FunctionName, Record<AwsService, CallRecorder>>;
  parameterStore: AwsScriptServer & {
    /** From now on there is a parameter with this value, or none. */
    hold(value: string | undefined): void;
  };
  simulator: TmdbSimulator;
  /** Endpoint of the tables. */
  dynamodb: string;
  /** The queues have the names of the template. */
  sqs: EmbeddedSqs;
  stop(): Promise<void>;
};

const queues = [fetchQueue(defaultSettings), itemQueue(defaultSettings)].map((queue) => ({
  ...queue,
  name: deployedName(queue.name),
  deadLetterName: deployedName(queue.deadLetterName),
}));
type Stops = (() => Promise<unknown>)[];

/** The name of a queue of the default stack. */
export function deployedName(name: string): string {
  return `${defaultSettings.deployment.stackName}-${name}`;
}

/** URL of the file that CDK would upload for a function of the stack synthesized into `outdir`. */
export function assetOf(name: FunctionName, template: PipelineTemplate, outdir: string): string {
  const { S3Key } = template.one('AWS::Lambda::Function', name).Properties.Code;
  const assets = JSON.parse(readFileSync(join(outdir, 'TmdbPipeline.assets.json'), 'utf8'));
  const { path } = assets.files[S3Key.replace('.zip', '')].source;
  return pathToFileURL(join(outdir, path, 'index.mjs')).href;
}

/**
 * Synthesizes into `outdir` with these overrides of the settings, and starts what would be deployed: each bundle from `workdir` with the
 * environment of the template, its endpoints replaced. Parameter Store holds `token`, and the simulator takes no other; of its first two
 * calls it throttles one and fails the other. With `sources` false nothing is taken from the
 * queues.
 */
export async function startDeployedFunctions(
  outdir: string,
  workdir: string,
  token: string,
  { overrides = {}, sources = true }: { overrides?: unknown; sources?: boolean } = {},
): Promise<DeployedFunctions> {
  const stops: Stops = [];
  const parameterStore = await startParameterStore(token);
  stops.push(() => parameterStore.stop());
  const template = await pipelineTemplate(outdir, overrides);
  const { sqs, dynamodb } = await startEmulators(template, stops);
  const faults = { rules: [{ kind: 'throttle', times: 1 } as const, { kind: 'unavailable', times: 1 } as const] };
  const simulator = await startTmdbSimulator({ clock: systemClock, token, faults });
  stops.push(() => simulator.close());
  const functions = {} as Record<FunctionName, DeployedFunction>;
  const recorders = {} as Record<FunctionName, Record<AwsService, CallRecorder>>;
  for (const name of functionNames) {
    recorders[name] = {
      sqs: await startCallRecorder('sqs', sqs.endpoint),
      dynamodb: await startCallRecorder('dynamodb', dynamodb),
      ssm: await startCallRecorder('ssm', parameterStore.endpoint),
    };
    const variables = variablesOf(name, template, recorders[name].sqs.endpoint);
    const environment = {
      ...variables,
      ...('TMDB_BASE_URL' in variables && { TMDB_BASE_URL: simulator.baseUrl }),
      ...endpointVariables(recorders[name]),
    };
    const { Timeout } = template.one('AWS::Lambda::Function', name).Properties;
    const started = startFunction(assetOf(name, template, outdir), environment, workdir, Timeout);
    functions[name] = started;
    stops.push(
      () => Promise.all(Object.values(recorders[name]).map((recorder) => recorder.stop())),
      () => started.stop(),
    );
  }
  if (sources) {
    startSource('worker', functions.Worker, sqs.queueUrl(deployedName('tmdb-fetch')), sqs, stops);
    startSource('writer', functions.Writer, sqs.queueUrl(deployedName('tmdb-items')), sqs, stops);
  }
  const stop = async () => {
    for (const one of stops.reverse()) {
      await one();
    }
  };
  return { template, functions, recorders, parameterStore, simulator, dynamodb, sqs, stop };
}

async function startParameterStore(token: string): Promise<DeployedFunctions['parameterStore']> {
  let held: string | undefined = token;
  const server = await startAwsScriptServer(() =>
    held === undefined ? awsError(400, 'ParameterNotFound') : { Parameter: { Type: 'SecureString', Value: held } },
  );
  return {
    ...server,
    hold: (value) => {
      held = value;
    },
  };
}

function endpointVariables({ sqs, dynamodb, ssm }: Record<AwsService, CallRecorder>): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SSM: ssm.endpoint,
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

/** The emulators, with the tables and queues of the template under the names that they would have. */
async function startEmulators(
  template: PipelineTemplate,
  stops: Stops,
): Promise<{ sqs: EmbeddedSqs; dynamodb: string }> {
  const sqs = await startEmbeddedSqs(queues, { port: 0, dataDir: undefined });
  const dynamo = await startEmbeddedDynamo({ port: 0, dataDir: undefined, engine: undefined });
  stops.push(
    () => sqs.stop(),
    () => dynamo.stop(),
  );
  const client = dynamoClient({ endpoint: dynamo.endpoint, region });
  for (const [prefix, definition] of [
    ['TablesCatalog', catalogTable],
    ['TablesControl', controlTable],
  ] as const) {
    const name = physicalName(template.one('AWS::DynamoDB::Table', prefix).id, template.resources);
    await createTable(client, { ...definition, name }, dynamo.engine);
  }
  client.destroy();
  return { sqs, dynamodb: dynamo.endpoint };
}

/**
 * The variables with CloudFormation's references resolved. Queue URLs are on the function's own endpoint `sqs`: the SDK sends to the
 * host of a queue's URL, whatever endpoint it is configured with.
 */
function variablesOf(name: FunctionName, template: PipelineTemplate, sqs: string): Record<string, string> {
  const { Variables } = template.one('AWS::Lambda::Function', name).Properties.Environment;
  const values = resolved(Variables, template.resources) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value.replace(queueUrlOf(''), `${sqs}/000000000000/`)]),
  );
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

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  type EventSource,
  type EventSourceOptions,
  longPollSeconds,
  startEventSource,
} from '../../src/local/event-source.ts';
import { startFunctionUrl } from '../../src/local/function-url.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import type { QueueDepth } from '../../src/shared/queues/message-source.ts';
import { sqsQueueDepth } from '../../src/shared/queues/sqs-queue-depth.ts';
import { sqsClient } from '../../src/shared/tables/aws-clients.ts';
import { type HandlerProcesses, handlerProcesses } from '../support/handler-processes.ts';
import { closed, listening } from '../support/loopback-server.ts';
import { until } from '../support/until.ts';
import { type Caller, signatureProblem } from '../support/verify-signature.ts';

/** Where the functions of a region are found, and what they run with beside their own variables. */
export type LambdaOptions = {
  /** AWS's APIs; a function so to be told by its region. */
  awsEndpoint: () => string;
  region: string;
  /** In the place of TMDB, where a function has TMDB's address in its environment. */
  tmdbBaseUrl: string;
  /** Whose signature opens the function URL. */
  caller: Caller;
  /** Node's options of every function, such as the recorder of connections. */
  nodeOptions: string;
  /** Receives the uploaded zips. */
  folder: string;
};

/** Lambda without AWS: runs what was uploaded, as it was configured. */
export type LambdaOnLoopback = {
  /** Invoke API: POST to `/REGION/NAME`. */
  functionsUrl: string;
  /** The reader's function URL, with the slash at its end that AWS's have. */
  readerUrl: string;
  /** Invokes by a name that begins so. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Starts to poll the queues, as the event source mappings of the account say. */
  startMappings(): Promise<void>;
  /** Ends that, as the deletion of the mappings does. */
  stopMappings(): Promise<void>;
  /** What the functions wrote, and failures of event sources. */
  lines: readonly string[];
  problems: readonly string[];
  /** Names of the functions that have been invoked, one for each invocation that has ended. */
  ended: readonly string[];
  /** Resolves when no queue has messages and no function is at work. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

/** AWS's own number of pollers for a queue without a maximum concurrency. Source: Lambda developer guide, November 2026. */
const usualPollers = 5;
/** For all that one command of the page sets off. */
const longestDrainMs = 90_000;

type Configuration = {
  FunctionName: string;
  Handler: string;
  Timeout: number;
  MemorySize: number;
  Environment?: { Variables: Record<string, string> };
};
type Mapping = {
  EventSourceArn: string;
  FunctionArn: string;
  BatchSize: number;
  MaximumBatchingWindowInSeconds?: number;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number };
};

const run = promisify(execFile);

/** Starts it; nothing is looked up in the account before the first invocation. */
export async function startLambdaOnLoopback(options: LambdaOptions): Promise<LambdaOnLoopback> {
  const { awsEndpoint, region, caller } = options;
  const lines: string[] = [];
  const problems: string[] = [];
  const ended: string[] = [];
  const functions = new Map<string, Promise<HandlerProcesses>>();
  const sources: EventSource[] = [];
  const depths: QueueDepth[] = [];
  let client: SQSClient | undefined;
  let invocations = 0;

  const invoke = async (name: string, event: unknown): Promise<unknown> => {
    const found = functions.get(name) ?? downloaded(name, options, (line) => lines.push(line));
    functions.set(name, found);
    invocations += 1;
    try {
      return await (await found).invoke(event);
    } finally {
      invocations -= 1;
      ended.push(name);
    }
  };
  const stopMappings = async (): Promise<void> => {
    await Promise.all(sources.splice(0).map((source) => source.stop()));
    depths.splice(0);
    client?.destroy();
  };
  const named = async (start: string): Promise<string> => {
    const { Functions } = await read<{ Functions: Configuration[] }>('functions/', options);
    const [name, ...others] = Functions.map(({ FunctionName }) => FunctionName).filter((one) => one.startsWith(start));
    if (name === undefined || others.length > 0) {
      throw new Error(`not exactly one function begins with '${start}'`);
    }
    return name;
  };

  const api = createServer((incoming, response) => void answerInvoke(incoming, response, invoke, problems));
  const inner = await startFunctionUrl(
    async (event) => invoke(await named('TmdbPipeline-Reader'), event),
    0,
    systemClock,
    (sentence) => problems.push(sentence),
  );
  const url = createServer((incoming, response) => void passSigned(incoming, response, inner.endpoint, caller, region));
  const [apiPort, urlPort] = [await listening(api), await listening(url)];
  return {
    functionsUrl: `http://127.0.0.1:${apiPort}`,
    readerUrl: `http://localhost:${urlPort}/`,
    invoke: async (start, event) => invoke(await named(start), event),
    startMappings: async () => {
      client = sqsClient({ endpoint: awsEndpoint(), region }, longPollSeconds * 1_000);
      const { EventSourceMappings } = await read<{ EventSourceMappings: Mapping[] }>('event-source-mappings/', options);
      for (const mapping of EventSourceMappings) {
        const queueUrl = queueOf(mapping, awsEndpoint());
        depths.push(sqsQueueDepth(client, queueUrl));
        sources.push(startEventSource(sourceOf(mapping, queueUrl, invoke, problems), client, systemClock));
      }
    },
    stopMappings,
    lines,
    problems,
    ended,
    settled: () =>
      until(
        'the queues are empty and no function is at work',
        async () => {
          const left = await Promise.all(depths.map(async (queue) => Object.values(await queue.read())));
          const active = sources.reduce((sum, source) => sum + source.activeInvocations(), invocations);
          return active + left.flat().reduce((sum, messages) => sum + messages, 0) === 0;
        },
        longestDrainMs,
      ),
    stop: async () => {
      await stopMappings();
      await Promise.all([...functions.values()].map(async (one) => (await one.catch(() => undefined))?.stop()));
      await Promise.all([closed(api), closed(url), inner.stop()]);
    },
  };
}

/** Fetches what was uploaded for a function, from the bucket that the bootstrap made, and makes it ready to run. */
async function downloaded(name: string, options: LambdaOptions, onLine: (line: string) => void) {
  const { awsEndpoint, region, tmdbBaseUrl, caller, nodeOptions, folder } = options;
  const { Code, Configuration: configuration } = await read<{
    Code: { Location: string };
    Configuration: Configuration & { FunctionArn: string };
  }>(`functions/${name}`, options);
  const account = configuration.FunctionArn.split(':')[4];
  const key = new URL(Code.Location).pathname.slice(1);
  const object = await fetch(`${awsEndpoint()}/cdk-hnb659fds-assets-${account}-${region}/${key}`, {
    headers: headersFor('s3', options),
  });
  if (!object.ok) {
    throw new Error(`the zip of ${name} is not in the bucket: ${object.status}`);
  }
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const zip = join(folder, `${name}.zip`);
  writeFileSync(zip, Buffer.from(await object.arrayBuffer()));
  await run('python3', ['-m', 'zipfile', '-e', zip, place]);
  const variables = configuration.Environment?.Variables ?? {};
  return handlerProcesses({
    bundleUrl: pathToFileURL(join(place, `${configuration.Handler.split('.')[0]}.mjs`)).href,
    environment: {
      ...variables,
      ...('TMDB_BASE_URL' in variables && { TMDB_BASE_URL: tmdbBaseUrl }),
      AWS_ENDPOINT_URL: awsEndpoint(),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
      AWS_ACCESS_KEY_ID: caller.accessKeyId,
      AWS_SECRET_ACCESS_KEY: caller.secretAccessKey,
      TZ: 'UTC',
      NODE_OPTIONS: nodeOptions,
    },
    folder: place,
    timeoutMs: configuration.Timeout * 1_000,
    onLine,
  });
}

function queueOf({ EventSourceArn }: Mapping, endpoint: string): string {
  const [, , , , account, name] = EventSourceArn.split(':');
  return `${endpoint}/${account}/${name}`;
}

function sourceOf(
  mapping: Mapping,
  queueUrl: string,
  invoke: (name: string, event: unknown) => Promise<unknown>,
  problems: string[],
): EventSourceOptions {
  const name = mapping.FunctionArn.split(':')[6] ?? '';
  const reportsFailures = mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true;
  return {
    queueUrl,
    batchSize: mapping.BatchSize,
    batchingWindowMs: (mapping.MaximumBatchingWindowInSeconds ?? 0) * 1_000,
    maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? usualPollers,
    invoke: async (event) => {
      const answer = await invoke(name, event);
      return reportsFailures ? answer : undefined;
    },
    onProblem: (sentence) => problems.push(sentence),
  };
}

/** Lambda's API, read. @throws for any status but 200. */
async function read<T>(path: string, options: LambdaOptions): Promise<T> {
  const answer = await fetch(`${options.awsEndpoint()}/2015-03-31/${path}`, { headers: headersFor('lambda', options) });
  if (!answer.ok) {
    throw new Error(`Lambda's ${path} was answered with ${answer.status}`);
  }
  return (await answer.json()) as T;
}

/** The emulator tells services and regions by the scope of a signature, and does not check it. */
function headersFor(service: string, { region, caller }: LambdaOptions): Record<string, string> {
  const scope = `${caller.accessKeyId}/20260101/${region}/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` };
}

async function answerInvoke(
  incoming: IncomingMessage,
  response: ServerResponse,
  invoke: (name: string, event: unknown) => Promise<unknown>,
  problems: string[],
): Promise<void> {
  const name = (incoming.url ?? '').split('/').at(-1) ?? '';
  try {
    const result = await invoke(name, JSON.parse(await text(incoming)));
    response.end(JSON.stringify(result ?? null));
  } catch (error) {
    problems.push(`${name}: ${error}`);
    response.writeHead(500).end(JSON.stringify({ errorMessage: String(error) }));
  }
}

/** A function URL with IAM: what has no valid signature gets AWS's answer, the rest reaches the function. */
async function passSigned(
  incoming: IncomingMessage,
  response: ServerResponse,
  endpoint: string,
  caller: Caller,
  region: string,
): Promise<void> {
  const { method = 'GET', url: target = '/', headers } = incoming;
  const body = await text(incoming);
  const problem = signatureProblem({ method, target, headers, body }, caller, region, 'lambda');
  if (problem !== undefined) {
    response
      .writeHead(403, { 'content-type': 'application/json' })
      .end(JSON.stringify({ Message: `Forbidden: ${problem}` }));
    return;
  }
  const inner = request(`${endpoint}${target}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  inner.once('error', () => response.destroy());
  inner.end(body);
}

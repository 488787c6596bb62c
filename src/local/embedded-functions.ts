import type * as z from 'zod';
import type { Clock } from '../shared/core/clock.ts';
import { proxyVariables } from '../shared/core/env.ts';
import { type ProxyVariables, proxyFor } from '../shared/core/proxy-variables.ts';
import type {
  plannerEnvironmentSchema,
  readerEnvironmentSchema,
  workerEnvironmentSchema,
  writerEnvironmentSchema,
} from '../shared/settings/function-environments.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { ServiceName } from '../shared/telemetry/metric-ledger.ts';
import { type OutputLine, readOutputLine } from './function-output.ts';
import { type FunctionUrl, startFunctionUrl } from './function-url.ts';
import { type LambdaFunction, startFunction } from './lambda-function.ts';
import type { StackEndpoints } from './stack-endpoints.ts';

type PlannerEnvironment = z.infer<typeof plannerEnvironmentSchema>;
type WorkerEnvironment = z.infer<typeof workerEnvironmentSchema>;
type WriterEnvironment = z.infer<typeof writerEnvironmentSchema>;
type ReaderEnvironment = z.infer<typeof readerEnvironmentSchema>;

/** How to run the functions. */
export type FunctionOptions = {
  settings: Settings;
  clock: Clock;
  /** `http` 0 or absent: any free port. */
  ports?: { http?: number };
  /** Whether the reader is served over HTTP; default: no. */
  http?: boolean;
  /** Receives every line that a function writes. */
  onOutput(service: ServiceName, line: OutputLine, text: string): void;
};

/** The four functions of the pipeline. */
export type Functions = Record<ServiceName, LambdaFunction>;

/** Starts the bundled functions, each with memory and time-out from its settings, and warms those that are certain to be used. */
export function startFunctions(
  bundles: Record<ServiceName, string>,
  endpoints: StackEndpoints,
  token: string,
  options: FunctionOptions,
): Functions {
  const { stackName, reader } = options.settings.deployment;
  const environments = functionEnvironments(endpoints, token, stackName, proxyVariables(), reader.cors.origins);
  const startOne = (service: ServiceName): LambdaFunction => {
    const { memoryMb, timeoutSeconds } = options.settings[service];
    const started = startFunction(
      {
        name: `tmdb-${service}`,
        bundleUrl: bundles[service],
        environment: environments[service],
        memoryMb,
        timeoutSeconds,
        onOutput: (text) => options.onOutput(service, readOutputLine(text), text),
      },
      options.clock,
    );
    if (service !== 'reader' || options.http === true) {
      started.warm();
    }
    return started;
  };
  return {
    planner: startOne('planner'),
    worker: startOne('worker'),
    writer: startOne('writer'),
    reader: startOne('reader'),
  };
}

/** Serves the reader at a function URL; `undefined` unless `http` asks for it. */
export async function startReaderUrl(
  reader: LambdaFunction,
  { http, ports, clock, onOutput }: FunctionOptions,
): Promise<FunctionUrl | undefined> {
  return http === true
    ? await startFunctionUrl(
        (event) => reader.invoke(event),
        ports?.http ?? 0,
        clock,
        (message) => onOutput('reader', { kind: 'log', problem: true, message }, message),
      )
    : undefined;
}

/** Invocations and billed milliseconds so far, by function. */
export function usageOf({ planner, worker, writer, reader }: Functions) {
  return { planner: planner.usage(), worker: worker.usage(), writer: writer.usage(), reader: reader.usage() };
}

/** Pages under development: whatever is served on this machine, on any port. */
const loopbackOrigins = ['http', 'https'].flatMap((scheme) =>
  ['localhost', '127.0.0.1', '[::1]'].map((host) => `${scheme}://${host}:*`),
);

/**
 * Variables of each function: what its handler asks for, where the emulators are, and, of `proxies`, the one used for TMDB. `namespace` is
 * that of the metrics. Pages of `origins` may read the reader's answers, as may pages that are served on this machine.
 */
export function functionEnvironments(
  stack: StackEndpoints,
  token: string,
  namespace: string,
  proxies: ProxyVariables = {},
  origins: readonly string[] = [],
): Record<ServiceName, Record<string, string>> {
  const common = { POWERTOOLS_METRICS_NAMESPACE: namespace };
  const tables = { CATALOG_TABLE: stack.catalogTable, CONTROL_TABLE: stack.controlTable };
  const tmdb = { TMDB_BASE_URL: stack.endpoints.tmdb, TMDB_API_TOKEN: token };
  const planner: PlannerEnvironment = { ...common, ...tables, ...tmdb, FETCH_QUEUE_URL: stack.fetchQueueUrl };
  const worker: WorkerEnvironment = {
    ...common,
    ...tmdb,
    CONTROL_TABLE: stack.controlTable,
    FETCH_QUEUE_URL: stack.fetchQueueUrl,
    FETCH_DLQ_URL: stack.fetchDlqUrl,
    ITEM_QUEUE_URL: stack.itemQueueUrl,
  };
  const writer: WriterEnvironment = { ...common, ...tables, ITEM_DLQ_URL: stack.itemDlqUrl };
  const reader: ReaderEnvironment = {
    ...common,
    ...tables,
    ...tmdb,
    FETCH_QUEUE_URL: stack.fetchQueueUrl,
    ITEM_QUEUE_URL: stack.itemQueueUrl,
    CORS_ORIGINS: [...origins, ...loopbackOrigins].join(),
  };
  const emulators = emulatorVariables(stack);
  const proxy = proxyFor(stack.endpoints.tmdb, proxies);
  const proxied = { ...emulators, ...(proxy && { HTTPS_PROXY: proxy.url }) };
  return {
    reader: { ...proxied, ...reader } as Record<string, string>,
    planner: { ...proxied, ...planner } as Record<string, string>,
    worker: { ...proxied, ...worker } as Record<string, string>,
    writer: { ...emulators, ...writer } as Record<string, string>,
  };
}

/** What the AWS SDK reads itself. */
function emulatorVariables(stack: StackEndpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SQS: stack.endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
  };
}

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
import type { Settings } from '../shared/settings/settings.ts';
import { overridesOf } from '../shared/settings/settings-overrides.ts';
import { metricsNamespace, type ServiceName } from '../shared/telemetry/metric-ledger.ts';
import type { Stoppable } from './embedded-emulators.ts';
import { type OutputLine, readOutputLine } from './function-output.ts';
import { type FunctionUrl, startFunctionUrl } from './function-url.ts';
import { type LambdaFunction, startFunction } from './lambda-function.ts';
import type { StackEndpoints } from './stack-endpoints.ts';

/**
 * Variables of each function in the embedded stack: what its handler asks for, where the emulators are, and the proxy on the way to
 * TMDB where there is one in `proxies`.
 */
export function functionEnvironments(
  stack: StackEndpoints,
  token: string,
  settings: Settings,
  proxies: ProxyVariables = {},
): Record<ServiceName, Record<string, string>> {
  const tables = { CATALOG_TABLE: stack.catalogTable, CONTROL_TABLE: stack.controlTable };
  // The emulators know no throughput, so nothing needs to keep a pace there.
  const unpaced = { ...settings, capacity: { ...settings.capacity, mode: 'on-demand' as const } };
  const SETTINGS_OVERRIDES = overridesOf(unpaced);
  const planner: z.infer<typeof plannerEnvironmentSchema> = {
    ...tables,
    SETTINGS_OVERRIDES,
    FETCH_QUEUE_URL: stack.fetchQueueUrl,
  };
  const worker: z.infer<typeof workerEnvironmentSchema> = {
    SETTINGS_OVERRIDES,
    CONTROL_TABLE: stack.controlTable,
    FETCH_QUEUE_URL: stack.fetchQueueUrl,
    FETCH_DLQ_URL: stack.fetchDlqUrl,
    ITEM_QUEUE_URL: stack.itemQueueUrl,
    TMDB_BASE_URL: stack.endpoints.tmdb,
    TMDB_API_TOKEN: token,
  };
  const proxy = proxyFor(stack.endpoints.tmdb, proxies);
  const proxied = { ...emulatorVariables(stack), ...(proxy && { HTTPS_PROXY: proxy.url }) };
  const writer: z.infer<typeof writerEnvironmentSchema> = {
    ...tables,
    SETTINGS_OVERRIDES,
    ITEM_DLQ_URL: stack.itemDlqUrl,
  };
  const reader: z.infer<typeof readerEnvironmentSchema> = {
    ...tables,
    SETTINGS_OVERRIDES,
    FETCH_QUEUE_URL: stack.fetchQueueUrl,
    ITEM_QUEUE_URL: stack.itemQueueUrl,
    TMDB_BASE_URL: stack.endpoints.tmdb,
    TMDB_API_TOKEN: token,
  };
  return {
    reader: { ...proxied, ...reader } as Record<string, string>,
    planner: { ...emulatorVariables(stack), ...planner } as Record<string, string>,
    worker: { ...proxied, ...worker } as Record<string, string>,
    writer: { ...emulatorVariables(stack), ...writer } as Record<string, string>,
  };
}

/** Read by the AWS SDK and by Powertools themselves. */
function emulatorVariables(stack: StackEndpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SQS: stack.endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
    POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
  };
}

/** How to run the functions. */
export type FunctionOptions = {
  settings: Settings;
  clock: Clock;
  ports?: { http?: number };
  /** Whether the reader is served over HTTP; default: no. */
  http?: boolean;
  /** Every line a function writes, as it comes. */
  onOutput(service: ServiceName, line: OutputLine, text: string): void;
};

/** The four functions of the pipeline. */
export type Functions = Record<ServiceName, LambdaFunction>;

/** Starts the bundled functions, each as its settings say. */
export function startFunctions(
  bundles: Record<ServiceName, string>,
  endpoints: StackEndpoints,
  token: string,
  options: FunctionOptions,
  started: Stoppable[],
): Functions {
  const environments = functionEnvironments(endpoints, token, options.settings, proxyVariables());
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
  const functions = {
    planner: startOne('planner'),
    worker: startOne('worker'),
    writer: startOne('writer'),
    reader: startOne('reader'),
  };
  started.push(...Object.values(functions));
  return functions;
}

/** Serves the reader over HTTP, where it is asked for. */
export async function startReaderUrl(
  reader: LambdaFunction,
  options: FunctionOptions,
  started: Stoppable[],
): Promise<FunctionUrl | undefined> {
  if (options.http !== true) {
    return undefined;
  }
  const url = await startFunctionUrl(
    (event) => reader.invoke(event),
    options.ports?.http ?? 0,
    options.clock,
    (message) => options.onOutput('reader', { kind: 'log', problem: true, message }, message),
  );
  started.push(url);
  return url;
}

/** Invocations and billed milliseconds so far, by function. */
export function usageOf({ planner, worker, writer, reader }: Functions) {
  return { planner: planner.usage(), worker: worker.usage(), writer: writer.usage(), reader: reader.usage() };
}

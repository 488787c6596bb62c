import type { Clock } from '../shared/core/clock.ts';
import { proxyVariables } from '../shared/core/env.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { ServiceName } from '../shared/telemetry/metric-ledger.ts';
import type { Stoppable } from './embedded-emulators.ts';
import { functionEnvironments } from './function-environments.ts';
import { type OutputLine, readOutputLine } from './function-output.ts';
import { type FunctionUrl, startFunctionUrl } from './function-url.ts';
import { type LambdaFunction, startFunction } from './lambda-function.ts';
import type { StackEndpoints } from './stack-endpoints.ts';

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

import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../shared/core/clock.ts';
import type { Invocation, InvocationResult, ThreadData } from './lambda-thread.ts';
import { stackRegion } from './stack-endpoints.ts';

/** How the embedded runtime runs one function. */
export type FunctionOptions = {
  name: string;
  bundleUrl: string;
  environment: Readonly<Record<string, string>>;
  memoryMb: number;
  timeoutSeconds: number;
  /** Receives every line that the function writes to stdout or stderr. */
  onOutput(line: string): void;
};

/** A running function. Each execution environment is a thread; overlapping invocations start more of them, and they stay warm. */
export type LambdaFunction = {
  /** Takes the cold start of one execution environment ahead of the first invocation. */
  warm(): void;
  /** Resolves with what the handler returns. @throws when the handler throws, its thread dies or it times out. */
  invoke(event: unknown): Promise<unknown>;
  /** Invocations so far, and the milliseconds they are billed for. */
  usage(): { invocations: number; billedMs: number };
  stop(): Promise<void>;
};

/** The variables that Lambda itself sets. */
function runtimeVariables(options: FunctionOptions): Record<string, string> {
  return {
    AWS_REGION: stackRegion,
    AWS_LAMBDA_FUNCTION_NAME: options.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMb),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    TZ: 'UTC',
  };
}

/** Prepares a function; its threads start with the first invocations. */
export function startFunction(options: FunctionOptions, clock: Clock): LambdaFunction {
  const threads = threadPool(options);
  let invocations = 0;
  let billedMs = 0;
  return {
    warm: threads.warm,
    invoke: async (event) => {
      invocations += 1;
      const requestId = `${options.name}-${invocations}`;
      const worker = threads.take();
      const startedMs = clock.monotonicMs();
      try {
        const deadlineAtMs = clock.nowMs() + options.timeoutSeconds * 1000;
        const { result, alive } = await runOn(worker, { requestId, event, deadlineAtMs }, options, clock);
        if (alive) {
          threads.giveBack(worker);
        }
        if (!result.ok) {
          throw new Error(result.error);
        }
        return result.value;
      } finally {
        billedMs += Math.ceil(clock.monotonicMs() - startedMs);
      }
    },
    usage: () => ({ invocations, billedMs }),
    stop: threads.terminate,
  };
}

/** The threads of one function. `take` prefers the one that was used last and starts another only when all are busy. */
function threadPool(options: FunctionOptions) {
  const idle: Worker[] = [];
  const all = new Set<Worker>();

  const start = (): Worker => {
    const worker = startThread(options);
    all.add(worker);
    worker.once('exit', () => {
      all.delete(worker);
      idle.splice(0, idle.length, ...idle.filter((other) => other !== worker));
    });
    // The invocation in flight is rejected too; an error between invocations is in the output only.
    worker.on('error', (error) => options.onOutput(`${options.name}: ${error.stack ?? error.message}`));
    return worker;
  };

  return {
    warm: (): void => {
      idle.push(start());
    },
    take: (): Worker => idle.pop() ?? start(),
    giveBack: (worker: Worker): void => {
      idle.push(worker);
    },
    terminate: async (): Promise<void> => {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

function startThread(options: FunctionOptions): Worker {
  const data: ThreadData = { bundleUrl: options.bundleUrl, functionName: options.name, memoryMb: options.memoryMb };
  // In the published package both are compiled.
  const thread = new URL(`./lambda-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(thread, {
    workerData: data,
    env: { ...runtimeVariables(options), ...options.environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    createInterface({ input: stream }).on('line', options.onOutput);
  }
  return worker;
}

/** One invocation on one thread. As in Lambda, a thread that dies or times out is not used again. */
async function runOn(
  worker: Worker,
  invocation: Invocation,
  options: FunctionOptions,
  clock: Clock,
): Promise<{ result: InvocationResult; alive: boolean }> {
  const over = new AbortController();
  const outcome = new Promise<InvocationResult>((resolve, reject) => {
    const onMessage = (result: InvocationResult) => settle(() => resolve(result));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = () => settle(() => reject(new Error(`${options.name}: the execution environment ended`)));
    const settle = (act: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      over.abort();
      act();
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
  worker.postMessage(invocation);
  let alive = true;
  const timedOut = clock.sleep(options.timeoutSeconds * 1000, over.signal).then(async () => {
    if (!over.signal.aborted) {
      alive = false;
      options.onOutput(`${options.name}: task timed out after ${options.timeoutSeconds} seconds`);
      await worker.terminate();
    }
  });
  const result = await outcome;
  await timedOut;
  return { result, alive };
}

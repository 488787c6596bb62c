/**
 * One execution environment: a thread that has loaded one bundle and handles one invocation at a time. As in Lambda, it has its own environment
 * variables only.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { systemClock } from '../shared/core/system-clock.ts';

/** From the runtime to the thread. */
export type Invocation = { requestId: string; event: unknown; deadlineAtMs: number };

/** From the thread to the runtime. */
export type InvocationResult =
  | { requestId: string; ok: true; value: unknown }
  | { requestId: string; ok: false; error: string };

/** What a thread is started with. */
export type ThreadData = { bundleUrl: string; functionName: string; memoryMb: number };

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const port = parentPort;
if (port === null) {
  throw new Error('this file runs as a worker thread only');
}
const data = workerData as ThreadData;
const { handler } = (await import(data.bundleUrl)) as { handler: Handler };

port.on('message', (invocation: Invocation) => {
  run(invocation).then((result) => port.postMessage(result));
});

async function run({ requestId, event, deadlineAtMs }: Invocation): Promise<InvocationResult> {
  try {
    return { requestId, ok: true, value: await handler(event, contextOf(requestId, deadlineAtMs)) };
  } catch (error) {
    return { requestId, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function contextOf(requestId: string, deadlineAtMs: number): Context {
  const name = data.functionName;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'embedded',
    memoryLimitInMB: String(data.memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, deadlineAtMs - systemClock.nowMs()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

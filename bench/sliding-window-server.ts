/**
 * A server in a thread of its own that admits `limit` requests in any sliding second, answers the others with 429, and takes
 * 20 to 400 ms for an answer. It counts by arrival.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createRateWindow } from '../src/tmdb-simulator/http/rate-window.ts';

/** What arrived since the last reset. */
export type ArrivalReport = {
  arrivals: number;
  throttled: number;
  /** Arrivals that made more than `limit` in the second before them. */
  violations: number;
  highestInAnySecond: number;
  /** Milliseconds between the first and the last arrival. */
  spanMs: number;
};

/** The server as the bench sees it. */
export type SlidingWindowServer = {
  port: number;
  /** Sets the counters to zero, and the limit. */
  reset(limit: number): Promise<void>;
  report(): Promise<ArrivalReport>;
  close(): Promise<unknown>;
};

type Command = { kind: 'reset'; limit: number } | { kind: 'report' };

const latencyMs = { min: 20, max: 400 };

/** Starts the thread. */
export async function startSlidingWindowServer(): Promise<SlidingWindowServer> {
  const worker = new Worker(new URL(import.meta.url), { workerData: 'sliding-window-server' });
  const answer = <T>() => new Promise<T>((resolve) => worker.once('message', resolve));
  const port = await answer<number>();
  const ask = <T>(command: Command) => {
    const answered = answer<T>();
    worker.postMessage(command);
    return answered;
  };
  return {
    port,
    reset: (limit) => ask({ kind: 'reset', limit }),
    report: () => ask({ kind: 'report' }),
    close: () => worker.terminate(),
  };
}

function serve(): void {
  let limit = Number.POSITIVE_INFINITY;
  let window = createRateWindow(limit);
  let arrivals: number[] = [];
  let counts = { throttled: 0, violations: 0 };
  const server = createServer((_request, response) => {
    const nowMs = performance.now();
    arrivals.push(nowMs);
    const over = window.record(nowMs).count > limit;
    counts.violations += over ? 1 : 0;
    counts.throttled += over ? 1 : 0;
    const delayMs = latencyMs.min + Math.random() * (latencyMs.max - latencyMs.min);
    setTimeout(() => response.writeHead(over ? 429 : 200).end('{}'), delayMs);
  });
  parentPort?.on('message', (command: Command) => {
    if (command.kind === 'reset') {
      limit = command.limit;
      window = createRateWindow(limit);
      arrivals = [];
      counts = { throttled: 0, violations: 0 };
      parentPort?.postMessage(undefined);
      return;
    }
    const spanMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
    const highestInAnySecond = window.highestCount();
    parentPort?.postMessage({
      arrivals: arrivals.length,
      ...counts,
      highestInAnySecond,
      spanMs,
    } satisfies ArrivalReport);
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

if (!isMainThread && workerData === 'sliding-window-server') {
  serve();
}

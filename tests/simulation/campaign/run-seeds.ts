import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SeedResult } from './judge-seed.ts';

/** How seeds are run. */
export type SeedRun = {
  seeds: readonly number[];
  /** Threads; default: one for each core. */
  threads?: number;
  /** The file of a thread, where it is not that of this folder; and where compiled code is kept from thread to thread. */
  threadFile?: URL;
  compileCache?: string;
  /** Whether failures are made smaller; default: yes. */
  shrinks?: boolean;
  /** Whether the first failure ends it; default: no. */
  stopsAtFailure?: boolean;
  onResult?(result: SeedResult): void;
};

/** Judges seeds on all cores. The results come in the order of the seeds. */
export async function runSeeds(run: SeedRun): Promise<SeedResult[]> {
  const { seeds, threads = availableParallelism(), stopsAtFailure = false } = run;
  const results: SeedResult[] = [];
  const open = [...seeds];
  let isOver = false;
  const work = async (): Promise<void> => {
    const thread = openThread(run);
    try {
      for (let seed = open.shift(); seed !== undefined && !isOver; seed = open.shift()) {
        const result = await thread.judge(seed);
        results.push(result);
        run.onResult?.(result);
        isOver ||= stopsAtFailure && result.failure !== undefined;
      }
    } finally {
      await thread.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, seeds.length) }, work));
  return results.sort((a, b) => a.seed - b.seed);
}

/** A history takes a fraction of a second, one that is shrunk a minute. */
const mostMs = 300_000;

const ownThread = new URL('./seed-thread.ts', import.meta.url);

function openThread({ threadFile = ownThread, compileCache, shrinks = true }: SeedRun) {
  const worker = new Worker(threadFile, {
    workerData: { compileCache, shrinks },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return {
    judge: (seed: number) => {
      const { promise, resolve, reject } = Promise.withResolvers<SeedResult>();
      worker.removeAllListeners();
      const watch = setTimeout(() => reject(new Error(`the thread hangs at seed ${seed}`)), mostMs);
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread ended with ${code} at seed ${seed}`)));
      worker.postMessage(seed);
      // A timer that is left keeps the process alive.
      return promise.finally(() => clearTimeout(watch));
    },
    stop: async () => {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}

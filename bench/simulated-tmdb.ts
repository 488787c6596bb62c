/** The TMDB simulator as benches use it: on a thread of its own, controlled over HTTP. */
import { Worker } from 'node:worker_threads';
import type { SimulatorStats } from '../src/tmdb-simulator/http/serve-admin.ts';
import type { TmdbSimulatorOptions } from '../src/tmdb-simulator/start-tmdb-simulator.ts';

/** The simulator's own options; its clock is that of the machine. */
export type SimulatorThreadOptions = Omit<TmdbSimulatorOptions, 'clock'>;

/** A running simulator. */
export type SimulatedTmdb = { baseUrl: string; traffic(): Promise<SimulatorStats>; stop(): Promise<unknown> };

/** A subject may use any token: the simulator takes all. */
export const benchToken = 'token-of-the-simulator';

/** Starts one. */
export async function startSimulatedTmdb(options: SimulatorThreadOptions): Promise<SimulatedTmdb> {
  const thread = new Worker(new URL('./simulator-thread.ts', import.meta.url), { workerData: options });
  const baseUrl = await new Promise<string>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
  return {
    baseUrl,
    traffic: async () => {
      const answer = await fetch(new URL('/__simulator/stats', baseUrl));
      return (await answer.json()) as SimulatorStats;
    },
    stop: () => thread.terminate(),
  };
}

/** The TMDB simulator as benches use it: on a thread of its own, asked and told over HTTP. */
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { FaultPlan } from '../src/tmdb-simulator/fault-plan.ts';

/** Requests admitted in any sliding second; how long answers take (default 5 to 40 ms); what goes wrong (default nothing). */
export type SimulatorThreadOptions = {
  requestsPerSecond: number;
  latencyMs?: { min: number; max: number };
  faults?: FaultPlan;
};

const statsSchema = z.object({
  requests: z.number(),
  answered: z.number(),
  /** Refused by the rate limit. */
  throttled: z.number(),
  /** Answered wrongly by the fault plan. */
  faulted: z.number(),
  maxRequestsInAnySecond: z.number(),
});

/** What a simulator has seen so far. */
export type SimulatedTraffic = z.infer<typeof statsSchema>;

/** A running simulator. */
export type SimulatedTmdb = { baseUrl: string; traffic(): Promise<SimulatedTraffic>; stop(): Promise<unknown> };

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
      return statsSchema.parse(await answer.json());
    },
    stop: () => thread.terminate(),
  };
}

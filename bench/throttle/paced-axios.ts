/** How both peers keep the told rate: p-queue in strict mode before each attempt of axios, retries included. */
import axios, { type AxiosInstance } from 'axios';
import PQueue from 'p-queue';
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { tmdbAxios } from '../drain/tmdb-axios.ts';

/** What a peer's process is started with. */
export type PeerConfig = { endpoints: StackEndpoints; requestsPerSecond: number; mostUnderWay: number };

/** Batches at once: with one, the rate is that of the slowest answer of ten. */
export const consumers = 3;

/**
 * axios that begins at most the told calls in any second, those of `burstMs` together, and has at most `mostUnderWay` of them under way.
 * In short bursts the limit refuses none, and timers cost a part of the rate.
 */
export function pacedAxios({ endpoints, requestsPerSecond, mostUnderWay }: PeerConfig, burstMs: number): AxiosInstance {
  const limiter = new PQueue({
    interval: burstMs,
    intervalCap: (requestsPerSecond * burstMs) / 1_000,
    strict: true,
    concurrency: mostUnderWay,
  });
  const send = axios.getAdapter('http');
  return tmdbAxios(endpoints.endpoints.tmdb, (request) => limiter.add(() => send(request)));
}

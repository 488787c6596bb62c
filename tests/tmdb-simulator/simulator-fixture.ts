import { onTestFinished } from 'vitest';
import {
  startTmdbSimulator,
  type TmdbSimulator,
  type TmdbSimulatorOptions,
} from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { eventLoopTurn, type VirtualClock, virtualClock } from '../support/virtual-clock.ts';

export type Row = Record<string, unknown> & { id: number };

export type ListBody = {
  page: number;
  results: Row[];
  total_pages: number;
  total_results: number;
  dates?: { maximum: string; minimum: string };
};

export type Got<Body> = { status: number; headers: Headers; body: Body };

export type Client = {
  simulator: TmdbSimulator;
  clock: VirtualClock;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  get<Body = ListBody>(path: string, init?: RequestInit): Promise<Got<Body>>;
  rows(path: string): Promise<Row[]>;
};

/** A limit that no test reaches by accident while its clock stands still. */
const noLimit = 1_000_000;

/** A simulator on virtual time without latency or limit. The caller closes it. */
export async function startClient(
  options: Partial<TmdbSimulatorOptions> & { clock?: VirtualClock } = {},
): Promise<Client> {
  const clock = options.clock ?? virtualClock();
  const simulator = await startTmdbSimulator({
    requestsPerSecond: noLimit,
    latencyMs: { min: 0, max: 0 },
    ...options,
    clock,
  });
  const doFetch = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(simulator.baseUrl + path, { headers: { Authorization: 'Bearer any' }, redirect: 'manual', ...init });
  const get = async <Body>(path: string, init?: RequestInit): Promise<Got<Body>> => {
    const response = await doFetch(path, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  };
  const rows = async (path: string): Promise<Row[]> => (await get<ListBody>(path)).body.results;
  return { simulator, clock, fetch: doFetch, get, rows };
}

/** A client that is closed when the current test ends. */
export async function clientForTest(options: Parameters<typeof startClient>[0] = {}): Promise<Client> {
  const client = await startClient(options);
  onTestFinished(() => client.simulator.close());
  return client;
}

/** Resolves once `count` requests wait on the clock, for their latency or the delay of a fault. */
export async function untilSleeping({ clock }: Client, count = 1): Promise<void> {
  while (clock.sleeperCount() < count) {
    await eventLoopTurn();
  }
}

/** Polls the statistics over HTTP until `holds` is true of them. Polling needs no clock: each request is a round trip. */
export async function untilStats(
  { simulator }: Client,
  holds: (stats: ReturnType<TmdbSimulator['stats']>) => boolean,
): Promise<void> {
  for (let round = 0; round < 2000; round += 1) {
    const response = await fetch(`http://127.0.0.1:${simulator.port}/__simulator/stats`);
    if (holds((await response.json()) as ReturnType<TmdbSimulator['stats']>)) {
      return;
    }
  }
  throw new Error(`the simulator never got there: ${JSON.stringify(simulator.stats())}`);
}

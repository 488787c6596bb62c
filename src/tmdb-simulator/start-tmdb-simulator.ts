import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../shared/core/clock.ts';
import { statusAnswer } from './answers/answer.ts';
import { dayOfMs } from './calendar-day.ts';
import { buildCatalogue } from './catalogue/build-catalogue.ts';
import { type CompleteFaultPlan, completeFaultPlan, type FaultPlan } from './fault-plan.ts';
import { createFaultChooser } from './faults/choose-fault.ts';
import { createRateWindow } from './http/rate-window.ts';
import { sendAnswer } from './http/send-answer.ts';
import { adminRoot, serveAdmin } from './http/serve-admin.ts';
import { type SimulatorState, serveRequest } from './http/serve-request.ts';
import { createOrderCache } from './lists/order-cache.ts';
import { hash32, seededRandom } from './seeded-random.ts';
import type { SimulatorStats } from './simulator-stats.ts';

/** How a simulator is started. */
export type TmdbSimulatorOptions = {
  /** Port on 127.0.0.1; default 0: a free one. */
  port?: number;
  /** Dates, drift, latency and the rate limit follow it. */
  clock: Clock;
  /** What the catalogue, the latencies and the faults are drawn from; default 1. */
  seed?: number;
  /** The only token that is accepted; default: any that is not empty. */
  token?: string;
  /** Requests admitted in any sliding second; default 40. */
  requestsPerSecond?: number;
  /** How long answers take, evenly between the two; default 5 to 40 ms. */
  latencyMs?: { min: number; max: number };
  /** What goes wrong; default: nothing. */
  faults?: FaultPlan;
};

/** A running simulator. */
export type TmdbSimulator = {
  /** `http://127.0.0.1:PORT/3`. */
  baseUrl: string;
  port: number;
  /** Replaces the fault plan from the next request on; counters such as `times` start again. Throws for what is no plan. */
  setFaults(plan: FaultPlan): void;
  /** Replaces the accepted token from the next request on; `undefined` accepts any. */
  setToken(token: string | undefined): void;
  stats(): SimulatorStats;
  /** Ends the server and every open connection; may be called again. */
  close(): Promise<void>;
};

const defaultSeed = 1;
/** "Somewhere in the 40 requests per second range" (developer.themoviedb.org/docs/rate-limiting, 2026). */
const defaultRequestsPerSecond = 40;
const defaultLatencyMs = { min: 5, max: 40 };
const loopback = '127.0.0.1';

/**
 * Starts a server on loopback that answers like TMDB's API v3 from a made-up catalogue. The same seed and clock give the
 * same answers. Rejects with the system's error when the port is taken (`EADDRINUSE`), with a RangeError for a rate below
 * one or a latency that runs backwards, and with an Error for a fault plan that is none.
 */
export async function startTmdbSimulator(options: TmdbSimulatorOptions): Promise<TmdbSimulator> {
  const state = createState(options);
  const setFaults = (plan: CompleteFaultPlan) => {
    state.plan = plan;
    state.faults = createFaultChooser(plan, options.seed ?? defaultSeed);
  };
  const stats = () => ({ ...state.counts, maxRequestsInAnySecond: state.window.highestCount() });
  const server = createServer((request, response) => {
    handle(state, request, response, { setFaults, stats }).catch((error: unknown) => fail(error, request, response));
  });
  server.listen(options.port ?? 0, loopback);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    baseUrl: `http://${loopback}:${port}/3`,
    port,
    setFaults: (plan) => setFaults(completeFaultPlan(plan)),
    setToken: (token) => {
      state.token = token;
    },
    stats,
    close: () => {
      closed ??= closeServer(server);
      return closed;
    },
  };
}

function createState(options: TmdbSimulatorOptions): SimulatorState {
  const { clock, seed = defaultSeed, requestsPerSecond = defaultRequestsPerSecond } = options;
  const latencyMs = options.latencyMs ?? defaultLatencyMs;
  if (!(requestsPerSecond >= 1)) {
    throw new RangeError(`requestsPerSecond is ${requestsPerSecond}: it must be at least 1.`);
  }
  if (!(latencyMs.min >= 0 && latencyMs.min <= latencyMs.max)) {
    throw new RangeError(`latencyMs is ${latencyMs.min} to ${latencyMs.max}: it must run upwards from 0 or more.`);
  }
  const plan = completeFaultPlan(options.faults ?? {});
  return {
    clock,
    catalogue: buildCatalogue(seed, dayOfMs(clock.nowMs())),
    orders: createOrderCache(),
    window: createRateWindow(requestsPerSecond),
    requestsPerSecond,
    latencyMs,
    random: seededRandom(hash32(seed, 'latency')),
    token: options.token,
    plan,
    faults: createFaultChooser(plan, seed),
    counts: { requests: 0, answered: 0, throttled: 0, faulted: 0, unauthorized: 0 },
  };
}

async function handle(
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  actions: Parameters<typeof serveAdmin>[3],
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${loopback}`);
  if (url.pathname.startsWith(adminRoot)) {
    await serveAdmin(url.pathname, request, response, actions);
  } else {
    await serveRequest(state, { request, response, url });
  }
}

/** A fault of the simulator itself: it must be seen, so it names itself in a body that no client takes for a list. */
function fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendAnswer(statusAnswer(11, `The simulator failed: ${String(error)}`), request, response);
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { statusAnswer } from './answers/answer.ts';
import { buildCatalogue } from './catalogue/build-catalogue.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { type Clock, dayOfMs } from './clock.ts';
import { type CompleteFaultPlan, completeFaultPlan, type FaultPlan } from './fault-plan.ts';
import { createFaultChooser, type FaultChooser, injectFault } from './http/inject-fault.ts';
import { createRateWindow, type RateWindow } from './http/rate-window.ts';
import { answerRequest } from './http/routes.ts';
import { sendAnswer } from './http/send-answer.ts';
import { type AdminActions, adminRoot, type SimulatorStats, serveAdmin } from './http/serve-admin.ts';
import { createOrderCache, type OrderCache } from './lists/listing.ts';
import { hash32, type Random, seededRandom } from './seeded-random.ts';

/** Options of a simulator. */
export type TmdbSimulatorOptions = {
  /** Port on 127.0.0.1; default 0: a free one. */
  port?: number;
  /** Time for dates, drift, latency and the rate limit. */
  clock: Clock;
  /** Seed of the catalogue, the latencies and the faults; default 1. */
  seed?: number;
  /** The only token that is accepted; default: any that is not empty. */
  token?: string;
  /** Requests admitted in any sliding second; default 40. */
  requestsPerSecond?: number;
  /** Latency of an answer, uniform between the two; default 5 to 40 ms. */
  latencyMs?: { min: number; max: number };
  /** Faults to inject; default: none. */
  faults?: FaultPlan;
};

/** A running simulator. */
export type TmdbSimulator = {
  /** `http://127.0.0.1:PORT/3`. */
  baseUrl: string;
  port: number;
  /**
   * Replaces the fault plan from the next request on; counters such as `times` start again. Throws an Error for an invalid
   * plan.
   */
  setFaults(plan: FaultPlan): void;
  /** Replaces the accepted token from the next request on; `undefined` accepts any. */
  setToken(token: string | undefined): void;
  stats(): SimulatorStats;
  /** Stops the server and closes every open connection; may be called again. */
  close(): Promise<void>;
};

/** The state of one running simulator. */
type SimulatorState = {
  clock: Clock;
  catalogue: Catalogue;
  orders: OrderCache;
  window: RateWindow;
  requestsPerSecond: number;
  latencyMs: { min: number; max: number };
  random: Random;
  token: string | undefined;
  plan: CompleteFaultPlan;
  faults: FaultChooser;
  counts: Omit<SimulatorStats, 'maxRequestsInAnySecond'>;
};

type Exchange = { request: IncomingMessage; response: ServerResponse; url: URL };

const defaultSeed = 1;
/** "Somewhere in the 40 requests per second range" (developer.themoviedb.org/docs/rate-limiting, 2026). */
const defaultRequestsPerSecond = 40;
const defaultLatencyMs = { min: 5, max: 40 };
const loopback = '127.0.0.1';

/**
 * Starts a server on loopback that answers like TMDB's API v3 from a generated catalogue. The same seed and clock give the
 * same answers. Rejects with the system's error when the port is taken (`EADDRINUSE`), with a RangeError for a rate below
 * one or a latency whose `min` is negative or above its `max`, and with an Error for an invalid fault plan.
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
  actions: AdminActions,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${loopback}`);
  if (url.pathname.startsWith(adminRoot)) {
    await serveAdmin(url.pathname, request, response, actions);
  } else {
    await serveRequest(state, { request, response, url });
  }
}

/** Answers one request below `/3`: the rate limit comes first, then fault injection, then the answer after its latency. */
async function serveRequest(state: SimulatorState, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  state.counts.requests += 1;
  const { admitted, count } = state.window.record(state.clock.monotonicMs());
  if (!admitted) {
    state.counts.throttled += 1;
    const message = `Your request count (${count}) is over the allowed limit of ${state.requestsPerSecond}.`;
    sendAnswer(statusAnswer(25, message), request, response);
    return;
  }
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const rule = state.faults.choose(url.pathname + url.search);
  if (rule !== undefined) {
    state.counts.faulted += 1;
    await injectFault({
      rule,
      answer: answerNow(state, exchange),
      request,
      response,
      clock: state.clock,
      disconnected: closed.signal,
    });
    return;
  }
  await waitLatency(state, closed.signal);
  if (!closed.signal.aborted) {
    const answer = answerNow(state, exchange);
    state.counts[answer.status === 401 ? 'unauthorized' : 'answered'] += 1;
    sendAnswer(answer, request, response);
  }
}

function answerNow(state: SimulatorState, { request, url }: Exchange) {
  const { catalogue, orders, plan, clock, token } = state;
  const world = { catalogue, orders, oddities: plan, nowMs: clock.nowMs() };
  const { method = 'GET', headers } = request;
  return answerRequest({ method, url, authorization: headers.authorization }, world, token);
}

async function waitLatency({ clock, latencyMs, random }: SimulatorState, disconnected: AbortSignal): Promise<void> {
  const delayMs = latencyMs.min + random.next() * (latencyMs.max - latencyMs.min);
  if (delayMs > 0) {
    await clock.sleep(delayMs, disconnected);
  }
}

/** A failure of the simulator itself is visible to the client: its body says so, and no client takes it for a list. */
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

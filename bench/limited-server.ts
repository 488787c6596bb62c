/**
 * A server in a thread of its own that plays a `ServerWorld` (server-world.ts): it admits so many requests in any sliding second,
 * answers the others with 429, and lets some fail at random. It counts by arrival. Neither 429 names a limit or a time, so that a
 * client cannot tell them apart.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { type Answer, statusAnswer } from '../src/tmdb-simulator/answers/answer.ts';
import { buildCatalogue } from '../src/tmdb-simulator/catalogue/build-catalogue.ts';
import { dayOfMs } from '../src/tmdb-simulator/clock.ts';
import { completeFaultPlan } from '../src/tmdb-simulator/fault-plan.ts';
import { createRateWindow } from '../src/tmdb-simulator/http/rate-window.ts';
import { answerRequest } from '../src/tmdb-simulator/http/routes.ts';
import { sendAnswer } from '../src/tmdb-simulator/http/send-answer.ts';
import { createOrderCache } from '../src/tmdb-simulator/lists/listing.ts';
import { seededRandom } from '../src/tmdb-simulator/seeded-random.ts';
import { type CallFate, callJudge, limitAt, type ServerWorld } from './server-world.ts';

/** Calls by what became of them. */
export type FateCounts = Record<CallFate, number>;

/** What arrived since the world began. */
export type ArrivalReport = {
  all: FateCounts;
  /** Of these the calls that arrived in the world's counted time. */
  inTime: FateCounts;
  /** Arrivals that made more than the limit in the second before them, refused ones included. */
  violations: number;
  highestInAnySecond: number;
  /** Most calls at once that had arrived and were not answered, and most connections. */
  mostUnderWay: number;
  mostConnections: number;
  /** Milliseconds between the first and the last arrival. */
  spanMs: number;
  /** Milliseconds since the first arrival; 0 before it. */
  elapsedMs: number;
};

/** The server as the bench sees it. */
export type LimitedServer = {
  port: number;
  /** `http://127.0.0.1:PORT/3`. */
  baseUrl: string;
  /** Begins a world: counters, limit and noise start anew with the next arrival. */
  begin(world: ServerWorld): Promise<void>;
  report(): Promise<ArrivalReport>;
  stop(): Promise<unknown>;
};

type Command = { kind: 'begin'; world: ServerWorld } | { kind: 'report' };

const threadName = 'limited-server';
/** The same in every world, so that subjects meet the same failures in the same order. */
const seed = 1;

/** Starts the thread. */
export async function startLimitedServer(): Promise<LimitedServer> {
  const thread = new Worker(new URL(import.meta.url), { workerData: threadName });
  const died = once(thread, 'error').then(([error]) => Promise.reject(error));
  // Whoever asks hears of it; while nobody does it must not be an unhandled rejection.
  died.catch(() => undefined);
  const answer = <T>() => Promise.race([once(thread, 'message').then(([message]) => message as T), died]);
  const port = await answer<number>();
  let asked: Promise<unknown> = Promise.resolve();
  const ask = <T>(command: Command): Promise<T> => {
    // One after the other: an answer does not say what it answers.
    const answered = asked.then(() => {
      const heard = answer<T>();
      thread.postMessage(command);
      return heard;
    });
    asked = answered.catch(() => undefined);
    return answered;
  };
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}/3`,
    begin: (world) => ask({ kind: 'begin', world }),
    report: () => ask({ kind: 'report' }),
    stop: () => thread.terminate(),
  };
}

const noCalls = (): FateCounts => ({ answered: 0, limited: 0, throttled: 0, failed: 0 });
const nobodyAsks: ServerWorld = {
  limits: [{ fromSeconds: 0, perSecond: Number.POSITIVE_INFINITY }],
  noise: { throttled: 0, failed: 0 },
  latencyMs: { min: 0, max: 0 },
  answers: 'nothing',
  counted: { fromSeconds: 0, untilSeconds: Number.POSITIVE_INFINITY },
};

/** Everything of one world: what judges its calls, and what has been counted. */
function worldState(world: ServerWorld) {
  const random = seededRandom(seed);
  const latency = seededRandom(seed + 1);
  return {
    world,
    judge: callJudge(world, () => random.next()),
    latencyMs: () => world.latencyMs.min + latency.next() * (world.latencyMs.max - world.latencyMs.min),
    window: createRateWindow(Number.POSITIVE_INFINITY),
    all: noCalls(),
    inTime: noCalls(),
    violations: 0,
    mostUnderWay: 0,
    mostConnections: 0,
    firstMs: undefined as number | undefined,
    lastMs: 0,
  };
}

type WorldState = ReturnType<typeof worldState>;

/** Counts an arrival and says what becomes of it. */
function arrive(state: WorldState, nowMs: number): CallFate {
  state.firstMs ??= nowMs;
  state.lastMs = nowMs;
  const elapsedMs = nowMs - state.firstMs;
  const fate = state.judge(nowMs);
  state.violations += state.window.record(nowMs).count > limitAt(state.world, elapsedMs) ? 1 : 0;
  state.all[fate] += 1;
  const { fromSeconds, untilSeconds } = state.world.counted;
  state.inTime[fate] += elapsedMs >= fromSeconds * 1_000 && elapsedMs < untilSeconds * 1_000 ? 1 : 0;
  return fate;
}

function reportOf(state: WorldState): ArrivalReport {
  const { all, inTime, violations, mostUnderWay, mostConnections, firstMs, lastMs } = state;
  return {
    all,
    inTime,
    violations,
    highestInAnySecond: state.window.highestCount(),
    mostUnderWay,
    mostConnections,
    spanMs: firstMs === undefined ? 0 : lastMs - firstMs,
    elapsedMs: firstMs === undefined ? 0 : performance.now() - firstMs,
  };
}

/** Lists as the simulator has them. */
function pageAnswers(): (request: IncomingMessage) => Answer {
  const nowMs = systemClock.nowMs();
  const oddities = completeFaultPlan({});
  const world = { catalogue: buildCatalogue(seed, dayOfMs(nowMs)), orders: createOrderCache(), oddities, nowMs };
  return ({ method = 'GET', url = '/', headers: { authorization } }) =>
    answerRequest({ method, url: new URL(url, 'http://localhost'), authorization }, world, undefined);
}

function serve(): void {
  const pageOf = pageAnswers();
  let state = worldState(nobodyAsks);
  const answerTo = (fate: CallFate, request: IncomingMessage): Answer => {
    switch (fate) {
      case 'answered':
        return state.world.answers === 'pages' ? pageOf(request) : { status: 200, body: {} };
      case 'failed':
        return statusAnswer(11);
      default:
        return statusAnswer(25, 'Too many requests.');
    }
  };
  let underWay = 0;
  let connections = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    underWay += 1;
    state.mostUnderWay = Math.max(state.mostUnderWay, underWay);
    response.once('close', () => {
      underWay -= 1;
    });
    const fate = arrive(state, performance.now());
    setTimeout(() => sendAnswer(answerTo(fate, request), request, response), state.latencyMs());
  });
  server.on('connection', (socket) => {
    connections += 1;
    state.mostConnections = Math.max(state.mostConnections, connections);
    socket.once('close', () => {
      connections -= 1;
    });
  });
  parentPort?.on('message', (command: Command) => {
    if (command.kind === 'begin') {
      state = worldState(command.world);
    }
    parentPort?.postMessage(command.kind === 'begin' ? undefined : reportOf(state));
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

if (!isMainThread && workerData === threadName) {
  serve();
}

import type { TmdbRequest } from '../../../src/shared/tmdb/feed-request.ts';
import type { TmdbAnswer, TmdbPort } from '../../../src/shared/tmdb/tmdb-port.ts';
import { noResponse, tmdbError } from '../../support/scripted-tmdb.ts';
import type { Faults } from './faults.ts';
import type { HistoryPlan, OutageKind } from './history-plan.ts';
import { type Draws, randomStream } from './random-stream.ts';
import type { SimProcess, Surroundings } from './sim-process.ts';
import { contentOf } from './tmdb-content.ts';

/** One call as TMDB saw it; `answeredMs` once it has been answered. */
export type SeenCall = {
  process: string;
  beganMs: number;
  answeredMs: number;
  request: TmdbRequest;
  answer: TmdbAnswer | undefined;
};

/** How TMDB is: what acts have changed. */
export type TmdbState = {
  outage: { kind: OutageKind; untilMs: number } | undefined;
  tokenRejectedUntilMs: number;
  /** Until then no token can be had. */
  tokenMissingUntilMs: number;
  limitPerSecond: number;
};

export type SimTmdb = {
  state: TmdbState;
  readonly calls: readonly SeenCall[];
  /** TMDB for a process that waits `timeoutMs` for an answer. `onCall` is told when a call begins. */
  portOf(process: SimProcess, timeoutMs: number): TmdbPort;
};

/** TMDB's own limit as it is documented. */
export const documentedLimit = 40;

type Reply = { answer: TmdbAnswer; afterMs: number };

export function simTmdb(plan: HistoryPlan, around: Surroundings, onCall: (call: SeenCall) => void): SimTmdb {
  const { clock, faults } = around;
  const draws = randomStream(plan.seed, 'tmdb');
  const calls: SeenCall[] = [];
  const state: TmdbState = {
    outage: undefined,
    tokenRejectedUntilMs: 0,
    tokenMissingUntilMs: 0,
    limitPerSecond: documentedLimit,
  };
  const content = contentOf(plan, faults, draws);

  const reply = (request: TmdbRequest, timeoutMs: number): Reply => {
    const nowMs = clock.monotonicMs();
    const outage = outageReply(state, nowMs, timeoutMs) ?? limitReply(state, calls, nowMs, faults(), draws);
    return (
      outage ?? faultReply(faults(), draws, timeoutMs) ?? standing(plan, request) ?? content(request, clock.nowMs())
    );
  };

  return {
    state,
    calls,
    portOf: (process, timeoutMs) => ({
      get: (request) => {
        if (clock.monotonicMs() < state.tokenMissingUntilMs) {
          return process.call('tmdb', 'no token', () => ({ kind: 'no-token', detail: 'the parameter cannot be read' }));
        }
        // The call begins now: what the gate has allowed must not wait any longer.
        const call: SeenCall = {
          process: process.name,
          beganMs: clock.monotonicMs(),
          answeredMs: 0,
          request,
          answer: undefined,
        };
        calls.push(call);
        onCall(call);
        const { answer, afterMs } = reply(request, timeoutMs);
        return process.call('tmdb', `${request.path} ${describe(answer)}`, async () => {
          await clock.sleep(afterMs);
          call.answeredMs = clock.monotonicMs();
          call.answer = answer;
          return answer;
        });
      },
    }),
  };
}

function describe(answer: TmdbAnswer): string {
  return answer.kind === 'response' ? `${answer.status} ${answer.body.length}` : answer.kind;
}

function outageReply({ outage, tokenRejectedUntilMs }: TmdbState, nowMs: number, timeoutMs: number): Reply | undefined {
  if (outage !== undefined && nowMs < outage.untilMs) {
    const replies: Record<OutageKind, Reply> = {
      refuses: { answer: noResponse('econnrefused'), afterMs: 2 },
      'answers 503': { answer: tmdbError(503, 9), afterMs: 60 },
      hangs: { answer: noResponse('timeout'), afterMs: timeoutMs },
    };
    return replies[outage.kind];
  }
  return nowMs < tokenRejectedUntilMs ? { answer: tmdbError(401, 7), afterMs: 30 } : undefined;
}

/** More calls in the last second than TMDB takes. */
function limitReply(
  { limitPerSecond }: TmdbState,
  calls: readonly SeenCall[],
  nowMs: number,
  faults: Faults,
  draws: Draws,
): Reply | undefined {
  const lately = calls.slice(-limitPerSecond - 1).filter(({ beganMs }) => beganMs > nowMs - 1_000);
  return lately.length > limitPerSecond ? throttle(faults, draws) : undefined;
}

function throttle(faults: Faults, draws: Draws): Reply {
  const named = draws.chance(faults.retryAfter) ? String(draws.whole(1, 40)) : undefined;
  return { answer: tmdbError(429, 25, named), afterMs: 20 };
}

function faultReply(faults: Faults, draws: Draws, timeoutMs: number): Reply | undefined {
  if (draws.chance(faults.throttled)) {
    return throttle(faults, draws);
  }
  if (draws.chance(faults.serverError)) {
    return { answer: tmdbError(draws.pick([500, 502, 503, 504]), draws.pick([9, 11, 43])), afterMs: 50 };
  }
  if (draws.chance(faults.hang)) {
    return { answer: noResponse('timeout'), afterMs: timeoutMs };
  }
  if (draws.chance(faults.badJson)) {
    const body = draws.pick(['{"results": [{"id": 1', '<html>', '{"success": true}', '']);
    return { answer: { kind: 'response', status: 200, body, retryAfter: undefined }, afterMs: 50 };
  }
  return draws.chance(faults.wall)
    ? { answer: { kind: 'response', status: 404, body: '<html>not found</html>', retryAfter: undefined }, afterMs: 10 }
    : undefined;
}

/** Requests that TMDB never answers with content, however often they are made. */
function standing({ seed, faults }: HistoryPlan, { path, query }: TmdbRequest): Reply | undefined {
  const fate = randomStream(seed, `fate of ${path} ${query.page ?? ''}`);
  if (fate.chance(faults.notFound)) {
    return { answer: tmdbError(404, 34), afterMs: 30 };
  }
  return fate.chance(faults.refused) ? { answer: tmdbError(400, 22), afterMs: 30 } : undefined;
}

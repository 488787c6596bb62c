import type { Clock } from '../../../src/shared/core/clock.ts';
import type { TokenRedactor } from '../../../src/shared/core/redact-token.ts';
import type { TmdbPort, TmdbRequest } from '../../../src/shared/tmdb/tmdb-port.ts';
import { listPage, movieRow, statusBody } from '../../support/tmdb-rows.ts';
import type { Faults } from './faults.ts';
import type { HistoryPlan, OutageKind } from './history-plan.ts';
import { type Draws, randomStream } from './random-stream.ts';
import type { SimProcess, Surroundings } from './sim-process.ts';
import { contentOf } from './tmdb-content.ts';
import {
  type Arrival,
  edgeReply,
  errorReply,
  jsonReply,
  quoting,
  type Reply,
  replyText,
  textReply,
} from './tmdb-reply.ts';
import { type Serve, wiredTmdb } from './tmdb-wire.ts';

/** One call as TMDB saw it; `answeredMs` and `answer` once somebody has got it. */
export type SeenCall = {
  process: string;
  beganMs: number;
  answeredMs: number;
  request: TmdbRequest;
  authorization: string | undefined;
  answer: Arrival | undefined;
  /** Whether TMDB's limit refused it; other refusals are noise. */
  isOverLimit: boolean;
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
  /** Calls whose connections are open: nobody has got the answer, given up, or died. */
  underWay(): readonly SeenCall[];
  /** How often each process, by name, wanted a token when none could be had: that is a refusal too, of which TMDB hears nothing. */
  readonly tokenMisses: ReadonlyMap<string, number>;
  /** TMDB over the real HTTP adapter, for a process that waits `timeoutMs` for an answer and `watch`es its token. `onCall` is told when a call begins. */
  portOf(process: SimProcess, timeoutMs: number, watch: TokenRedactor['watch']): TmdbPort;
};

/** A film that stands on no page that anybody asks for. */
export const strangeId = 424_242;

/** TMDB's own limit as it is documented. */
export const documentedLimit = 40;

export function simTmdb(plan: HistoryPlan, around: Surroundings, onCall: (call: SeenCall) => void): SimTmdb {
  const { clock, faults } = around;
  const draws = randomStream(plan.seed, 'tmdb');
  const wireDraws = randomStream(plan.seed, 'wire');
  const edgeDraws = randomStream(plan.seed, 'edge');
  const slowDraws = randomStream(plan.seed, 'slow answers');
  const calls: SeenCall[] = [];
  const open = new Map<SeenCall, () => boolean>();
  const state: TmdbState = {
    outage: undefined,
    tokenRejectedUntilMs: 0,
    tokenMissingUntilMs: 0,
    limitPerSecond: documentedLimit,
  };
  const content = contentOf(plan, faults, draws);

  const isOverLimit = limiter(state);
  const reply = (request: TmdbRequest, call: SeenCall): Reply => {
    const outage = outageReply(state, clock.monotonicMs());
    if (outage !== undefined) {
      return outage;
    }
    call.isOverLimit = isOverLimit(clock.monotonicMs());
    if (call.isOverLimit) {
      return { ...throttle(faults(), draws), afterMs: slowDraws.between(20, 400) };
    }
    if (request.path === '/authentication') {
      return edgeFault(faults(), edgeDraws) ?? jsonReply(200, statusBody(1), 30);
    }
    return (
      edgeFault(faults(), edgeDraws) ??
      oddAnswer(request, faults(), edgeDraws) ??
      faultReply(faults(), draws) ??
      standing(plan, request) ??
      emptied(plan, request, clock.nowMs()) ??
      content(request, clock.nowMs())
    );
  };
  // The call begins as it comes over the wire, at once: what the gate has allowed must not wait any longer.
  const serve: Serve = (process, { authorization, isAwaited, ...request }) => {
    const began = { process: process.name, beganMs: clock.monotonicMs(), request, authorization };
    const call: SeenCall = { ...began, answeredMs: 0, answer: undefined, isOverLimit: false };
    open.set(call, () => isAwaited() && process.isAlive());
    calls.push(call);
    onCall(call);
    const made = slowed(asSent(reply(request, call), authorization ?? '', faults(), wireDraws), faults(), slowDraws);
    const arriving = process.call('tmdb', `${request.path} ${replyText(made)}`, async () => {
      const arrived = await arrival(made, clock);
      if (isAwaited()) {
        call.answeredMs = clock.monotonicMs();
        call.answer = arrived;
      }
      return arrived;
    });
    return arriving.finally(() => open.delete(call));
  };
  const tokenMisses = new Map<string, number>();
  const isTokenMissing = ({ name }: SimProcess) => {
    const isMissing = clock.monotonicMs() < state.tokenMissingUntilMs;
    if (isMissing) {
      tokenMisses.set(name, (tokenMisses.get(name) ?? 0) + 1);
    }
    return isMissing;
  };

  return {
    state,
    calls,
    underWay: () => {
      for (const [call] of [...open].filter(([, isOpen]) => !isOpen())) {
        open.delete(call);
      }
      return [...open.keys()];
    },
    tokenMisses,
    portOf: (process, timeoutMs, watch) => wiredTmdb(process, timeoutMs, { serve, isTokenMissing, watch }),
  };
}

async function arrival(reply: Reply, clock: Clock): Promise<Arrival> {
  if (reply.kind === 'silence') {
    return new Promise(() => undefined);
  }
  await clock.sleep(reply.afterMs);
  return reply;
}

/** An answer as it goes out: it may repeat what came in, and be packed. */
function asSent(reply: Reply, authorization: string, { echo, gzip }: Faults, draws: Draws): Reply {
  const told = draws.chance(echo) ? quoting(reply, authorization) : reply;
  return told.kind === 'response' ? { ...told, gzip: draws.chance(gzip) } : told;
}

function outageReply({ outage, tokenRejectedUntilMs }: TmdbState, nowMs: number): Reply | undefined {
  if (outage !== undefined && nowMs < outage.untilMs) {
    const replies: Record<OutageKind, Reply> = {
      refuses: { kind: 'broken', code: 'ECONNREFUSED', afterMs: 2 },
      'answers 503': errorReply(503, 9, 60),
      hangs: { kind: 'silence' },
    };
    return replies[outage.kind];
  }
  return nowMs < tokenRejectedUntilMs ? errorReply(401, 7, 30) : undefined;
}

/** Admits so many calls in any sliding second; those that it refuses do not count. */
function limiter(state: TmdbState): (nowMs: number) => boolean {
  const admittedMs: number[] = [];
  return (nowMs) => {
    const lately = admittedMs.slice(-state.limitPerSecond).filter((atMs) => atMs > nowMs - 1_000);
    const isOver = lately.length >= state.limitPerSecond;
    if (!isOver) {
      admittedMs.push(nowMs);
    }
    return isOver;
  };
}

/** A slow answer may take longer than a worker waits. */
function slowed(reply: Reply, { slowAnswer }: Faults, draws: Draws): Reply {
  return reply.kind === 'response' && draws.chance(slowAnswer)
    ? { ...reply, afterMs: draws.between(400, 9_000) }
    : reply;
}

function throttle(faults: Faults, draws: Draws): Extract<Reply, { kind: 'response' }> {
  const named = draws.chance(faults.retryAfter) ? String(draws.whole(1, 40)) : undefined;
  return errorReply(429, 25, 20, named);
}

function faultReply(faults: Faults, draws: Draws): Reply | undefined {
  if (draws.chance(faults.throttled)) {
    return throttle(faults, draws);
  }
  if (draws.chance(faults.serverError)) {
    return errorReply(draws.pick([500, 502, 503, 504]), draws.pick([9, 11, 43]), 50);
  }
  if (draws.chance(faults.hang)) {
    return { kind: 'silence' };
  }
  if (draws.chance(faults.badJson)) {
    return textReply(200, draws.pick(['{"results": [{"id": 1', '<html>', '{"success": true}', '']), 50);
  }
  return draws.chance(faults.wall) ? textReply(404, '<html>not found</html>', 10) : undefined;
}

/** What stands between TMDB and its callers answers in its place. */
function edgeFault({ edgePage, retryAfter }: Faults, draws: Draws): Reply | undefined {
  if (!draws.chance(edgePage)) {
    return undefined;
  }
  const named = draws.chance(retryAfter / 4) ? String(draws.whole(1, 40)) : undefined;
  return edgeReply(draws.pick([400, 403, 404, 407, 421, 451, 503]), 10, named);
}

/** Answers of TMDB that say something else than they seem to. */
function oddAnswer({ query }: TmdbRequest, faults: Faults, draws: Draws): Reply | undefined {
  if (draws.chance(faults.falseRefusal)) {
    return errorReply(draws.pick([200, 401, 403]), draws.pick([3, 7, 10, 14, 31, 35, 45]), 30);
  }
  if (draws.chance(faults.hiddenFailure)) {
    return errorReply(200, draws.pick([9, 11, 46]), 30);
  }
  return query.page !== undefined && draws.chance(faults.otherPage)
    ? jsonReply(200, { ...listPage(movieRow({ id: strangeId })), page: Number(query.page) + 1 }, 30)
    : undefined;
}

/** Requests that TMDB never answers with content, however often they are made. */
function standing({ seed, faults }: HistoryPlan, { path, query }: TmdbRequest): Reply | undefined {
  const fate = randomStream(seed, `fate of ${path} ${query.page ?? ''}`);
  if (fate.chance(faults.notFound)) {
    return errorReply(404, 34, 30);
  }
  return fate.chance(faults.refused) ? errorReply(400, 22, 30) : undefined;
}

const emptyHours = 5;

/** A list that has nothing for a few hours; every page of it, so that what comes in these hours agrees. */
function emptied({ seed, faults }: HistoryPlan, { path, query }: TmdbRequest, nowMs: number): Reply | undefined {
  const hours = Math.floor(nowMs / (emptyHours * 3_600_000));
  const list = `${path} ${query.region ?? ''} ${query.language ?? ''} ${query.with_genres ?? ''}`;
  const isList = query.page !== undefined;
  const fate = randomStream(seed, `emptiness of ${list} at ${hours}`);
  return isList && fate.chance(faults.empties)
    ? jsonReply(200, { page: Number(query.page), results: [], total_pages: 1, total_results: 0 }, 50)
    : undefined;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Random } from '../../shared/core/clock.ts';
import { statusAnswer } from '../answers/answer.ts';
import type { Catalogue } from '../catalogue/build-catalogue.ts';
import type { CompleteFaultPlan } from '../fault-plan.ts';
import type { FaultChooser } from '../faults/choose-fault.ts';
import { playFault } from '../faults/play-fault.ts';
import type { OrderCache } from '../lists/order-cache.ts';
import type { SimulatorStats } from '../simulator-stats.ts';
import { answerRequest } from './answer-request.ts';
import type { RateWindow } from './rate-window.ts';
import { sendAnswer } from './send-answer.ts';

/** Everything one simulator holds while it runs. */
export type SimulatorState = {
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

/** Answers one request below `/3`: the rate limit first, then a fault if one fires, then the answer after its latency. */
export async function serveRequest(state: SimulatorState, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  state.counts.requests += 1;
  const { admitted, count } = state.window.record(state.clock.monotonicMs());
  if (!admitted) {
    state.counts.throttled += 1;
    const message = `Your request count (${count}) is over the allowed limit of ${state.requestsPerSecond}.`;
    sendAnswer(statusAnswer(25, message), request, response);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const rule = state.faults.choose(url.pathname + url.search);
  if (rule !== undefined) {
    state.counts.faulted += 1;
    await playFault({
      rule,
      answer: answerNow(state, exchange),
      request,
      response,
      clock: state.clock,
      gone: gone.signal,
    });
    return;
  }
  await waitLatency(state, gone.signal);
  if (!gone.signal.aborted) {
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

async function waitLatency({ clock, latencyMs, random }: SimulatorState, gone: AbortSignal): Promise<void> {
  const delayMs = latencyMs.min + random.next() * (latencyMs.max - latencyMs.min);
  if (delayMs > 0) {
    await clock.sleep(delayMs, gone);
  }
}

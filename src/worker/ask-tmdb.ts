/** Asks TMDB on behalf of a job: behind the gate, with retries, and reporting every outcome to the shared breaker and schedule. */
import { messageOf } from '../shared/core/errors.ts';
import type { Job } from '../shared/queues/fetch-job.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { askAgainCapMs, type CallGate, type Entry } from '../shared/throttle/call-gate.ts';
import { reportOutcome, retryDelayMs } from '../shared/tmdb/report-outcome.ts';
import { tooLargeCode } from '../shared/tmdb/tmdb-port.ts';
import type { TokenCheckCall } from '../shared/tmdb/token-check.ts';
import { callTmdb, type Judged, measureCall, type Question } from './call-tmdb.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/**
 * A job is to be deferred by at least `retryInMs`. `isDoubted`: what stands in the way may be due to a wrong clock, so the deferral should
 * not be much longer than that.
 */
export type Later = { kind: 'later'; code: string; detail: string; retryInMs: number; isDoubted?: true };

const outOfTime = {
  kind: 'refused',
  code: 'out_of_time',
  detail: 'the invocation was over before the call',
  retryInMs: 0,
} as const;

/** Left of an invocation for sending the result of a call, and for returning. */
const reserveMs = 2_000;

/** Returns what is left of an invocation before the last moment at which a call may begin, in milliseconds; negative after it. */
export function spareMsOf({ tmdb }: Settings, remainingMs: () => number): () => number {
  return () => remainingMs() - tmdb.requestTimeoutMs - reserveMs;
}

/** What the calls for a job need. `spareMs` is what is left of the invocation before the last moment at which a call may begin. */
export type Calling = { job: Job; gate: CallGate; deps: WorkDependencies; spareMs: () => number };

/** A verdict after which a question is not asked again in this invocation. */
export type Answered<T> = { kind: 'judged'; verdict: Exclude<Judged<T>, { fate: 'retry' }> } | Later;

/** Makes up to `tmdb.attempts` calls, until one has a final answer. */
export async function ask<T>(first: Question<T>, calling: Calling): Promise<Answered<T>> {
  let question = first;
  for (let attempt = 1; ; attempt += 1) {
    const answered = await callOnce(question, attempt, calling);
    if (answered.kind !== 'again') {
      return answered;
    }
    question = answered.question;
    await calling.deps.clock.sleep(answered.afterMs);
  }
}

/** Passes the gate, makes one call, and acts on its verdict. */
async function callOnce<T>(
  question: Question<T>,
  attempt: number,
  { job, gate, deps, spareMs }: Calling,
): Promise<Answered<T> | { kind: 'again'; question: Question<T>; afterMs: number }> {
  const entry = await enterGate(gate, deps, spareMs);
  if (entry.kind === 'later') {
    return entry;
  }
  const turn = { attempt, slotWaitMs: Math.round(entry.waitedMs) };
  const judged = await callTmdb(question, job, turn, deps).finally(entry.leave);
  const verdict = await reportOutcome(judged, entry, deps, tokenCheckCall(job, gate, deps, spareMs));
  if (verdict.fate !== 'retry') {
    return { kind: 'judged', verdict };
  }
  const afterMs = retryDelayMs(verdict, attempt, deps);
  // A trial of the breaker is one call; a retry would be a second one.
  const possible = entry.admission.kind === 'closed' && afterMs !== undefined && spareMs() > afterMs;
  if (possible && deps.budget.trySpend()) {
    const smaller = verdict.code === tooLargeCode ? question.smaller : undefined;
    return { kind: 'again', question: smaller ?? question, afterMs };
  }
  const detail = `${verdict.detail}, after ${attempt} ${attempt === 1 ? 'call' : 'calls'}`;
  return { kind: 'later', code: verdict.code, detail, retryInMs: verdict.retryAfterMs ?? 0 };
}

/** Waits for a slot and for the breaker. A refusal becomes a deferral. */
async function enterGate(
  gate: CallGate,
  { telemetry }: WorkDependencies,
  spareMs: () => number,
): Promise<Extract<Entry, { kind: 'go' }> | Later> {
  const entry = await passGate(gate, spareMs);
  telemetry.metric('BreakerOpen', entry.kind === 'refused' && entry.code === 'breaker_open' ? 1 : 0);
  if (entry.kind === 'refused') {
    return { ...entry, kind: 'later' };
  }
  if (spareMs() < 0) {
    entry.leave();
    return { ...outOfTime, kind: 'later' };
  }
  return entry;
}

/** When the control table fails, the job is deferred rather than failed: it must not use up its receives for that. */
async function passGate(gate: CallGate, spareMs: () => number): Promise<Entry> {
  try {
    return await gate.enter(spareMs);
  } catch (error) {
    return {
      kind: 'refused',
      code: 'control_unavailable',
      detail: messageOf(error).slice(0, 200),
      retryInMs: askAgainCapMs,
    };
  }
}

/** The call that checks a refused token takes a slot, is measured and must end in this invocation, like any other call. */
function tokenCheckCall(job: Job, gate: CallGate, deps: WorkDependencies, spareMs: () => number): TokenCheckCall {
  return {
    enter: async (admit) => {
      const entry = await gate.enter(spareMs, admit);
      if (entry.kind === 'go' && spareMs() < 0) {
        entry.leave();
        return outOfTime;
      }
      return entry;
    },
    measured: (call) => measureCall(job, { attempt: 0, ...call }, deps),
  };
}

import { messageOf } from '../shared/core/errors.ts';
import type { Job } from '../shared/queues/fetch-job.ts';
import { messageBody } from '../shared/queues/parse-message.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { askAgainCapMs, type CallGate, type Entry } from '../shared/throttle/call-gate.ts';
import { reportOutcome, retryDelayMs } from '../shared/tmdb/report-outcome.ts';
import type { TokenCheckCall } from '../shared/tmdb/token-check.ts';
import {
  type AnswerContent,
  absentItemOf,
  callTmdb,
  itemOf,
  type JudgedAnswer,
  measureCall,
  rowsOf,
} from './call-tmdb.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/**
 * How fetching a page or a title ended. `later`: to be deferred by at least `retryInMs`; `isDoubted`: what stands in the way may be due to
 * a wrong clock, so the deferral should not be much longer than that.
 */
export type FetchFate =
  | { kind: 'done' }
  | { kind: 'later'; code: string; detail: string; retryInMs: number; isDoubted?: true }
  | { kind: 'refused'; code: string; detail: string };

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

/**
 * Fetches one page or one title and sends it to the item queue. Makes up to `tmdb.attempts` calls.
 * @param remainingMs - what is left of the invocation; no wait and no call that could outlast it is started.
 * @throws when the item queue does not take it.
 */
export async function fetchItem(
  job: Job,
  gate: CallGate,
  deps: WorkDependencies,
  remainingMs: () => number,
): Promise<FetchFate> {
  const spareMs = spareMsOf(deps.settings, remainingMs);
  for (let attempt = 1; ; attempt += 1) {
    const fate = await callOnce(job, attempt, gate, deps, spareMs);
    if (fate.kind !== 'again') {
      return fate;
    }
    await deps.clock.sleep(fate.afterMs);
  }
}

/** Passes the gate, makes one call, and acts on its verdict. */
async function callOnce(
  job: Job,
  attempt: number,
  gate: CallGate,
  deps: WorkDependencies,
  spareMs: () => number,
): Promise<FetchFate | { kind: 'again'; afterMs: number }> {
  const entry = await enterGate(job, gate, deps, spareMs);
  if (entry.kind === 'later') {
    return entry;
  }
  const judged = await callTmdb(job, attempt, deps).finally(entry.leave);
  const verdict = await reportOutcome(judged, entry, deps, tokenCheckCall(job, gate, deps, spareMs));
  if (verdict.fate !== 'retry') {
    return finish(job, verdict, deps);
  }
  const afterMs = retryDelayMs(verdict, attempt, deps);
  // A trial of the breaker is one call; a retry would be a second one.
  const possible = entry.admission.kind === 'closed' && afterMs !== undefined && spareMs() > afterMs;
  if (possible && deps.budget.trySpend()) {
    return { kind: 'again', afterMs };
  }
  const detail = `${verdict.detail}, after ${attempt} ${attempt === 1 ? 'call' : 'calls'}`;
  return { kind: 'later', code: verdict.code, detail, retryInMs: verdict.retryAfterMs ?? 0 };
}

/** Waits for a slot and for the breaker. A refusal becomes a deferral. */
async function enterGate(
  job: Job,
  gate: CallGate,
  { telemetry }: WorkDependencies,
  spareMs: () => number,
): Promise<Extract<Entry, { kind: 'go' }> | Extract<FetchFate, { kind: 'later' }>> {
  const entry = await passGate(gate, spareMs);
  telemetry.metric('BreakerOpen', entry.kind === 'refused' && entry.code === 'breaker_open' ? 1 : 0);
  if (entry.kind === 'refused') {
    return { ...entry, kind: 'later' };
  }
  if (spareMs() < 0) {
    entry.leave();
    return { ...outOfTime, kind: 'later' };
  }
  telemetry.event({ event: 'slot-awaited', runId: job.runId, jobId: job.jobId, waitMs: Math.round(entry.waitedMs) });
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

/** Turns the verdict of the last call into messages and into the fate of the job. */
async function finish(
  job: Job,
  verdict: Exclude<JudgedAnswer, { fate: 'retry' }>,
  deps: WorkDependencies,
): Promise<FetchFate> {
  switch (verdict.fate) {
    case 'ok':
      await emitItem(job, verdict.content, deps);
      return { kind: 'done' };
    case 'not-found': {
      const { code, detail } = verdict;
      if (job.kind === 'fetch-job') {
        // This text of TMDB ends up in the feed head, in `status` and in the report.
        const absence = { code, detail: deps.redact?.(detail) ?? detail };
        await deps.items.send(messageBody(absentItemOf(job, absence, deps.clock.nowMs())));
      }
      deps.telemetry.event({ event: 'job-not-found', runId: job.runId, jobId: job.jobId, code, detail });
      return { kind: 'done' };
    }
    case 'stop':
      return {
        kind: 'later',
        code: verdict.status === 0 ? verdict.code : 'token_rejected',
        detail: verdict.detail,
        retryInMs: askAgainCapMs,
      };
    case 'bug':
      return { kind: 'refused', code: verdict.code, detail: verdict.detail };
  }
}

async function emitItem(job: Job, content: AnswerContent, deps: WorkDependencies): Promise<void> {
  await deps.items.send(messageBody(itemOf(content, job, deps.clock.nowMs())));
  const { jobId, runId } = job;
  deps.telemetry.event({ event: 'page-fetched', runId, jobId, ...rowsOf(content) });
  if (Object.keys(content.losses).length > 0) {
    deps.telemetry.event({ event: 'answer-cut', subject: jobId, losses: content.losses });
  }
}

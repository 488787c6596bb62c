import type { Admission } from '../shared/breaker/shared-breaker.ts';
import type { FetchJob } from '../shared/messages/fetch-job.ts';
import { type ItemPage, itemPageSchema } from '../shared/messages/item-page.ts';
import { messageBody } from '../shared/messages/message-body.ts';
import { isoFromMs } from '../shared/ports/clock.ts';
import { fullJitterDelayMs } from './backoff.ts';
import { askAgainCapMs, type CallGate } from './call-gate.ts';
import { classifyAnswer, type Verdict } from './classify-answer.ts';
import { feedRequest } from './feed-request.ts';
import { normalizePage } from './normalize-page.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** How fetching a page ended. `later`: worth another try, not before `retryInMs`. */
export type FetchFate =
  | { kind: 'done' }
  | { kind: 'later'; code: string; detail: string; retryInMs: number }
  | { kind: 'refused'; code: string; detail: string };

/** Left of an invocation for sending what came of a call, and returning. */
const reserveMs = 2_000;

/**
 * Fetches one page and hands it to the item queue.
 * @param remainingMs - what is left of the invocation; no wait and no call is begun that could outlast it.
 * @throws when the item queue does not take the page.
 */
export async function fetchPage(
  job: FetchJob,
  gate: CallGate,
  deps: WorkDependencies,
  remainingMs: () => number,
): Promise<FetchFate> {
  const spareMs = () => remainingMs() - deps.settings.tmdb.requestTimeoutMs - reserveMs;
  for (let attempt = 1; ; attempt += 1) {
    const fate = await tryOnce(job, attempt, gate, deps, spareMs);
    if (fate.kind !== 'again') {
      return fate;
    }
    await deps.clock.sleep(fate.afterMs);
  }
}

/** One call with all that belongs to it. */
async function tryOnce(
  job: FetchJob,
  attempt: number,
  gate: CallGate,
  deps: WorkDependencies,
  spareMs: () => number,
): Promise<FetchFate | { kind: 'again'; afterMs: number }> {
  const entry = await enterGate(job, gate, deps, spareMs);
  if (entry.kind === 'later') {
    return entry;
  }
  const verdict = await call(job, attempt, deps);
  await tellBreaker(verdict, entry.admission, deps);
  if (verdict.fate !== 'retry') {
    return finish(job, verdict, deps);
  }
  if (verdict.throttled) {
    await deps.schedule.slowDown(verdict.retryAfterMs);
  }
  const afterMs = retryDelayMs(verdict, attempt, deps);
  // A trial is one call; its retry would be a second.
  const possible = entry.admission.kind === 'closed' && afterMs !== undefined && spareMs() > afterMs;
  if (possible && deps.budget.trySpend()) {
    return { kind: 'again', afterMs };
  }
  const detail = `${verdict.detail}, after ${attempt} ${attempt === 1 ? 'call' : 'calls'}`;
  return { kind: 'later', code: verdict.code, detail, retryInMs: verdict.retryAfterMs ?? 0 };
}

/** How long to wait before the next call of this invocation; `undefined` after the last one. */
function retryDelayMs(
  verdict: Extract<Verdict, { fate: 'retry' }>,
  attempt: number,
  { settings: { tmdb }, random }: WorkDependencies,
): number | undefined {
  if (attempt >= tmdb.attempts) {
    return undefined;
  }
  return verdict.retryAfterMs ?? fullJitterDelayMs(attempt, random.next(), tmdb);
}

/** Passes the gate, or says why not yet. */
async function enterGate(
  job: FetchJob,
  gate: CallGate,
  { telemetry }: WorkDependencies,
  spareMs: () => number,
): Promise<{ kind: 'go'; admission: Admission } | Extract<FetchFate, { kind: 'later' }>> {
  const entry = await gate.enter(spareMs);
  telemetry.metric('BreakerOpen', entry.kind === 'refused' && entry.code === 'breaker_open' ? 1 : 0);
  if (entry.kind === 'refused') {
    return { ...entry, kind: 'later' };
  }
  if (spareMs() < 0) {
    return { kind: 'later', code: 'out_of_time', detail: 'the invocation was over before the call', retryInMs: 0 };
  }
  telemetry.event({ event: 'slot-awaited', runId: job.runId, jobId: job.jobId, waitMs: rounded(entry.waitedMs) });
  return entry;
}

async function call(job: FetchJob, attempt: number, deps: WorkDependencies): Promise<JudgedAnswer> {
  const { clock, telemetry } = deps;
  if (attempt === 1) {
    deps.budget.earn();
  }
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const answer = await deps.tmdb.get(feedRequest(job, deps.settings));
  const latencyMs = rounded(clock.monotonicMs() - startedMs);
  const verdict = judge(classifyAnswer(answer, clock.nowMs()), job);
  const outcome = verdict.fate === 'ok' ? 'ok' : verdict.fate === 'retry' && verdict.throttled ? 'throttled' : 'failed';
  telemetry.metric('TmdbLatency', latencyMs);
  if (outcome !== 'ok') {
    telemetry.metric(outcome === 'throttled' ? 'TmdbThrottles' : 'TmdbFailures', 1);
  }
  const status = answer.kind === 'response' ? answer.status : 0;
  const { runId, jobId } = job;
  telemetry.event({ event: 'tmdb-call', runId, jobId, attempt, status, outcome, startedAtMs, latencyMs });
  return verdict;
}

/** A verdict whose good answer is known to be a list. */
type JudgedAnswer =
  | Exclude<Verdict, { fate: 'ok' }>
  | { fate: 'ok'; page: NonNullable<ReturnType<typeof normalizePage>> };

/** JSON that is no list is no better than no JSON. */
function judge(verdict: Verdict, job: FetchJob): JudgedAnswer {
  if (verdict.fate !== 'ok') {
    return verdict;
  }
  const page = normalizePage(verdict.json, job.feed, job.page);
  return page === undefined
    ? {
        fate: 'retry',
        code: 'not_a_list',
        detail: 'the answer is JSON but has no list of results',
        throttled: false,
        retryAfterMs: undefined,
      }
    : { fate: 'ok', page };
}

/** 404s and refusals are answers too: TMDB is there. */
async function tellBreaker(verdict: JudgedAnswer, admission: Admission, deps: WorkDependencies): Promise<void> {
  if (verdict.fate === 'stop') {
    deps.telemetry.event({ event: 'token-rejected', status: verdict.status, detail: verdict.detail });
    await deps.breaker.rejectToken(verdict.detail);
    return;
  }
  const detail = verdict.fate === 'ok' ? 'TMDB answers' : verdict.detail;
  const outcome = verdict.fate !== 'retry' ? 'succeeded' : verdict.throttled ? 'neutral' : 'failed';
  await deps.breaker.ended(admission, outcome, detail);
}

async function finish(
  job: FetchJob,
  verdict: Exclude<JudgedAnswer, { fate: 'retry' }>,
  deps: WorkDependencies,
): Promise<FetchFate> {
  switch (verdict.fate) {
    case 'ok':
      await emitPage(job, verdict.page, deps);
      return { kind: 'done' };
    case 'skip': {
      const { code, detail } = verdict;
      deps.telemetry.event({ event: 'job-skipped', runId: job.runId, jobId: job.jobId, code, detail });
      return { kind: 'done' };
    }
    case 'stop':
      return { kind: 'later', code: 'token_rejected', detail: verdict.detail, retryInMs: askAgainCapMs };
    case 'bug':
      return { kind: 'refused', code: verdict.code, detail: verdict.detail };
  }
}

async function emitPage(
  job: FetchJob,
  normalized: NonNullable<ReturnType<typeof normalizePage>>,
  deps: WorkDependencies,
): Promise<void> {
  const { jobId, runId, snapshot, feed, page, pages } = job;
  const message: ItemPage = itemPageSchema.parse({
    kind: 'item-page',
    version: 1,
    jobId,
    runId,
    snapshot,
    feed,
    page,
    pages,
    fetchedAt: isoFromMs(deps.clock.nowMs()),
    ...normalized,
  });
  await deps.items.send(messageBody(message));
  const { rejected, persons } = normalized;
  const rows = normalized.titles.length + rejected + persons;
  deps.telemetry.event({ event: 'page-fetched', runId, jobId, rows, rejected, persons });
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

import { PermanentError, RetryableError } from '../shared/errors.ts';
import type { FetchJob } from '../shared/messages/fetch-job.ts';
import { type ItemPage, itemPageSchema } from '../shared/messages/item-page.ts';
import { type Clock, isoFromMs } from '../shared/ports/clock.ts';
import type { MessageSender } from '../shared/ports/message-sender.ts';
import type { Random } from '../shared/ports/random.ts';
import type { Telemetry } from '../shared/ports/telemetry.ts';
import type { Settings } from '../shared/settings.ts';
import { fullJitterDelayMs } from './backoff.ts';
import { classifyAnswer, type Verdict } from './classify-answer.ts';
import { feedRequest } from './feed-request.ts';
import { normalizePage } from './normalize-page.ts';
import type { RequestGate, TmdbPort } from './tmdb-port.ts';

/** What fetching needs. `tokenRefusal` is shared by all jobs of one container. */
export type FetchDependencies = {
  tmdb: TmdbPort;
  gate: RequestGate;
  items: MessageSender;
  telemetry: Telemetry;
  clock: Clock;
  random: Random;
  settings: Settings;
  tokenRefusal: TokenRefusal;
};

/** When TMDB last refused the token, on the monotonic clock; `undefined` while it has not. */
export type TokenRefusal = { sinceMs: number | undefined };

/** After a refusal this container makes no call for so long: the token may be replaced meanwhile. */
const tokenRefusalMs = 60_000;
/** Left of an invocation for sending the page and returning. */
const reserveMs = 2_000;

/**
 * Fetches one page and hands it to the item queue.
 * @param remainingMs - what is left of the invocation; no call or wait is begun that could outlast it.
 * @throws RetryableError when the job should come again, PermanentError when that would not help.
 */
export async function fetchPage(job: FetchJob, deps: FetchDependencies, remainingMs: () => number): Promise<void> {
  const { attempts, requestTimeoutMs } = deps.settings.tmdb;
  for (let attempt = 1; ; attempt += 1) {
    refuseWhileTokenIsRejected(deps);
    await deps.gate.enter();
    if (remainingMs() < requestTimeoutMs + reserveMs) {
      throw new RetryableError('out_of_time', `${job.jobId}: not enough of the invocation left for a call`);
    }
    const verdict = await call(job, attempt, deps);
    if (verdict.fate !== 'retry') {
      return finish(job, verdict, deps);
    }
    const delayMs = verdict.retryAfterMs ?? fullJitterDelayMs(attempt, deps.random.next(), deps.settings.tmdb);
    if (attempt === attempts || remainingMs() < delayMs + requestTimeoutMs + reserveMs) {
      throw new RetryableError(verdict.code, `${job.jobId}: ${verdict.detail}, after ${attempt} calls`, {
        retryAfterMs: verdict.retryAfterMs,
      });
    }
    await deps.clock.sleep(delayMs);
  }
}

function refuseWhileTokenIsRejected({ tokenRefusal, clock }: FetchDependencies): void {
  if (tokenRefusal.sinceMs !== undefined && clock.monotonicMs() - tokenRefusal.sinceMs < tokenRefusalMs) {
    throw new RetryableError('token_rejected', 'TMDB has refused the token: no call is made');
  }
}

async function call(job: FetchJob, attempt: number, deps: FetchDependencies): Promise<Verdict> {
  const { clock, telemetry } = deps;
  const startedMs = clock.monotonicMs();
  const answer = await deps.tmdb.get(feedRequest(job, deps.settings));
  const latencyMs = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
  const verdict = classifyAnswer(answer, clock.nowMs());
  const outcome = verdict.fate === 'ok' ? 'ok' : verdict.fate === 'retry' && verdict.throttled ? 'throttled' : 'failed';
  telemetry.metric('TmdbLatency', latencyMs);
  if (outcome !== 'ok') {
    telemetry.metric(outcome === 'throttled' ? 'TmdbThrottles' : 'TmdbFailures', 1);
  }
  telemetry.event({
    event: 'tmdb-call',
    runId: job.runId,
    jobId: job.jobId,
    attempt,
    status: answer.kind === 'response' ? answer.status : 0,
    outcome,
    latencyMs,
  });
  return verdict;
}

async function finish(job: FetchJob, verdict: Exclude<Verdict, { fate: 'retry' }>, deps: FetchDependencies) {
  const { jobId, runId } = job;
  switch (verdict.fate) {
    case 'ok':
      return emitPage(job, verdict.json, deps);
    case 'skip':
      deps.telemetry.event({ event: 'job-skipped', runId, jobId, code: verdict.code, detail: verdict.detail });
      return;
    case 'stop':
      deps.tokenRefusal.sinceMs = deps.clock.monotonicMs();
      deps.telemetry.event({ event: 'token-rejected', status: verdict.status, detail: verdict.detail });
      throw new RetryableError('token_rejected', `${jobId}: ${verdict.detail}`);
    case 'bug':
      throw new PermanentError(verdict.code, `${jobId}: ${verdict.detail}`);
  }
}

async function emitPage(job: FetchJob, json: unknown, deps: FetchDependencies): Promise<void> {
  const normalized = normalizePage(json, job.feed, job.page);
  if (normalized === undefined) {
    throw new RetryableError('not_a_list', `${job.jobId}: the answer is JSON but has no list of results`);
  }
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
  await deps.items.send(JSON.stringify(message));
  const rows = normalized.titles.length + normalized.rejected + normalized.persons;
  deps.telemetry.event({
    event: 'page-fetched',
    runId,
    jobId,
    rows,
    rejected: normalized.rejected,
    persons: normalized.persons,
  });
}

import type { FetchJob } from '../shared/messages/fetch-job.ts';
import { classifyAnswer, type Verdict } from '../shared/tmdb/classify-answer.ts';
import { feedRequest } from '../shared/tmdb/feed-request.ts';
import { type NormalizedPage, normalizePage } from '../shared/tmdb/normalize-page.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** A verdict whose good answer is known to be a list. */
export type JudgedAnswer = Exclude<Verdict, { fate: 'ok' }> | { fate: 'ok'; page: NormalizedPage };

/** Makes one call for a job, and measures it; without a token none is made. */
export async function callTmdb(job: FetchJob, attempt: number, deps: WorkDependencies): Promise<JudgedAnswer> {
  const { clock, telemetry } = deps;
  if (attempt === 1) {
    deps.budget.earn();
  }
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const answer = await deps.tmdb.get(feedRequest(job, deps.settings));
  const latencyMs = rounded(clock.monotonicMs() - startedMs);
  const verdict = judge(classifyAnswer(answer, clock.nowMs()), job);
  if (answer.kind === 'no-token') {
    return verdict;
  }
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

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

import type { Job } from '../shared/messages/job.ts';
import { classifyAnswer, type Verdict } from '../shared/tmdb/classify-answer.ts';
import { type AnswerContent, readAnswer, requestFor } from './read-answer.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** A verdict whose good answer is known to be what was asked for. */
export type JudgedAnswer = Exclude<Verdict, { fate: 'ok' }> | { fate: 'ok'; content: AnswerContent };

/** Makes one call for a job, and measures it; without a token none is made. */
export async function callTmdb(job: Job, attempt: number, deps: WorkDependencies): Promise<JudgedAnswer> {
  const { clock, telemetry } = deps;
  if (attempt === 1) {
    deps.budget.earn();
  }
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const answer = await deps.tmdb.get(requestFor(job, deps.settings));
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

/** JSON that is no list, or no title, is no better than no JSON. */
function judge(verdict: Verdict, job: Job): JudgedAnswer {
  if (verdict.fate !== 'ok') {
    return verdict;
  }
  const content = readAnswer(verdict.json, job);
  if (content !== undefined) {
    return { fate: 'ok', content };
  }
  const [code, detail] =
    job.kind === 'fetch-job'
      ? ['not_a_list', 'the answer is JSON but has no list of results']
      : ['not_the_title', 'the answer is JSON but does not describe the title'];
  return { fate: 'retry', code, detail, throttled: false, retryAfterMs: undefined };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

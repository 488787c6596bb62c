import type { Job } from '../shared/queues/job.ts';
import { classifyAnswer } from '../shared/tmdb/classify-answer.ts';
import { type JudgedAnswer, readAnswer, requestFor } from './read-answer.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** A call as it is measured. `attempt` 0: the one that checks a refused token. */
export type MeasuredCall = {
  attempt: number;
  status: number;
  outcome: 'ok' | 'throttled' | 'failed';
  startedAtMs: number;
  latencyMs: number;
};

/** Makes one call for a job, and measures it; without a token none is made. */
export async function callTmdb(job: Job, attempt: number, deps: WorkDependencies): Promise<JudgedAnswer> {
  const { clock } = deps;
  if (attempt === 1) {
    deps.budget.earn();
  }
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const answer = await deps.tmdb.get(requestFor(job, deps.settings));
  const latencyMs = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
  const judged = classifyAnswer(answer, clock.nowMs());
  const verdict = judged.fate === 'ok' ? readAnswer(judged.json, job) : judged;
  if (answer.kind !== 'no-token') {
    const status = answer.kind === 'response' ? answer.status : 0;
    measureCall(job, { attempt, status, outcome: outcomeOf(verdict), startedAtMs, latencyMs }, deps);
  }
  return verdict;
}

/** Counts a call of a job in metrics and log. */
export function measureCall(job: Job, call: MeasuredCall, { telemetry }: WorkDependencies): void {
  const { runId, jobId } = job;
  telemetry.metric('TmdbLatency', call.latencyMs);
  if (call.outcome !== 'ok') {
    telemetry.metric(call.outcome === 'throttled' ? 'TmdbThrottles' : 'TmdbFailures', 1);
  }
  telemetry.event({ event: 'tmdb-call', runId, jobId, ...call });
}

function outcomeOf(verdict: JudgedAnswer): MeasuredCall['outcome'] {
  if (verdict.fate === 'ok') {
    return 'ok';
  }
  return verdict.fate === 'retry' && verdict.throttled ? 'throttled' : 'failed';
}

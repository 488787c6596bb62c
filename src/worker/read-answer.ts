import { isoFromMs } from '../shared/core/clock.ts';
import type { FetchJob, Job } from '../shared/queues/fetch-job.ts';
import { type Absence, type DescribedTitle, type Item, itemSchema } from '../shared/queues/item-page.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { classifyAnswer, type Verdict } from '../shared/tmdb/classify-answer.ts';
import { feedRequest, type TmdbRequest, titleRequest } from '../shared/tmdb/feed-request.ts';
import type { Losses, NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import { readPage, readTitle } from '../shared/tmdb/read-content.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** What TMDB's answer to a job holds, before it becomes a message, and what of it was beyond the bounds. */
export type AnswerContent = { losses: Losses } & (
  | { kind: 'page'; page: NormalizedPage }
  | { kind: 'title'; title: DescribedTitle }
);

/** A verdict whose good answer is known to be what was asked for. */
export type JudgedAnswer = Exclude<Verdict, { fate: 'ok' }> | { fate: 'ok'; content: AnswerContent };

/** The request that a job stands for. */
export function requestFor(job: Job, settings: Settings): TmdbRequest {
  return job.kind === 'fetch-job' ? feedRequest(job, settings) : titleRequest(job.mediaType, job.id, job.language);
}

/** Judges the JSON of a good answer: retried when it is not what was asked for. */
export function readAnswer(json: unknown, job: Job): JudgedAnswer {
  const losses: Losses = {};
  if (job.kind === 'fetch-job') {
    const page = readPage(json, job.feed, job.page, losses);
    return page.fate === 'ok' ? { fate: 'ok', content: { kind: 'page', page: page.value, losses } } : page;
  }
  const title = readTitle(json, job.mediaType, job.id, losses);
  return title.fate === 'ok' ? { fate: 'ok', content: { kind: 'title', title: title.value, losses } } : title;
}

/** The message for the item queue. */
export function itemOf(content: AnswerContent, job: Job, fetchedAtMs: number): Item {
  const { jobId, runId } = job;
  const common = { version: 1, jobId, runId, fetchedAt: isoFromMs(fetchedAtMs) };
  const { kind: _kind, losses: _losses, ...facts } = content;
  if (job.kind === 'title-job') {
    return itemSchema.parse({ ...common, kind: 'item-title', language: job.language, ...facts });
  }
  const { snapshot, feed, page, pages } = job;
  const rows = 'page' in facts ? facts.page : {};
  return itemSchema.parse({ ...common, kind: 'item-page', snapshot, feed, page, pages, ...rows });
}

/** The message that tells the writer of a list which TMDB does not know: its head says so, and no row is written. */
export function absentItemOf(job: FetchJob, { code, detail }: Absence, fetchedAtMs: number): Item {
  const { jobId, runId, snapshot, feed, page, pages } = job;
  return itemSchema.parse({
    kind: 'item-page',
    version: 1,
    jobId,
    runId,
    snapshot,
    feed,
    page,
    pages,
    fetchedAt: isoFromMs(fetchedAtMs),
    titles: [],
    rejected: 0,
    persons: 0,
    absence: { code: code.slice(0, 100), detail: detail.slice(0, 500).toWellFormed() },
  });
}

/** List rows that an answer holds, by fate; a title is one. */
export function rowsOf(content: AnswerContent): { rows: number; rejected: number; persons: number } {
  if (content.kind === 'title') {
    return { rows: 1, rejected: 0, persons: 0 };
  }
  const { titles, rejected, persons } = content.page;
  return { rows: titles.length + rejected + persons, rejected, persons };
}

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

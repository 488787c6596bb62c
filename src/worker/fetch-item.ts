/** A job from its question to its fate: what is asked, what is asked instead, and what is sent to the item queue. */

import { customFeedProblem, notConfigured } from '../shared/core/feed-rules.ts';
import type { Job, TitleJob } from '../shared/queues/fetch-job.ts';
import { messageBody } from '../shared/queues/parse-message.ts';
import { askAgainCapMs, type CallGate } from '../shared/throttle/call-gate.ts';
import type { Verdict } from '../shared/tmdb/classify-answer.ts';
import { ask, type Calling, type Later, spareMsOf } from './ask-tmdb.ts';
import {
  type AnswerContent,
  absentItemOf,
  awaitedOf,
  findQuestion,
  itemOf,
  type Judged,
  ownQuestion,
  rowsOf,
} from './call-tmdb.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** How a job ended: done, to be deferred, or refused by TMDB as wrong. */
export type FetchFate = { kind: 'done' } | Later | { kind: 'refused'; code: string; detail: string };

/**
 * Fetches one page, one title or one piece of reference data and sends it to the item queue. Makes up to `tmdb.attempts` calls for each
 * thing that it asks.
 * @param remainingMs - what is left of the invocation; no wait and no call that could outlast it is started.
 * @throws when the item queue does not take it.
 */
export async function fetchItem(
  job: Job,
  gate: CallGate,
  deps: WorkDependencies,
  remainingMs: () => number,
): Promise<FetchFate> {
  const problem = job.kind === 'fetch-job' ? customFeedProblem(job.feed, deps.settings) : undefined;
  if (problem !== undefined) {
    // The settings have lost it since the job was sent: that is no failure of anything, and is said in the feed's head.
    return finish(job, { fate: 'not-found', code: notConfigured, detail: problem }, deps);
  }
  const calling = { job, gate, deps, spareMs: spareMsOf(deps.settings, remainingMs) };
  const answered = await ask(ownQuestion(job, deps.settings), calling);
  if (answered.kind === 'later') {
    return answered;
  }
  const { verdict } = answered;
  return verdict.fate === 'not-found' && job.kind === 'title-job' && job.details === true && job.imdbId !== undefined
    ? fetchMoved(job, job.imdbId, verdict, calling)
    : finish(job, verdict, deps);
}

/**
 * TMDB does not know title `job.id` any more: it was deleted, or merged into another title, which has its id at IMDb then. That one is
 * fetched in its place. Nothing is removed: the rows of the old id stay until their hard TTL.
 */
async function fetchMoved(
  job: TitleJob,
  imdbId: string,
  absence: Extract<Verdict, { fate: 'not-found' }>,
  calling: Calling,
): Promise<FetchFate> {
  const { deps } = calling;
  const found = await ask(findQuestion(imdbId, job, deps.settings), calling);
  if (found.kind === 'later') {
    return found;
  }
  if (found.verdict.fate !== 'ok') {
    return finish(job, found.verdict, deps);
  }
  const others = found.verdict.content.filter((id) => id !== job.id);
  const [id] = others;
  if (id === undefined || others.length > 1) {
    const said = others.length > 1 ? `${others.length} titles have its id` : 'no other title has its id';
    return finish(job, { ...absence, detail: `${absence.detail}; ${said} ${imdbId} at IMDb` }, deps);
  }
  const moved = { ...job, id };
  const answered = await ask(ownQuestion(moved, deps.settings), calling);
  return answered.kind === 'later' ? answered : finish(moved, answered.verdict, deps, job.id);
}

/** Turns the verdict of the last call into messages and into the fate of the job. `movedFrom`: the id that its title had. */
async function finish(
  job: Job,
  verdict: Exclude<Judged<AnswerContent>, { fate: 'retry' }>,
  deps: WorkDependencies,
  movedFrom?: number,
): Promise<FetchFate> {
  switch (verdict.fate) {
    case 'ok':
      await emitItem(job, verdict.content, deps, movedFrom);
      return { kind: 'done' };
    case 'not-found': {
      const { code, detail } = verdict;
      if (job.kind === 'fetch-job') {
        // This text of TMDB ends up in the feed head, in `status` and in the report.
        const absence = { code, detail: deps.redact?.(detail) ?? detail };
        await deps.items.send(messageBody(absentItemOf(job, absence, deps.clock.nowMs())));
      }
      const { runId, jobId } = job;
      const awaited = job.kind === 'title-job' ? awaitedOf(job) : {};
      deps.telemetry.event({ event: 'job-not-found', runId, jobId, code, detail, ...awaited });
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

async function emitItem(job: Job, content: AnswerContent, deps: WorkDependencies, movedFrom?: number): Promise<void> {
  await deps.items.send(messageBody(itemOf(content, job, deps.clock.nowMs(), movedFrom)));
  const { jobId, runId } = job;
  deps.telemetry.event({ event: 'page-fetched', runId, jobId, ...rowsOf(content) });
  if (movedFrom !== undefined && job.kind === 'title-job') {
    deps.telemetry.event({ event: 'title-moved', runId, jobId, from: movedFrom, to: job.id });
  }
  if (Object.keys(content.losses).length > 0) {
    deps.telemetry.event({ event: 'answer-cut', subject: jobId, losses: content.losses });
  }
}

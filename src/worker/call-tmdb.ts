import { isoFromMs } from '../shared/core/clock.ts';
import { titleParts } from '../shared/queues/details/title-parts.ts';
import type { FetchJob, Job, TitleJob } from '../shared/queues/fetch-job.ts';
import { type Absence, type DescribedTitle, fitting, type Item, itemSchema } from '../shared/queues/item-page.ts';
import type { Reference } from '../shared/queues/reference.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { cardOf } from '../shared/tables/card.ts';
import { classifyAnswer, type Verdict } from '../shared/tmdb/classify-answer.ts';
import {
  feedRequest,
  findRequest,
  referenceRequest,
  titleRequest,
  wholeTitleRequest,
} from '../shared/tmdb/feed-request.ts';
import type { Losses, NormalizedPage } from '../shared/tmdb/normalize-page.ts';
import type { WholeTitle } from '../shared/tmdb/normalize-whole-title.ts';
import {
  type Content,
  readFound,
  readPage,
  readReferenceData,
  readTitle,
  readWholeTitle,
} from '../shared/tmdb/read-content.ts';
import type { TmdbRequest } from '../shared/tmdb/tmdb-port.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** The content of TMDB's answer to a job, before it becomes a message, and what was cut from it because it exceeded a bound. */
export type AnswerContent = { losses: Losses } & (
  | { kind: 'page'; page: NormalizedPage }
  | { kind: 'title'; title: DescribedTitle }
  | { kind: 'whole title'; whole: WholeTitle }
  | { kind: 'reference'; reference: Reference }
);

/** A verdict; a good answer has been checked to be what was asked for. */
export type Judged<T> = Exclude<Verdict, { fate: 'ok' }> | { fate: 'ok'; content: T };

/**
 * What a call asks for on behalf of a job, and how the JSON of a good answer is read. `smaller`: what is asked in its place once an answer
 * was too large.
 */
export type Question<T> = {
  request: TmdbRequest;
  read: (json: unknown) => Judged<T>;
  smaller?: Question<T>;
};

/** The job's own question. A whole title is smaller without its credits: long series have thousands of rows of them. */
export function ownQuestion(job: Job, settings: Settings): Question<AnswerContent> {
  const read = (json: unknown) => readAnswer(json, job, settings);
  const own = { request: requestFor(job, settings), read };
  if (job.kind !== 'title-job' || job.details !== true) {
    return own;
  }
  const credits = titleParts.credits.member[job.mediaType];
  return { ...own, smaller: { request: wholeTitleRequest(job.mediaType, job.id, settings, [credits]), read } };
}

/** Which titles of the job's kind have an id at IMDb, by TMDB's ids. */
export function findQuestion(imdbId: string, { mediaType }: TitleJob, settings: Settings): Question<number[]> {
  return {
    request: findRequest({ source: 'imdb', id: imdbId }, settings.defaultLanguage),
    read: (json) => judged(readFound(json, mediaType), (ids) => ids),
  };
}

/** A measured call. `attempt` counts the calls for a job in one invocation, from 1; 0 is the call that checks a refused token. */
type MeasuredCall = {
  attempt: number;
  status: number;
  outcome: 'ok' | 'throttled' | 'failed';
  startedAtMs: number;
  latencyMs: number;
  slotWaitMs?: number;
};

/** Makes one call for a job and measures it. Without a token no call is made. */
export async function callTmdb<T>(
  question: Question<T>,
  job: Job,
  turn: Required<Pick<MeasuredCall, 'attempt' | 'slotWaitMs'>>,
  deps: WorkDependencies,
): Promise<Judged<T>> {
  const { clock } = deps;
  if (turn.attempt === 1) {
    deps.budget.earn();
  }
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const answer = await deps.tmdb.get(question.request);
  const latencyMs = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
  const classified = classifyAnswer(answer, clock.nowMs());
  const verdict = classified.fate === 'ok' ? question.read(classified.json) : classified;
  if (answer.kind !== 'no-token') {
    const status = answer.kind === 'response' ? answer.status : 0;
    measureCall(job, { ...turn, status, outcome: outcomeOf(verdict), startedAtMs, latencyMs }, deps);
  }
  return verdict;
}

function outcomeOf(verdict: Judged<unknown>): MeasuredCall['outcome'] {
  if (verdict.fate === 'ok') {
    return 'ok';
  }
  return verdict.fate === 'retry' && verdict.throttled ? 'throttled' : 'failed';
}

/** Reports a call in metrics and log. */
export function measureCall(job: Job, call: MeasuredCall, { telemetry }: WorkDependencies): void {
  const { runId, jobId, kind } = job;
  telemetry.metric('TmdbLatency', call.latencyMs);
  if (call.outcome !== 'ok') {
    telemetry.metric(call.outcome === 'throttled' ? 'TmdbThrottles' : 'TmdbFailures', 1);
  }
  telemetry.event({ event: 'tmdb-call', runId, jobId, kind, ...call });
}

/** The request that a job stands for. */
export function requestFor(job: Job, settings: Settings): TmdbRequest {
  if (job.kind === 'fetch-job') {
    return feedRequest(job, settings);
  }
  if (job.kind === 'reference-job') {
    return referenceRequest(job.what, settings);
  }
  const { mediaType, id, language } = job;
  return job.details === true ? wholeTitleRequest(mediaType, id, settings) : titleRequest(mediaType, id, language);
}

/** Reads the JSON of a good answer. An answer to something else is retried. */
export function readAnswer(json: unknown, job: Job, settings: Settings): Judged<AnswerContent> {
  const losses: Losses = {};
  if (job.kind === 'fetch-job') {
    return judged(readPage(json, job.feed, job.page, losses), (page) => ({ kind: 'page', page, losses }));
  }
  if (job.kind === 'reference-job') {
    const content = readReferenceData(json, job.what, settings);
    return judged(content, (reference) => ({ kind: 'reference', reference, losses }));
  }
  return job.details === true
    ? judged(readWholeTitle(json, job, settings, losses), (whole) => ({ kind: 'whole title', whole, losses }))
    : judged(readTitle(json, job.mediaType, job.id, losses), (title) => ({ kind: 'title', title, losses }));
}

function judged<T, Read>(content: Content<T>, as: (value: T) => Read): Judged<Read> {
  return content.fate === 'ok' ? { fate: 'ok', content: as(content.value) } : content;
}

/**
 * The message for the item queue. `movedFrom`: the id that was asked for, where the answer is about the title that it has become a part of. It is not parsed again: the content has been read within the bounds of the message (read-content.ts).
 * @throws for content that is not that of the job.
 */
export function itemOf(content: AnswerContent, job: Job, fetchedAtMs: number, movedFrom?: number): Item {
  const { jobId, runId } = job;
  const fetchedAt = isoFromMs(fetchedAtMs);
  if (content.kind === 'title' && job.kind === 'title-job') {
    const { language } = job;
    return { kind: 'item-title', version: 1, jobId, runId, language, fetchedAt, title: content.title };
  }
  if (content.kind === 'whole title' && job.kind === 'title-job') {
    const { mediaType, id } = job;
    const cards = content.whole.cards.map(({ language, title }) => ({ language, ...cardOf(title) }));
    const { parts } = content.whole;
    const moved = movedFrom !== undefined && { movedFrom };
    const title = { mediaType, id, ...moved, cards: fitting(cards), parts, ...awaitedOf(job) };
    return { kind: 'item-details', version: 1, jobId, runId, fetchedAt, ...title };
  }
  if (content.kind === 'reference' && job.kind === 'reference-job') {
    return { kind: 'item-reference', version: 1, jobId, runId, fetchedAt, reference: content.reference };
  }
  if (content.kind === 'page' && job.kind === 'fetch-job') {
    const { snapshot, feed, page, pages } = job;
    const { titles, rejected, persons } = content.page;
    const ofJob = { version: 1, jobId, runId, snapshot, feed, page, pages, fetchedAt } as const;
    return { kind: 'item-page', ...ofJob, titles, rejected, persons };
  }
  throw new Error(`a ${content.kind} is not what ${jobId} asks for`);
}

/** The mark of a job that somebody waits for, as its messages and events carry it. */
export function awaitedOf(job: { awaited?: true | undefined }): { awaited?: true } {
  return job.awaited === true ? { awaited: true } : {};
}

/** The message for a list that TMDB does not know: the writer notes it in the feed head, and writes no row. */
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

/** Counts the rows in an answer: all, those rejected as invalid, and persons, which lists may contain. A title is one row, as is reference data. */
export function rowsOf(content: AnswerContent): { rows: number; rejected: number; persons: number } {
  if (content.kind !== 'page') {
    return { rows: 1, rejected: 0, persons: 0 };
  }
  const { titles, rejected, persons } = content.page;
  return { rows: titles.length + rejected + persons, rejected, persons };
}

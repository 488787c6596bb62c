/** What every subject of `drain` does alike with a job: TMDB's request for it, and the message that comes of the answer. */
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { type FetchJob, fetchJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { messageBody } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { feedRequest } from '../../src/shared/tmdb/feed-request.ts';
import { normalizePage } from '../../src/shared/tmdb/normalize-page.ts';
import { itemOf } from '../../src/worker/read-answer.ts';

/** What a subject is started with. `strictWindow` is for p-queue, `concurrency` for the worker. */
export type DrainConfig = {
  endpoints: StackEndpoints;
  requestsPerSecond: number;
  concurrency: number;
  strictWindow: boolean;
};

/** The job in a message. @throws for what is none. */
export function jobOf(body: string): FetchJob {
  return fetchJobSchema.parse(JSON.parse(body));
}

/** TMDB's request for it. */
export function requestOf(job: FetchJob) {
  return feedRequest(job, defaultSettings);
}

/** The item queue's message. @throws for an answer that is no list. */
export function itemBodyOf(job: FetchJob, answer: unknown): string {
  const page = normalizePage(answer, job.feed, job.page);
  if (page === undefined) {
    throw new Error(`the answer to ${job.jobId} is no list`);
  }
  return messageBody(itemOf({ kind: 'page', page, losses: {} }, job, systemClock.nowMs()));
}

/** What every subject of `drain` does alike with a job: TMDB's request for it, and the message that comes of the answer. */
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { type FetchJob, fetchJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { itemPageSchema } from '../../src/shared/queues/item-page.ts';
import { messageBody } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { feedRequest } from '../../src/shared/tmdb/feed-request.ts';
import { normalizePage } from '../../src/shared/tmdb/normalize-page.ts';

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
  const { jobId, runId, snapshot, feed, page, pages } = job;
  const common = { kind: 'item-page', version: 1, jobId, runId, snapshot, feed, page, pages };
  const fetchedAt = isoFromMs(systemClock.nowMs());
  return messageBody(itemPageSchema.parse({ ...common, fetchedAt, ...normalizePage(answer, feed, page) }));
}

/** What every subject of `drain` does alike with a job: TMDB's request for it, and the message that comes of the answer. */
import type { StackEndpoints } from '../../src/local/stack-endpoints.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { type FetchJob, fetchJobSchema } from '../../src/shared/queues/fetch-job.ts';
import { messageBody } from '../../src/shared/queues/parse-message.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { itemOf, readAnswer, requestFor } from '../../src/worker/call-tmdb.ts';

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
  return requestFor(job, defaultSettings);
}

/** The item queue's message, as the worker makes it. @throws for an answer that is not the page of the job. */
export function itemBodyOf(job: FetchJob, answer: unknown): string {
  const judged = readAnswer(answer, job, defaultSettings);
  if (judged.fate !== 'ok') {
    throw new Error(`not the page of ${job.jobId}: ${judged.detail}`);
  }
  return messageBody(itemOf(judged.content, job, systemClock.nowMs()));
}

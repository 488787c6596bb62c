import * as z from 'zod';
import { type Feed, feedId, feedSchema, languageSchema, type MediaType, maxPage, mediaTypes } from '../core/feed.ts';
import { runIdSchema, snapshotSchema } from '../core/snapshot.ts';
import { imdbIdPattern } from './details/detail-kinds.ts';
import { tmdbIdSchema } from './item-page.ts';
import { replaysSchema } from './parse-message.ts';
import { type ReferenceName, referenceNames } from './reference.ts';

/**
 * One title to fetch in one language: reader → fetch queue → worker. It belongs to no list and therefore has no snapshot; the version of
 * its row alone decides whether the row is written.
 */
export const titleJobSchema = z.object({
  kind: z.literal('title-job'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  /** Who asked, such as `reader`. */
  origin: z.string().min(1).max(40),
  mediaType: z.enum(mediaTypes),
  id: tmdbIdSchema,
  language: languageSchema,
  /**
   * Fetch the title with everything that is kept of it: its cards in all configured languages, and its details. One call; `language` counts
   * for nothing then. Without it the job is about the card in `language`.
   */
  details: z.literal(true).optional(),
  /** Somebody waits for its end, which worker and writer note therefore (`titleEndsId` in usage-store.ts). */
  awaited: z.literal(true).optional(),
  /** The title's id at IMDb, where it is known: by it a whole title is looked for that TMDB does not know under its own id any more. */
  imdbId: z.string().regex(imdbIdPattern).optional(),
  /** Deliveries so far that ended in a deferral. */
  attempt: z.int().min(0),
  firstSeenAt: z.iso.datetime(),
  /** Seconds that its deferrals told it to wait, all together: what its age is judged by. Jobs that an earlier version sent have none. */
  waitedSeconds: z.int().min(0).optional(),
  /** Why it was asked for, in a few words. */
  why: z.string().max(300),
  /** How often an operator took it out of a dead-letter queue and sent it again. */
  replays: replaysSchema,
});

export type TitleJob = z.infer<typeof titleJobSchema>;

/** `<run>/title/movie/550/de-DE`. */
export function titleJobIdFor(runId: string, mediaType: MediaType, id: number, language: string): string {
  return `${runId}/title/${mediaType}/${id}/${language}`;
}

/** The title of a title job, by the job's id: `movie/550`; `undefined` for other jobs. */
export function titleOfJobId(jobId: string): string | undefined {
  return isTitleJobId(jobId) ? jobId.split('/').slice(2, 4).join('/') : undefined;
}

/** A title job that was not delivered yet; its id follows from its run and its title. */
export function newTitleJob(
  job: Omit<TitleJob, 'kind' | 'version' | 'jobId' | 'attempt' | 'waitedSeconds' | 'replays'>,
): TitleJob {
  const jobId = titleJobIdFor(job.runId, job.mediaType, job.id, job.language);
  return titleJobSchema.parse({ kind: 'title-job', version: 1, ...job, jobId, attempt: 0 });
}

/** Whether a job's id is that of a title job; the ids of list pages have another form (`jobIdFor`). */
export function isTitleJobId(jobId: string): boolean {
  return jobId.split('/')[1] === 'title';
}

/** Reference data to fetch, in one call: planner → fetch queue → worker. Like a title it belongs to no list. */
const referenceJobSchema = z.object({
  kind: z.literal('reference-job'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  /** Schedule name, or `ad-hoc`. */
  origin: z.string().min(1).max(40),
  what: z.enum(referenceNames),
  /** Deliveries so far that ended in a deferral. */
  attempt: z.int().min(0),
  firstSeenAt: z.iso.datetime(),
  /** Seconds that its deferrals told it to wait, all together: what its age is judged by. */
  waitedSeconds: z.int().min(0).optional(),
  /** Why the planner chose it, in a few words. */
  why: z.string().max(300),
  /** How often an operator took it out of a dead-letter queue and sent it again. */
  replays: replaysSchema,
});

export type ReferenceJob = z.infer<typeof referenceJobSchema>;

/** The job of `run` that fetches `what`: `<run>/reference/configuration`. */
export function referenceJobFor(
  { runId, origin, firstSeenAt }: JobRun,
  what: ReferenceName,
  why: string,
): ReferenceJob {
  const jobId = `${runId}/reference/${what}`;
  return { kind: 'reference-job', version: 1, jobId, runId, origin, what, attempt: 0, firstSeenAt, why };
}

/** Whether a job's id is that of a job for a page of a list, which titles and reference data are not. */
export function isListJobId(jobId: string): boolean {
  return !isTitleJobId(jobId) && jobId.split('/')[1] !== 'reference';
}

/**
 * One page of one feed to fetch: planner → fetch queue → worker. About 450 bytes.
 * The job itself carries `attempt` and `firstSeenAt`, because a deferral sends a new message, for which SQS counts receives from zero.
 */
export const fetchJobSchema = z.object({
  kind: z.literal('fetch-job'),
  version: z.literal(1),
  jobId: z.string().min(1).max(200),
  runId: runIdSchema,
  /** Schedule name, or `ad-hoc`. */
  origin: z.string().min(1).max(40),
  snapshot: snapshotSchema,
  feed: feedSchema,
  page: z.int().min(1).max(maxPage),
  /** Pages of this feed in this run. */
  pages: z.int().min(1).max(maxPage),
  /** Deliveries so far that ended in a deferral. */
  attempt: z.int().min(0),
  firstSeenAt: z.iso.datetime(),
  /** Seconds that its deferrals told it to wait, all together: what its age is judged by. Jobs that an earlier version sent have none. */
  waitedSeconds: z.int().min(0).optional(),
  /** Why the planner chose it, in a few words. */
  why: z.string().max(300),
  /** How often an operator took it out of a dead-letter queue and sent it again. */
  replays: replaysSchema,
});

export type FetchJob = z.infer<typeof fetchJobSchema>;

/** `<run>/<feed>/<page>`: the same job of the same run has the same id, however often it is sent. */
export function jobIdFor(runId: string, feed: Feed, page: number): string {
  return `${runId}/${feedId(feed)}/${page}`;
}

/** What the jobs of one run have in common. `firstSeenAt` is ISO 8601 UTC. */
export type JobRun = { runId: string; snapshot: string; origin: string; firstSeenAt: string };

/** The jobs of `run` that fetch pages `from` (default 1) to `pages` of a feed. */
export function fetchJobsFor(
  run: JobRun,
  { feed, pages, why, from = 1 }: { feed: Feed; pages: number; why: string; from?: number },
): FetchJob[] {
  return Array.from({ length: Math.max(0, pages - from + 1) }, (_, index) => {
    const page = from + index;
    const jobId = jobIdFor(run.runId, feed, page);
    return fetchJobSchema.parse({ kind: 'fetch-job', version: 1, ...run, jobId, feed, page, pages, attempt: 0, why });
  });
}

/** Every message of the fetch queue. */
export const jobSchema = z.discriminatedUnion('kind', [fetchJobSchema, titleJobSchema, referenceJobSchema]);

export type Job = z.infer<typeof jobSchema>;

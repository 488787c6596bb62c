import * as z from 'zod';
import { languageSchema, type MediaType, mediaTypes } from '../core/feed.ts';
import { runIdSchema } from '../core/snapshot.ts';
import { tmdbIdSchema } from './item-page.ts';
import { replaysSchema } from './replays.ts';

/**
 * One title in one language to fetch: reader → fetch queue → worker. It has no place in a list, and so no snapshot: its row
 * stands or falls by its version alone.
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

/** Whether a job's id is that of a title; a list's page has another form (fetch-job.ts). */
export function isTitleJobId(jobId: string): boolean {
  return jobId.split('/')[1] === 'title';
}

/**
 * What happened, as structured log records. Each function writes them to its log under the key `runEvent`; the command
 * line's summary and Logs Insights queries read the same records.
 */
import * as z from 'zod';
import { pageOutcomes } from '../core/feed.ts';
import { runIdSchema } from '../core/snapshot.ts';

const count = z.int().min(0);
const job = { runId: runIdSchema, jobId: z.string() };

const runPlanned = z.object({
  event: z.literal('run-planned'),
  runId: runIdSchema,
  origin: z.string(),
  snapshot: z.string(),
  jobs: count,
});

const tmdbCall = z.object({
  event: z.literal('tmdb-call'),
  ...job,
  /** 1 is the first call of this delivery; 0 the one that checks a refused token. */
  attempt: count,
  /** HTTP status, or 0 when there was no answer. */
  status: count,
  outcome: z.enum(['ok', 'throttled', 'failed']),
  /** Epoch milliseconds. */
  startedAtMs: z.number(),
  latencyMs: z.number().min(0),
});

const pageFetched = z.object({
  event: z.literal('page-fetched'),
  ...job,
  rows: count,
  rejected: count,
  persons: count,
});

/** Something of an answer was beyond its bounds and is not kept (src/shared/queues/card-fields.ts). */
const answerCut = z.object({
  event: z.literal('answer-cut'),
  /** Job id, or what a reader asked TMDB for. */
  subject: z.string(),
  /** How often, by reason: `overview-too-long`, `page-too-long`. */
  losses: z.record(z.string(), count),
});

/** TMDB knows no such list or title. The writer is told of a list, so that its feed's head says so. */
const jobNotFound = z.object({ event: z.literal('job-not-found'), ...job, code: z.string(), detail: z.string() });

/** Sent back to the queue, to come again after the delay. */
const jobDeferred = z.object({
  event: z.literal('job-deferred'),
  ...job,
  code: z.string(),
  detail: z.string(),
  /** Deferrals of this job so far, this one included. */
  deferrals: z.int().min(1),
  delaySeconds: count,
});

/** Of two copies of a deferred job one was left: the other had been sent back already. */
const copyDropped = z.object({ event: z.literal('copy-dropped'), ...job, deferrals: z.int().min(1) });

/** Sent to a dead-letter queue with its reason. */
const jobDeadLettered = z.object({
  event: z.literal('job-dead-lettered'),
  /** Empty when the message could not be read. */
  jobId: z.string(),
  reason: z.string(),
  code: z.string(),
  detail: z.string(),
});

/** A worker opened or closed the breaker. */
const breakerChanged = z.object({
  event: z.literal('breaker-changed'),
  state: z.enum(['open', 'closed']),
  reason: z.string(),
  detail: z.string(),
});

/** A call waited for its slot. */
const slotAwaited = z.object({ event: z.literal('slot-awaited'), ...job, waitMs: z.number().min(0) });

const jobFailed = z.object({
  event: z.literal('job-failed'),
  /** Empty when the message could not be read. */
  jobId: z.string(),
  code: z.string(),
  detail: z.string(),
});

/** `status` 0: there was no token to call with. */
const tokenRejected = z.object({ event: z.literal('token-rejected'), status: count, detail: z.string() });

/** A refused token was checked by one call of `/authentication`. `status` 0: no answer, or no token to call with. */
const tokenChecked = z.object({
  event: z.literal('token-checked'),
  status: count,
  outcome: z.enum(['rejected', 'accepted', 'unproven']),
  detail: z.string(),
  /** Epoch milliseconds. */
  startedAtMs: z.number(),
  latencyMs: z.number().min(0),
});

/** Fates of a page's list rows: `received` is the sum of the other four. */
const pageApplied = z.object({
  event: z.literal('page-applied'),
  ...job,
  received: count,
  written: count,
  unchanged: count,
  superseded: count,
  rejected: count,
  /** What a page of a list brought; a title on its own has none. */
  outcome: z.enum(pageOutcomes).optional(),
});

/** What one writer batch did to the table, in table rows and capacity units. */
const batchWritten = z.object({
  event: z.literal('batch-written'),
  pages: count,
  rowsWritten: count,
  rowsUnchanged: count,
  rowsSuperseded: count,
  writeUnits: z.number().min(0),
  readUnits: z.number().min(0),
});

/** A reader asked TMDB itself, because neither tier had anything. */
const liveFetched = z.object({
  event: z.literal('live-fetched'),
  /** Feed id, or `movie/550/de-DE`. */
  subject: z.string(),
  outcome: z.enum(['ok', 'absent', 'unavailable']),
  /** Why there was no answer; empty otherwise. */
  code: z.string(),
  latencyMs: z.number().min(0),
});

/** A reader found something stale, or in part, and asked the pipeline for it. */
const refreshAsked = z.object({ event: z.literal('refresh-asked'), subject: z.string(), jobs: count });

/** What the plans of the last seven days were worth (src/demand/plan-quality.ts). Damaged counters need not be whole. */
const planJudged = z.object({
  event: z.literal('plan-judged'),
  runId: runIdSchema,
  fetchedPages: z.number().min(0),
  wastedPages: z.number().min(0),
  warmedPages: z.number().min(0),
  callsSaved: count,
  expectedReads: z.number().min(0),
  countedReads: z.number().min(0),
});

export const runEventSchema = z.discriminatedUnion('event', [
  runPlanned,
  tmdbCall,
  pageFetched,
  answerCut,
  jobNotFound,
  jobDeferred,
  copyDropped,
  jobDeadLettered,
  jobFailed,
  breakerChanged,
  slotAwaited,
  tokenRejected,
  tokenChecked,
  pageApplied,
  batchWritten,
  liveFetched,
  refreshAsked,
  planJudged,
]);

export type RunEvent = z.infer<typeof runEventSchema>;

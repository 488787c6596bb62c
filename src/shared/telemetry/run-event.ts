/**
 * Events as structured log records. Each function writes them to its log under the key `runEvent`; the command line's summary and Logs
 * Insights queries read them.
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
  /** Pages of lists; `titles` are whole titles, which earlier builds did not plan. */
  jobs: count,
  titles: count.optional(),
});

const tmdbCall = z.object({
  event: z.literal('tmdb-call'),
  ...job,
  /** Kind of the message that asked for it: `fetch-job`, `title-job`, `reference-job`. */
  kind: z.string().optional(),
  /** 1 for the first call of this delivery; 0 for the call that checks a refused token. */
  attempt: count,
  /** HTTP status; 0 if there was no answer. */
  status: count,
  outcome: z.enum(['ok', 'throttled', 'failed']),
  /** Epoch milliseconds. */
  startedAtMs: z.number(),
  latencyMs: z.number().min(0),
  /** How long it waited for its slot and its connection. Absent from the call that checks a refused token, and from earlier builds. */
  slotWaitMs: z.number().min(0).optional(),
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
  /** Job id, or the subject of a reader's live call. */
  subject: z.string(),
  /** The number of cuts by reason, such as `overview-too-long` or `page-too-long`. */
  losses: z.record(z.string(), count),
});

/** TMDB does not have this list or title. For a list, the worker also sends a page without titles, and the feed's head records it. */
const jobNotFound = z.object({
  event: z.literal('job-not-found'),
  ...job,
  code: z.string(),
  detail: z.string(),
  /** Of a title whose end somebody waits for. */
  awaited: z.literal(true).optional(),
});

/** TMDB does not know a title under the id `from` any more, and its id at IMDb led to another one, which was fetched in its place. */
const titleMoved = z.object({ event: z.literal('title-moved'), ...job, from: count, to: count });

/** A deferral: the job was sent back to its queue with a delay. */
const jobDeferred = z.object({
  event: z.literal('job-deferred'),
  ...job,
  code: z.string(),
  detail: z.string(),
  /** Deferrals of this job so far, this one included. */
  deferrals: z.int().min(1),
  delaySeconds: count,
});

/** A duplicate of a deferred job was dropped, because the other copy had been sent back already. */
const copyDropped = z.object({ event: z.literal('copy-dropped'), ...job, deferrals: z.int().min(1) });

/** A message was sent to a dead-letter queue with its reason. */
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

/** The shared rate at the end of a worker's invocation, as its container saw it (src/shared/throttle/rate-figures.ts). */
const rateSeen = z.object({
  event: z.literal('rate-seen'),
  configuredPerSecond: z.number(),
  perSecond: z.number(),
  ceilingPerSecond: z.number().nullable(),
  noiseShare: z.number(),
  answers: z.number(),
  refusals: z.number(),
});

const jobFailed = z.object({
  event: z.literal('job-failed'),
  /** Empty when the message could not be read. */
  jobId: z.string(),
  code: z.string(),
  detail: z.string(),
});

/** The token was rejected, which opened the breaker. `status` 0: there was no token to call with. */
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

/** What the writer did with the list rows of a page: `received` is the sum of the other four. */
const pageApplied = z.object({
  event: z.literal('page-applied'),
  ...job,
  received: count,
  written: count,
  unchanged: count,
  superseded: count,
  rejected: count,
  /** Outcome of a list page; absent for a single title. */
  outcome: z.enum(pageOutcomes).optional(),
  /** Of a title whose end somebody waits for. */
  awaited: z.literal(true).optional(),
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

/** A live call: neither memory nor table had an answer for the reader. */
const liveFetched = z.object({
  event: z.literal('live-fetched'),
  /** Feed id, `movie/550/de-DE`, or `find/imdb:tt0137523`. */
  subject: z.string(),
  outcome: z.enum(['ok', 'absent', 'unavailable']),
  /** Why there was no answer; empty if there was one. */
  code: z.string(),
  latencyMs: z.number().min(0),
});

/** A reader found a stale or incomplete row and sent refresh jobs to the pipeline. */
const refreshAsked = z.object({ event: z.literal('refresh-asked'), subject: z.string(), jobs: count });

/** A reader left out `count` records that were alike: `kind` is what they had in common (src/reader/sampled-telemetry.ts). */
const recordsLeftOut = z.object({ event: z.literal('records-left-out'), kind: z.string(), count: z.int().min(1) });

/** The quality of the plans of the last seven days (src/demand/plan-quality.ts). Damaged counters may not be whole numbers. */
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

/** The planner read TMDB's lists of changes (src/planner/read-changes.ts). */
const changesRead = z.object({
  event: z.literal('changes-read'),
  /** Calls that were made for it, and calls for titles that age alone would have needed instead. */
  calls: count,
  callsSaved: count,
  /** Titles that are kept, and those of them that have changed and were not fetched yet. */
  kept: count,
  changed: count,
});

export const runEventSchema = z.discriminatedUnion('event', [
  runPlanned,
  tmdbCall,
  pageFetched,
  answerCut,
  jobNotFound,
  titleMoved,
  jobDeferred,
  copyDropped,
  jobDeadLettered,
  jobFailed,
  breakerChanged,
  rateSeen,
  tokenRejected,
  tokenChecked,
  pageApplied,
  batchWritten,
  liveFetched,
  refreshAsked,
  recordsLeftOut,
  planJudged,
  changesRead,
]);

export type RunEvent = z.infer<typeof runEventSchema>;

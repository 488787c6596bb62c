import { hourMs, msFromIso, within } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import type { Job } from '../shared/queues/fetch-job.ts';
import { messageBody } from '../shared/queues/parse-message.ts';
import type { FetchFate } from './fetch-item.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** SQS delays a message by at most this. Source: SQS quotas, November 2026. */
export const maxDelaySeconds = 900;
const baseMs = 5_000;
/** Short enough that a backlog is under way again within minutes of TMDB's return. */
const growthCapMs = 150_000;

/** Delay before jitter at the deferral that follows `deferrals` others. */
function growthMsAfter(deferrals: number): number {
  return Math.min(growthCapMs, baseMs * 2 ** Math.min(deferrals, 10));
}

/** Seconds that a job has waited at the least which was deferred so often: half of each delay is jitter. */
export function leastWaitedSeconds(deferrals: number): number {
  const growing = Array.from({ length: Math.min(deferrals, 10) }, (_, index) => growthMsAfter(index));
  const grownMs = growing.reduce((sum, ms) => sum + ms, 0) + Math.max(0, deferrals - 10) * growthCapMs;
  return Math.floor(grownMs / 2 / 1_000);
}

/**
 * How long a job waits on the queue: at least `minimumMs` (what the breaker, the schedule or TMDB asked for), plus a delay
 * that doubles with each deferral and is jittered by half. Whole seconds.
 */
export function deferralDelaySeconds(deferrals: number, minimumMs: number, fraction: number): number {
  const growthMs = growthMsAfter(deferrals);
  const delayMs = minimumMs + growthMs / 2 + fraction * (growthMs / 2);
  return Math.min(maxDelaySeconds, Math.ceil(delayMs / 1_000));
}

/**
 * How old a job is, without a clock. `firstSeenAt` and the present are moments of two machines' clocks, either of which may be wrong by a
 * day; what a job was told to wait when it was deferred is no moment, and SQS keeps to it. The sum of these waits travels with the job
 * (docs/adr/0023).
 */

/** Seconds that a job has waited on the queue since it was first seen, or replayed; at least these have gone by since then. */
export function waitedSecondsOf({ attempt, waitedSeconds }: Job): number {
  // A job that is sent anew counts from nothing, whatever it was before; one of an earlier version carries no sum.
  return attempt === 0 ? 0 : (waitedSeconds ?? leastWaitedSeconds(attempt));
}

/** Whether a job is to be given up rather than deferred once more. */
export function isTooOld(job: Job, maxAgeHours: number): boolean {
  return waitedSecondsOf(job) > maxAgeHours * 3_600;
}

/** A table that does not answer must not keep a job from the queue. */
const mostMarkMs = 1_000;

/**
 * Sends the job back. Only then is the message deleted: a crash between the two leaves it twice, which changes no row. Of two copies of
 * a message only one goes on: otherwise they would double with each deferral of an outage. The mark comes after the sending, so that
 * none is without it; copies that are deferred at the same moment both go on, and one of theirs ends at the next deferral.
 */
export async function deferJob(
  job: Job,
  { code, detail, retryInMs, isDoubted }: Omit<Extract<FetchFate, { kind: 'later' }>, 'kind'>,
  deps: WorkDependencies,
): Promise<void> {
  const { jobs, random, telemetry } = deps;
  const { jobId, runId } = job;
  const deferrals = job.attempt + 1;
  const key = `${jobId}#${deferrals}#${job.replays ?? 0}`;
  if (await wasSent(key, deps)) {
    telemetry.event({ event: 'copy-dropped', runId, jobId, deferrals });
    return;
  }
  // A wrong clock's time is mended by the first who looks again: nobody's delay may have grown by then.
  const delaySeconds = deferralDelaySeconds(isDoubted ? 0 : job.attempt, retryInMs, random.next());
  const waitedSeconds = waitedSecondsOf(job) + delaySeconds;
  await jobs.send(messageBody({ ...job, attempt: deferrals, waitedSeconds } satisfies Job), { delaySeconds });
  telemetry.event({ event: 'job-deferred', runId, jobId, code, detail: detail.slice(0, 300), deferrals, delaySeconds });
  await markSent(key, msFromIso(job.firstSeenAt), deps);
}

/** A table that cannot be asked knows of none: twice is better than not at all. */
async function wasSent(key: string, { deferrals, clock }: WorkDependencies): Promise<boolean> {
  const asked = deferrals?.wasSent(key).catch(() => false) ?? Promise.resolve(false);
  return within(mostMarkMs, asked, false, clock);
}

async function markSent(key: string, firstSeenMs: number, deps: WorkDependencies): Promise<void> {
  const { deferrals, clock, settings, telemetry } = deps;
  // Twice the age at which a job is given up: a copy may have lain on the queue for as long as the job itself. Counted from the later of
  // two clocks, so that one which is behind takes no mark away too early.
  const expiresAtMs = Math.max(firstSeenMs, clock.nowMs()) + 2 * settings.tmdb.maxAgeHours * hourMs;
  const marked = deferrals?.sent(key, expiresAtMs).catch((error) => {
    telemetry.warn('a deferral could not be marked', { detail: messageOf(error) });
  });
  await within(mostMarkMs, marked ?? Promise.resolve(), undefined, clock);
}

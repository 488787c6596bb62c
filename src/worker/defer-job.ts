import { hourMs, msFromIso, within } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import type { Job } from '../shared/queues/fetch-job.ts';
import { messageBody } from '../shared/queues/parse-message.ts';
import type { Later } from './ask-tmdb.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** SQS delays a message by at most this. Source: SQS quotas, November 2026. */
export const maxDelaySeconds = 900;
const baseMs = 5_000;
/** Short enough that a backlog is in flight again within minutes of the end of an outage. */
const growthCapMs = 150_000;

/** Longest wait for the control table: when it does not answer, the job must still get back to the queue. */
const markTimeoutMs = 1_000;

/**
 * Sends the job back to the fetch queue with a delay. SQS deletes the received message only afterwards, so a crash in between leaves two
 * copies, which changes no row. A copy whose deferral was sent before is dropped, otherwise copies would double with each deferral of an
 * outage. The mark is written after the job is sent: a crash in between costs a duplicate and not the job. Two copies that are deferred
 * at the same moment both continue, and one of them is dropped at the next deferral.
 * @throws when the queue does not take the job.
 */
export async function deferJob(
  job: Job,
  { code, detail, retryInMs, isDoubted }: Omit<Later, 'kind'>,
  deps: WorkDependencies,
): Promise<void> {
  const { jobs, random, telemetry } = deps;
  const { jobId, runId, attempt: deferralsBefore } = job;
  const deferrals = deferralsBefore + 1;
  const key = `${jobId}#${deferrals}#${job.replays ?? 0}`;
  if (await wasSent(key, deps)) {
    telemetry.event({ event: 'copy-dropped', runId, jobId, deferrals });
    return;
  }
  // A time from a wrong clock is corrected by the first job that asks again, so no job may wait long for that.
  const delaySeconds = deferralDelaySeconds(isDoubted ? 0 : deferralsBefore, retryInMs, random.next());
  const waitedSeconds = waitedSecondsOf(job) + delaySeconds;
  await jobs.send(messageBody({ ...job, attempt: deferrals, waitedSeconds } satisfies Job), { delaySeconds });
  telemetry.event({ event: 'job-deferred', runId, jobId, code, detail: detail.slice(0, 300), deferrals, delaySeconds });
  await markSent(key, job, deps);
}

/** Answers `false` when the table cannot be read: a duplicate is better than a lost job. */
async function wasSent(key: string, { deferrals, clock }: WorkDependencies): Promise<boolean> {
  const asked = deferrals?.wasSent(key).catch(() => false) ?? Promise.resolve(false);
  return within(markTimeoutMs, asked, false, clock);
}

async function markSent(key: string, { jobId, firstSeenAt }: Job, deps: WorkDependencies): Promise<void> {
  const { deferrals, clock, settings, telemetry } = deps;
  // Twice the age at which a job is given up, because a copy may wait on the queue as long as the job itself. Counted from the later of
  // two clocks, so that a clock which is behind does not expire a mark too early.
  const expiresAtMs = Math.max(msFromIso(firstSeenAt), clock.nowMs()) + 2 * settings.tmdb.maxAgeHours * hourMs;
  const marked = deferrals?.sent(key, expiresAtMs).catch((error) => {
    telemetry.warn('a deferral could not be marked', { jobId, detail: messageOf(error) });
  });
  await within(markTimeoutMs, marked ?? Promise.resolve(), undefined, clock);
}

/** Whether a job is too old for another deferral. */
export function isTooOld(job: Job, maxAgeHours: number): boolean {
  return waitedSecondsOf(job) > maxAgeHours * 3_600;
}

/**
 * The age of a job in seconds: the sum of its deferral delays since it was first sent, or replayed. At least this much time has passed.
 * The sum travels with the job, because timestamps cannot tell the age: `firstSeenAt` and the present come from the clocks of two
 * machines, either of which may be wrong by a day (docs/adr/0023). `attempt` is the message's name for the number of deferrals.
 */
export function waitedSecondsOf({ attempt: deferrals, waitedSeconds }: Job): number {
  // A job that was never deferred has no age, whatever it carries; a job from an earlier version carries no sum.
  return deferrals === 0 ? 0 : (waitedSeconds ?? leastWaitedSeconds(deferrals));
}

/**
 * How long a deferred job stays invisible on the queue, in whole seconds: at least `minimumMs` (what the breaker, the schedule or TMDB
 * asked for), plus a delay that doubles with each deferral and is jittered by half. At most `maxDelaySeconds`.
 * @param fraction - the random draw for the jitter, in [0, 1).
 */
export function deferralDelaySeconds(deferrals: number, minimumMs: number, fraction: number): number {
  const growthMs = growthMsAfter(deferrals);
  const delayMs = minimumMs + growthMs / 2 + fraction * (growthMs / 2);
  return Math.min(maxDelaySeconds, Math.ceil(delayMs / 1_000));
}

/** Delay in milliseconds, before jitter, of the deferral that follows `deferrals` others. */
function growthMsAfter(deferrals: number): number {
  return Math.min(growthCapMs, baseMs * 2 ** Math.min(deferrals, 10));
}

/** The least number of seconds that a job has waited after `deferrals` deferrals: half of each delay is jitter. */
export function leastWaitedSeconds(deferrals: number): number {
  const growing = Array.from({ length: Math.min(deferrals, 10) }, (_, index) => growthMsAfter(index));
  const grownMs = growing.reduce((sum, ms) => sum + ms, 0) + Math.max(0, deferrals - 10) * growthCapMs;
  return Math.floor(grownMs / 2 / 1_000);
}

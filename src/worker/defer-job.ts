import { messageOf } from '../shared/core/errors.ts';
import type { Job } from '../shared/queues/job.ts';
import { messageBody } from '../shared/queues/message-body.ts';
import { msFromIso } from '../shared/core/clock.ts';
import { within } from '../shared/core/within.ts';
import { deferralDelaySeconds } from './deferral-delay.ts';
import type { FetchFate } from './fetch-item.ts';
import { waitedSecondsOf } from './job-age.ts';
import type { WorkDependencies } from './work-dependencies.ts';

const hourMs = 3_600_000;
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

/**
 * How old a job is, without a clock. `firstSeenAt` and the present are moments of two machines' clocks, either of which may be wrong by a
 * day; what a job was told to wait when it was deferred is no moment, and SQS keeps to it. The sum of these waits travels with the job
 * (docs/adr/0023).
 */
import type { Job } from '../shared/queues/job.ts';
import { leastWaitedSeconds } from './deferral-delay.ts';

/** Seconds that a job has waited on the queue since it was first seen, or replayed; at least these have gone by since then. */
export function waitedSecondsOf({ attempt, waitedSeconds }: Job): number {
  // A job that is sent anew counts from nothing, whatever it was before; one of an earlier version carries no sum.
  return attempt === 0 ? 0 : (waitedSeconds ?? leastWaitedSeconds(attempt));
}

/** Whether a job is to be given up rather than deferred once more. */
export function isTooOld(job: Job, maxAgeHours: number): boolean {
  return waitedSecondsOf(job) > maxAgeHours * 3_600;
}

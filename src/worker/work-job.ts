/**
 * One delivery of one fetch job, from its body to its fate:
 *
 *   malformed, or refused by TMDB as wrong, or too old to be deferred ──► dead-letter queue, with the reason
 *   breaker open, no slot, time is short, or still failing after the retries ──► deferred: sent back with a delay
 *   not found ──► a list: item queue, as a page that says so; a title: done, and logged
 *   a page ──► item queue
 *
 * What is thrown here (a queue that takes nothing) leaves the message where it is, and SQS delivers it again.
 */
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { sendDeadLetter } from '../shared/queues/dead-letter.ts';
import { type Job, jobSchema } from '../shared/queues/fetch-job.ts';
import { parseMessage } from '../shared/queues/parse-message.ts';
import { jobIdOf } from '../shared/telemetry/describe-failure.ts';
import type { CallGate } from '../shared/throttle/call-gate.ts';
import { deferJob, isTooOld } from './defer-job.ts';
import { fetchItem } from './fetch-item.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/**
 * Works one message of a batch.
 * @param remainingMs - what is left of the invocation.
 * @throws when neither the page nor the deferral nor the dead letter could be sent.
 */
export async function workJob(
  body: string,
  gate: CallGate,
  deps: WorkDependencies,
  remainingMs: () => number,
): Promise<void> {
  const job = readJob(body);
  if (job instanceof PermanentError) {
    return sendDeadLetter(
      body,
      { reason: 'malformed', code: job.code, detail: job.message, jobId: jobIdOf(body) },
      deps,
    );
  }
  const fate = await fetchItem(job, gate, deps, remainingMs);
  switch (fate.kind) {
    case 'done':
      return;
    case 'refused':
      return sendDeadLetter(
        body,
        { reason: 'refused-by-tmdb', code: fate.code, detail: fate.detail, jobId: job.jobId },
        deps,
      );
    case 'later':
      return isTooOld(job, deps.settings.tmdb.maxAgeHours)
        ? sendDeadLetter(body, { reason: 'too-old', code: fate.code, detail: fate.detail, jobId: job.jobId }, deps)
        : deferJob(job, fate, deps);
  }
}

function readJob(body: string): Job | PermanentError {
  try {
    return parseMessage(jobSchema, body);
  } catch (error) {
    return error instanceof PermanentError ? error : new PermanentError('malformed_message', messageOf(error));
  }
}

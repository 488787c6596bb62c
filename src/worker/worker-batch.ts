/**
 * Everything between a batch of the fetch queue and the answer to it. The handler wires it on Lambda; the simulation, the benches and the
 * tests run the same, so that no other shell has to do what this one does.
 */
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { sendDeadLetter } from '../shared/queues/dead-letter.ts';
import { type Job, jobSchema } from '../shared/queues/fetch-job.ts';
import { parseMessage } from '../shared/queues/parse-message.ts';
import { jobIdOf, describeFailure } from '../shared/telemetry/describe-failure.ts';
import { type CallGate, callGate } from '../shared/throttle/call-gate.ts';
import { deferJob, isTooOld } from './defer-job.ts';
import { fetchItem } from './fetch-item.ts';
import { type WorkDependencies } from './work-dependencies.ts';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { within } from '../shared/core/within.ts';
import { type BatchAnswer, type QueueRecord, queueRecordsOf } from '../shared/queues/queue-batch.ts';

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

/** What a batch of jobs needs. */
export type WorkerBatchDependencies = WorkDependencies & {
  /** Stores what was counted, when the batch is over. Never rejects. */
  flush?: (() => Promise<void>) | undefined;
};

/** Works one batch. `remainingMs` is what is left of the invocation. @throws PermanentError when the event is no batch. */
export type WorkerBatch = (event: unknown, remainingMs: () => number) => Promise<BatchAnswer>;

/** Left of an invocation for the answer. */
const answerReserveMs = 500;

/** Fetch queue → TMDB → item queue. The answer names the messages that could not even be sent back. */
export function workerBatch(deps: WorkerBatchDependencies): WorkerBatch {
  return async (event, remainingMs) => {
    const records = queueRecordsOf(event);
    const gate = callGate(records.length, { ...deps, slotToleranceMs: deps.settings.rate.slotToleranceMs });
    const work = (record: QueueRecord) => workRecord(record, gate, deps, remainingMs);
    try {
      // A processor of its own for each batch: it keeps the failures of the one it works on. A batch that fails as a whole is
      // reported like any other: throwing would only hide which messages failed.
      const processor = new BatchProcessor(EventType.SQS);
      return await processPartialResponse({ Records: records }, work, processor, { throwOnFullBatchFailure: false });
    } finally {
      // Counting must not outlast the invocation: without an answer the whole batch would come again.
      const leftMs = Math.max(0, remainingMs() - answerReserveMs);
      await within(leftMs, deps.flush?.() ?? Promise.resolve(), undefined, deps.clock);
    }
  };
}

async function workRecord(
  record: QueueRecord,
  gate: CallGate,
  deps: WorkerBatchDependencies,
  remainingMs: () => number,
): Promise<void> {
  try {
    // Not cut off when time is short: what goes on behind the answer would send in the next invocation. Its calls have their own time-outs.
    await workJob(record.body, gate, deps, remainingMs);
  } catch (error) {
    deps.telemetry.event({ event: 'job-failed', ...describeFailure(error, record) });
    // Powertools reads the message of what is thrown, and a value without one would fail the whole batch.
    throw error instanceof Error ? error : new Error(messageOf(error));
  }
}

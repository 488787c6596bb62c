/**
 * Everything between a batch of the fetch queue and the answer to it. The handler wires it on Lambda; the simulation, the benches and
 * the tests run the same code. Each message of the batch is worked on its own:
 *
 *   malformed, refused by TMDB as wrong, or too old to be deferred ──► dead-letter queue, with the reason
 *   breaker open, no slot, too little time left, or still failing after the retries ──► deferred: sent back with a delay
 *   not found ──► a list: item queue, as a page that says so; a title: done, and logged
 *   fetched ──► item queue
 *
 * A message for which none of these could be sent is named in the answer, and SQS delivers it again. What the jobs of a batch send to the
 * item queue and to the fetch queue goes in requests of ten (gathered-sends.ts), and each job waits for the outcome of its own message.
 */
import { within } from '../shared/core/clock.ts';
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { type Death, sendDeadLetter } from '../shared/queues/dead-letter.ts';
import { type Job, jobSchema } from '../shared/queues/fetch-job.ts';
import type { BatchSender } from '../shared/queues/message-sender.ts';
import { parseMessage } from '../shared/queues/parse-message.ts';
import { type BatchAnswer, type QueueRecord, queueRecordsOf } from '../shared/queues/queue-batch.ts';
import { callsOfAWorker } from '../shared/settings/settings.ts';
import { describeFailure, jobIdOf } from '../shared/telemetry/describe-failure.ts';
import { type CallGate, callGate } from '../shared/throttle/call-gate.ts';
import { spareMsOf } from './ask-tmdb.ts';
import { deferJob, isTooOld } from './defer-job.ts';
import { fetchItem } from './fetch-item.ts';
import { gatheredSends } from './gathered-sends.ts';
import { workEachRecord } from './powertools-batch.ts';
import type { WorkDependencies } from './work-dependencies.ts';

/** What a batch of jobs needs; one set per container, for all its invocations. */
export type WorkerBatchDependencies = Omit<WorkDependencies, 'items' | 'jobs'> & {
  /** The item queue. */
  items: BatchSender;
  /** The fetch queue, for deferrals. */
  jobs: BatchSender;
  /** Stores what was counted, when the batch is over. Never rejects. */
  flush?: (() => Promise<void>) | undefined;
};

/** Works one batch. `remainingMs` is what is left of the invocation. @throws PermanentError when the event is no batch. */
type WorkerBatch = (event: unknown, remainingMs: () => number) => Promise<BatchAnswer>;

/** Left of an invocation for the answer. */
const answerReserveMs = 500;

/** Fetch queue → TMDB → item queue. The answer names the messages that could not even be sent back. */
export function workerBatch(deps: WorkerBatchDependencies): WorkerBatch {
  return async (event, remainingMs) => {
    const records = queueRecordsOf(event);
    const gate = callGate({ ...deps, mostCalls: callsOfAWorker(deps.settings) });
    const sends = gatheredSends(records.length, spareMsOf(deps.settings, remainingMs), deps.clock);
    const ofBatch: WorkDependencies = { ...deps, items: sends.to(deps.items), jobs: sends.to(deps.jobs) };
    const workOne = (record: QueueRecord) =>
      workRecord(record, gate, ofBatch, remainingMs).finally(() => sends.jobEnded());
    try {
      return await workEachRecord(records, workOne);
    } finally {
      const rate = deps.schedule.seen();
      if (rate !== undefined) {
        deps.telemetry.event({ event: 'rate-seen', ...rate });
      }
      // Storing the counts must not outlast the invocation: without an answer the whole batch would be delivered again.
      const leftMs = Math.max(0, remainingMs() - answerReserveMs);
      await within(leftMs, deps.flush?.() ?? Promise.resolve(), undefined, deps.clock);
    }
  };
}

async function workRecord(
  record: QueueRecord,
  gate: CallGate,
  deps: WorkDependencies,
  remainingMs: () => number,
): Promise<void> {
  try {
    // No time-out here: work that continued after the answer would send during the next invocation. Its calls have time-outs.
    await workJob(record.body, gate, deps, remainingMs);
  } catch (error) {
    deps.telemetry.event({ event: 'job-failed', ...describeFailure(error, record) });
    throw error;
  }
}

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
    const death: Death = { reason: 'malformed', code: job.code, detail: job.message, jobId: jobIdOf(body) };
    return sendDeadLetter(body, death, deps);
  }
  const fate = await fetchItem(job, gate, deps, remainingMs);
  if (fate.kind === 'done') {
    return;
  }
  const { code, detail } = fate;
  if (fate.kind === 'refused') {
    return sendDeadLetter(body, { reason: 'refused-by-tmdb', code, detail, jobId: job.jobId }, deps);
  }
  return isTooOld(job, deps.settings.tmdb.maxAgeHours)
    ? sendDeadLetter(body, { reason: 'too-old', code, detail, jobId: job.jobId }, deps)
    : deferJob(job, fate, deps);
}

function readJob(body: string): Job | PermanentError {
  try {
    return parseMessage(jobSchema, body);
  } catch (error) {
    return error instanceof PermanentError ? error : new PermanentError('malformed_message', messageOf(error));
  }
}

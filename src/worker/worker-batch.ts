/**
 * Everything between a batch of the fetch queue and the answer to it. The handler wires it on Lambda; the simulation, the benches and the
 * tests run the same, so that no other shell has to do what this one does.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { within } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { type BatchAnswer, type QueueRecord, queueRecordsOf } from '../shared/queues/queue-batch.ts';
import { describeFailure } from '../shared/telemetry/describe-failure.ts';
import { type CallGate, callGate } from '../shared/throttle/call-gate.ts';
import type { WorkDependencies } from './work-dependencies.ts';
import { workJob } from './work-job.ts';

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

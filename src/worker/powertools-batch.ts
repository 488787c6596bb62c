import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { messageOf } from '../shared/core/errors.ts';
import type { BatchAnswer, QueueRecord } from '../shared/queues/queue-batch.ts';

/**
 * Runs `work` on all records in parallel, with the batch processor of Powertools. The answer names the records whose work rejected.
 * Never rejects itself, not even when all records failed: throwing would hide which ones.
 */
export function workEachRecord(
  records: readonly QueueRecord[],
  work: (record: QueueRecord) => Promise<void>,
): Promise<BatchAnswer> {
  const workOne = async (record: QueueRecord): Promise<void> => {
    try {
      await work(record);
    } catch (error) {
      // The processor reads `message` of what is thrown; a thrown value without one would fail the whole batch.
      throw error instanceof Error ? error : new Error(messageOf(error));
    }
  };
  // One processor per batch, because it keeps the failures of the batch it works on.
  const processor = new BatchProcessor(EventType.SQS);
  return processPartialResponse({ Records: [...records] }, workOne, processor, { throwOnFullBatchFailure: false });
}

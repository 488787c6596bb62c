/**
 * Everything between a batch of the item queue and the answer to it:
 *
 *   read each message ─► the malformed ones to the dead-letter queue ─► apply the others together ─► which are to come again
 *
 * What was dead-lettered is done, whatever happens to the others; and there is an answer in time also when the table gives none, since
 * a batch without an answer comes again as a whole. The handler wires this on Lambda; the simulation, the benches and the tests run
 * the same. A batch is applied as a whole because its pages share rows: that is why Powertools' record-by-record processor does not
 * stand here.
 */
import { type Clock, within } from '../shared/core/clock.ts';
import { RetryableError } from '../shared/core/errors.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import { type BatchAnswer, type QueueRecord, queueRecordsOf, sentAtMsOf } from '../shared/queues/queue-batch.ts';
import { type Failure, failureOf, jobIdOf } from '../shared/telemetry/describe-failure.ts';
import { type ApplyDependencies, applyItems, type Delivery } from './apply-items.ts';
import { receiveItem } from './receive-item.ts';

/** What a batch of items needs; `deadLetters` is the item queue's dead-letter queue. */
export type WriterBatchDependencies = ApplyDependencies & {
  deadLetters: MessageSender;
  clock: Clock;
  /** Stores what was counted, when the batch is over. Never rejects. */
  flush?: (() => Promise<void>) | undefined;
};

/** Applies one batch. `remainingMs` is what is left of the invocation. @throws PermanentError when the event is no batch. */
export type WriterBatch = (event: unknown, remainingMs: () => number) => Promise<BatchAnswer>;

/** Left of an invocation for counting, and for the answer. */
const reserveMs = 5_000;
const outOfTime = Symbol('out of time');

/** Item queue → tables. The answer names the messages that are to come again. */
export function writerBatch(deps: WriterBatchDependencies): WriterBatch {
  return async (event, remainingMs) => {
    const records = queueRecordsOf(event);
    const leftMs = () => Math.max(0, remainingMs() - reserveMs);
    try {
      const { deliveries, failures } = await receiveAll(records, leftMs, deps);
      for (const [messageId, failure] of await applyInTime(deliveries, leftMs, deps)) {
        failures.set(messageId, failure);
      }
      reportFailures(records, failures, deps);
      return { batchItemFailures: [...failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
    } finally {
      await within(Math.max(0, remainingMs() - 500), deps.flush?.() ?? Promise.resolve(), undefined, deps.clock);
    }
  };
}

type Failures = Map<string, Failure>;

/** Reads all messages side by side: a dead-letter queue that does not answer is waited for once. */
async function receiveAll(
  records: readonly QueueRecord[],
  leftMs: () => number,
  deps: WriterBatchDependencies,
): Promise<{ deliveries: Delivery[]; failures: Failures }> {
  const failures: Failures = new Map();
  const receive = async (record: QueueRecord): Promise<Delivery[]> => {
    const { messageId, body } = record;
    try {
      const item = receiveItem(body, deps, sentAtMsOf(record));
      const received = item.then((known) => (known === undefined ? [] : [{ messageId, item: known }]));
      return await inTime(received, leftMs, deps);
    } catch (error) {
      failures.set(messageId, failureOf(error));
      return [];
    }
  };
  const received = await Promise.all(records.map(receive));
  return { deliveries: received.flat(), failures };
}

/** What is to come again of those that could be read: all of them, when they cannot be applied at all, or not in time. */
async function applyInTime(
  deliveries: readonly Delivery[],
  leftMs: () => number,
  deps: WriterBatchDependencies,
): Promise<Failures> {
  try {
    return await inTime(applyItems(deliveries, deps), leftMs, deps);
  } catch (error) {
    const failure = failureOf(error);
    return new Map(deliveries.map(({ messageId }) => [messageId, failure]));
  }
}

/** @throws RetryableError `out_of_time` when `work` takes longer than is left; it goes on all the same. */
async function inTime<T>(work: Promise<T>, leftMs: () => number, { clock }: { clock: Clock }): Promise<T> {
  const ended = await within<T | typeof outOfTime>(leftMs(), work, outOfTime, clock);
  if (ended === outOfTime) {
    throw new RetryableError('out_of_time', 'the invocation was over before the tables or the queue had answered');
  }
  return ended;
}

function reportFailures(
  records: readonly QueueRecord[],
  failures: ReadonlyMap<string, Failure>,
  { telemetry }: WriterBatchDependencies,
): void {
  for (const { messageId, body } of records) {
    const failure = failures.get(messageId);
    if (failure !== undefined) {
      telemetry.event({ event: 'job-failed', jobId: jobIdOf(body), ...failure });
    }
  }
}

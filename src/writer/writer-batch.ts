/**
 * Everything between a batch of the item queue and the answer to it:
 *
 *   read each message ─► dead-letter the malformed ones ─► apply the others together ─► name those that must be delivered again
 *
 * A dead-lettered message is done, whatever happens to the others. The answer is in time even when the table does not respond, since SQS
 * delivers a batch without an answer again as a whole. The handler wires this on Lambda; the simulation, the benches and the tests run the
 * same code. The batch is applied as a whole because its pages share rows, so a record-by-record processor such as that of Powertools
 * cannot be used here.
 */
import { type Clock, clockSkewMs, isoFromMs, msFromIso, within } from '../shared/core/clock.ts';
import { messageOf, PermanentError, RetryableError } from '../shared/core/errors.ts';
import { snapshotFor, snapshotTimeMs } from '../shared/core/snapshot.ts';
import { type Death, sendDeadLetter } from '../shared/queues/dead-letter.ts';
import { type Item, itemSchema } from '../shared/queues/item-page.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import { parseMessage } from '../shared/queues/parse-message.ts';
import { type BatchAnswer, type QueueRecord, queueRecordsOf, sentAtMsOf } from '../shared/queues/queue-batch.ts';
import { type Failure, failureOf, jobIdOf } from '../shared/telemetry/describe-failure.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { type ApplyDependencies, applyItems, type Delivery } from './apply-items.ts';
import { rememberTitles } from './remember-titles.ts';

/** What a batch of items needs; `deadLetters` is the item queue's dead-letter queue. */
export type WriterBatchDependencies = ApplyDependencies & {
  deadLetters: MessageSender;
  clock: Clock;
  /** Stores what was counted, when the batch is over. Never rejects. */
  flush?: (() => Promise<void>) | undefined;
};

/** Applies one batch. `remainingMs` is what is left of the invocation. @throws PermanentError when the event is no batch. */
type WriterBatch = (event: unknown, remainingMs: () => number) => Promise<BatchAnswer>;

/** Left of an invocation for storing the counts, and for the answer. */
const reserveMs = 5_000;
/** Left of it for the answer alone. */
const answerReserveMs = 500;
const outOfTime = Symbol('out of time');

/** Item queue → tables. The answer names the messages that must be delivered again. */
export function writerBatch(dependencies: WriterBatchDependencies): WriterBatch {
  const deps = { ...dependencies, store: rememberTitles(dependencies.store, dependencies.clock) };
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
      await within(
        Math.max(0, remainingMs() - answerReserveMs),
        deps.flush?.() ?? Promise.resolve(),
        undefined,
        deps.clock,
      );
    }
  };
}

type Failures = Map<string, Failure>;

/** Reads all messages in parallel, so that a dead-letter queue which does not respond is waited for once. */
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

/** The messages that must be delivered again: all of them when they could not be applied at all, or not in time. */
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

/** @throws RetryableError `out_of_time` when `work` takes longer than is left; it is not cancelled. */
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

/** What reading a message needs; `deadLetters` is the item queue's dead-letter queue. */
type ReceiveDependencies = { deadLetters: MessageSender; telemetry: Telemetry; clock: Clock };

/**
 * The page or title in a message body. A malformed body goes to the dead-letter queue at once, byte for byte, and the answer is
 * `undefined`.
 * @param sentAtMs - when SQS took the message (its SentTimestamp, epoch milliseconds), to correct impossible times.
 * @throws when the dead-letter queue does not take it.
 */
export async function receiveItem(
  body: string,
  deps: ReceiveDependencies,
  sentAtMs?: number | undefined,
): Promise<Item | undefined> {
  try {
    return withPossibleTimes(parseMessage(itemSchema, body), sentAtMs);
  } catch (error) {
    const code = error instanceof PermanentError ? error.code : 'malformed_message';
    const death: Death = { reason: 'malformed', code, detail: messageOf(error), jobId: jobIdOf(body) };
    await sendDeadLetter(body, death, deps);
    return undefined;
  }
}

/**
 * The item with impossible times replaced by the nearest possible ones. A page or a title cannot have been fetched after its message was
 * sent, which SQS's clock tells, nor a page before the occurrence that it was planned for. With a worker's clock that is ahead, a row would
 * supersede all that is fetched until that time; with one that is behind, a list would have expired on arrival. The result depends on
 * the message alone, so the tables stay a function of the messages.
 * @param sentAtMs - when SQS took the message (its SentTimestamp, epoch milliseconds); without it the item stays as it is.
 */
export function withPossibleTimes(item: Item, sentAtMs: number | undefined): Item {
  if (sentAtMs === undefined || !Number.isSafeInteger(sentAtMs) || sentAtMs <= 0) {
    return item;
  }
  const snapshot = item.kind === 'item-page' ? possibleSnapshot(item, sentAtMs) : undefined;
  const earliestMs = snapshot === undefined ? 0 : snapshotTimeMs(snapshot);
  const fetchedAt = possibleFetch(item.fetchedAt, earliestMs, sentAtMs);
  if (item.kind === 'item-page' && snapshot !== undefined && snapshot !== item.snapshot) {
    return { ...item, snapshot, fetchedAt };
  }
  return fetchedAt === item.fetchedAt ? item : { ...item, fetchedAt };
}

function possibleSnapshot({ snapshot, runId }: { snapshot: string; runId: string }, sentAtMs: number): string {
  return snapshotTimeMs(snapshot) > sentAtMs + clockSkewMs ? snapshotFor(sentAtMs, runId) : snapshot;
}

function possibleFetch(fetchedAt: string, earliestMs: number, sentAtMs: number): string {
  const fetchedMs = msFromIso(fetchedAt);
  if (fetchedMs > sentAtMs + clockSkewMs) {
    return isoFromMs(sentAtMs);
  }
  return fetchedMs < earliestMs - clockSkewMs ? isoFromMs(earliestMs) : fetchedAt;
}

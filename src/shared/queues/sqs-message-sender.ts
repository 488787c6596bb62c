import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock, Random } from '../core/clock.ts';
import { PermanentError, RetryableError } from '../core/errors.ts';
import { takeAll } from '../core/retries.ts';
import { jobIdOf } from '../telemetry/describe-failure.ts';
import { type BatchMessage, type BatchSender, batchEntries, type MessageSender } from './message-sender.ts';

/** Most bytes of a batch. Source: SQS quotas, November 2026. */
const batchBytes = 1_048_576;
/** `sendAll` gives up after this many rounds in a row in which SQS accepted nothing. */
const idleRounds = 4;
/** The same for `sendEach`, whose callers have little time left: pauses of 600 ms at most. */
const idleRoundsOfEach = 2;
const baseMs = 200;

/**
 * Codes of temporary refusals, even if SQS marks them as the sender's fault: throttles of SQS and KMS, and overload. Source: the SDK's own
 * list of throttling errors, the errors of SendMessageBatch, and SQS's error codes, November 2026.
 */
const passingCodes =
  /Throttl|TooManyRequests|SlowDown|OverLimit|LimitExceeded|ThroughputExceeded|PriorRequestNotComplete|RequestTimeout|ServiceUnavailable|InternalError|InternalFailure/i;

/**
 * Sends to the SQS queue at `queueUrl`. Entries of a batch that were refused temporarily are sent again, and no others: by `sendAll` until
 * four rounds in a row accepted none, by `sendEach` until two did not.
 * @throws PermanentError `send_refused` after all others were sent; it names the entries that SQS refuses permanently.
 * @throws RetryableError `send_incomplete` after the last round; it also names the permanent refusals.
 * @throws the SDK's error if a whole call fails.
 */
export function sqsMessageSender(
  client: SQSClient,
  queueUrl: string,
  clock: Clock,
  random: Random,
): MessageSender & BatchSender {
  const inRounds = (entries: readonly Entry[], rounds: number) =>
    takeAll(entries, (open) => sendOnce(client, queueUrl, open), { idleRounds: rounds, baseMs, clock, random });
  return {
    send: async (body, options) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          ...(options?.delaySeconds !== undefined && { DelaySeconds: options.delaySeconds }),
          ...(options?.attributes !== undefined && { MessageAttributes: stringAttributes(options.attributes) }),
        }),
      );
    },
    sendAll: async (bodies) => {
      const entries = bodies.map((body): Entry => ({ body, state: 'open' }));
      const open = await inRounds(entries, idleRounds);
      const rejected = entries.filter(({ state }) => state === 'refused').map(refusalOf);
      if (open.length > 0) {
        const codes = [...new Set(open.map(({ code }) => code))].join(', ');
        throw new RetryableError(
          'send_incomplete',
          `${open.length} of ${bodies.length} messages were not accepted by ${queueUrl} (${codes}): ${named(open)}${alsoRefused(rejected)}`,
        );
      }
      if (rejected.length > 0) {
        throw new PermanentError('send_refused', `${queueUrl} refused ${rejected.join('; ')}`);
      }
    },
    sendEach: async (messages) => {
      const entries = messages.map((message): Entry => ({ ...message, state: 'open' }));
      // A call that fails must not fail the messages of another one.
      const calls = [...inBatches(entries)].map(async (batch) => {
        const [rounds] = await Promise.allSettled([inRounds(batch, idleRoundsOfEach)]);
        return batch.map((entry) => outcomeOf(entry, rounds, queueUrl));
      });
      return (await Promise.all(calls)).flat();
    },
  };
}

/** A message on its way, with what SQS last said about it. */
type Entry = BatchMessage & { state: 'open' | 'accepted' | 'refused'; code?: string | undefined; detail?: string };

/** `rounds`: how the rounds ended that were to send it. */
function outcomeOf(entry: Entry, rounds: PromiseSettledResult<unknown>, queueUrl: string): PromiseSettledResult<void> {
  if (entry.state === 'accepted') {
    return { status: 'fulfilled', value: undefined };
  }
  if (entry.state === 'refused') {
    const reason = new PermanentError('send_refused', `${queueUrl} refused ${refusalOf(entry)}`);
    return { status: 'rejected', reason };
  }
  if (rounds.status === 'rejected') {
    return rounds;
  }
  const reason = new RetryableError('send_incomplete', `${queueUrl} did not accept ${refusalOf(entry)}`);
  return { status: 'rejected', reason };
}

function stringAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

/** One round over all batches. Returns the entries to send again. */
async function sendOnce(client: SQSClient, queueUrl: string, entries: readonly Entry[]): Promise<Entry[]> {
  for (const batch of inBatches(entries)) {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ body, delaySeconds }, index) => ({
          Id: String(index),
          MessageBody: body,
          ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
        })),
      }),
    );
    noteAnswer(batch, answer);
  }
  return entries.filter(({ state }) => state === 'open');
}

/** An entry counts as accepted only if the answer lists it as successful. An entry that the answer does not name is sent again. */
function noteAnswer(batch: readonly Entry[], answer: SendMessageBatchCommandOutput): void {
  const taken = new Set((answer.Successful ?? []).map(({ Id }) => Id));
  const failures = new Map((answer.Failed ?? []).map((failure) => [failure.Id, failure]));
  for (const [index, entry] of batch.entries()) {
    const failure = failures.get(String(index));
    entry.code = failure?.Code ?? 'not named in the answer';
    entry.detail = failure?.Message ?? '';
    if (isFinal(failure)) {
      entry.state = 'refused';
    } else if (failure === undefined && taken.has(String(index))) {
      entry.state = 'accepted';
    }
  }
}

function refusalOf(entry: Entry): string {
  return `${named([entry])}: ${entry.code} ${entry.detail}`.trim();
}

function isFinal(failure: BatchResultErrorEntry | undefined): boolean {
  return failure?.SenderFault === true && !passingCodes.test(failure.Code ?? '');
}

/** Names messages by their job ids: the first three, then the number of the others. */
function named(entries: readonly Entry[]): string {
  const names = entries.slice(0, 3).map(({ body }) => jobIdOf(body) || `a message of ${Buffer.byteLength(body)} bytes`);
  return [...names, ...(entries.length > 3 ? [`${entries.length - 3} more`] : [])].join(', ');
}

/** Permanent refusals are added to the message of a temporary failure, which would hide them otherwise. */
function alsoRefused(rejected: readonly string[]): string {
  return rejected.length === 0 ? '' : `; refused permanently: ${rejected.join('; ')}`;
}

function* inBatches(entries: readonly Entry[]): Generator<Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const entryBytes = Buffer.byteLength(entry.body);
    if (batch.length === batchEntries || (batch.length > 0 && bytes + entryBytes > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += entryBytes;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

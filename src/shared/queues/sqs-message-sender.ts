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
import type { MessageSender } from './message-sender.ts';

/** Limits of a batch: ten messages and 1 MiB. Source: SQS quotas, November 2026. */
const batchEntries = 10;
const batchBytes = 1_048_576;
/** Gives up after this many rounds in a row in which SQS accepted nothing. */
const idleRounds = 4;
const baseMs = 200;

/**
 * Codes of temporary refusals, even if SQS marks them as the sender's fault: throttles of SQS and KMS, and overload. Source: the SDK's own
 * list of throttling errors, the errors of SendMessageBatch, and SQS's error codes, November 2026.
 */
const passingCodes =
  /Throttl|TooManyRequests|SlowDown|OverLimit|LimitExceeded|ThroughputExceeded|PriorRequestNotComplete|RequestTimeout|ServiceUnavailable|InternalError|InternalFailure/i;

/**
 * Sends to the SQS queue at `queueUrl`. Entries of a batch that were refused temporarily are sent again, and no others.
 * @throws PermanentError `send_refused` after all others were sent; it names the entries that SQS refuses permanently.
 * @throws RetryableError `send_incomplete` after four rounds in a row in which none was accepted; it also names the permanent refusals.
 * @throws the SDK's error if a whole call fails.
 */
export function sqsMessageSender(client: SQSClient, queueUrl: string, clock: Clock, random: Random): MessageSender {
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
      const rejected: string[] = [];
      let codes: ReadonlySet<string> = new Set();
      const sendSome = async (open: readonly string[]) => {
        const round = await sendOnce(client, queueUrl, open);
        rejected.push(...round.rejected);
        codes = round.codes;
        return round.open;
      };
      const open = await takeAll(bodies, sendSome, { idleRounds, baseMs, clock, random });
      if (open.length > 0) {
        throw new RetryableError(
          'send_incomplete',
          `${open.length} of ${bodies.length} messages were not accepted by ${queueUrl} (${[...codes].join(', ')}): ${named(open)}${alsoRefused(rejected)}`,
        );
      }
      if (rejected.length > 0) {
        throw new PermanentError('send_refused', `${queueUrl} refused ${rejected.join('; ')}`);
      }
    },
  };
}

function stringAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

/** The result of one round: messages to send again, with the codes of their refusals, and a sentence for each permanent refusal. */
type Round = { open: string[]; codes: Set<string>; rejected: string[] };

/** One round over all batches. */
async function sendOnce(client: SQSClient, queueUrl: string, bodies: readonly string[]): Promise<Round> {
  const round: Round = { open: [], codes: new Set(), rejected: [] };
  for (const batch of inBatches(bodies)) {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map((body, index) => ({ Id: String(index), MessageBody: body })),
      }),
    );
    noteAnswer(batch, answer, round);
  }
  return round;
}

/** An entry counts as accepted only if the answer lists it as successful. An entry that the answer does not name is sent again. */
function noteAnswer(batch: readonly string[], answer: SendMessageBatchCommandOutput, round: Round): void {
  const taken = new Set((answer.Successful ?? []).map(({ Id }) => Id));
  const failures = new Map((answer.Failed ?? []).map((failure) => [failure.Id, failure]));
  for (const [index, body] of batch.entries()) {
    const failure = failures.get(String(index));
    if (isFinal(failure)) {
      round.rejected.push(`${named([body])}: ${failure?.Code} ${failure?.Message ?? ''}`.trim());
    } else if (failure !== undefined || !taken.has(String(index))) {
      round.open.push(body);
      round.codes.add(failure?.Code ?? 'not named in the answer');
    }
  }
}

function isFinal(failure: BatchResultErrorEntry | undefined): boolean {
  return failure?.SenderFault === true && !passingCodes.test(failure.Code ?? '');
}

/** Names messages by their job ids: the first three, then the number of the others. */
function named(bodies: readonly string[]): string {
  const names = bodies.slice(0, 3).map((body) => jobIdOf(body) || `a message of ${Buffer.byteLength(body)} bytes`);
  return [...names, ...(bodies.length > 3 ? [`${bodies.length - 3} more`] : [])].join(', ');
}

/** Permanent refusals are added to the message of a temporary failure, which would hide them otherwise. */
function alsoRefused(rejected: readonly string[]): string {
  return rejected.length === 0 ? '' : `; refused permanently: ${rejected.join('; ')}`;
}

function* inBatches(bodies: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const bodyBytes = Buffer.byteLength(body);
    if (batch.length === batchEntries || (batch.length > 0 && bytes + bodyBytes > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += bodyBytes;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

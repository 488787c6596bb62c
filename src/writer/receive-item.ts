import { type Clock, clockSkewMs, isoFromMs, msFromIso } from '../shared/core/clock.ts';
import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { snapshotFor, snapshotTimeMs } from '../shared/core/snapshot.ts';
import { type Death, sendDeadLetter } from '../shared/queues/dead-letter.ts';
import { type Item, itemSchema } from '../shared/queues/item-page.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import { parseMessage } from '../shared/queues/parse-message.ts';
import { jobIdOf } from '../shared/telemetry/describe-failure.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/**
 * A page or a title cannot have been fetched after its message was sent, and SQS's clock says when that was; nor a page before the
 * occurrence that it was planned for. Where the fetcher's own clock was ahead, its times would stand above all that is fetched until they
 * have come; where it was behind, a list would have expired as it arrived. So a time that cannot be becomes the nearest that can. This
 * depends on the message alone and on nothing the writer knows: the tables stay a function of the messages.
 */

/** The item with times that can be, given when SQS took it (its SentTimestamp; without it the item is taken at its word). */
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

/** What receiving needs; `deadLetters` is the item queue's dead-letter queue. */
export type ReceiveDependencies = { deadLetters: MessageSender; telemetry: Telemetry; clock: Clock };

/**
 * The page or title in a message body. One that can never be read goes to the dead-letter queue at once, byte for byte, and the
 * answer is `undefined`.
 * @param sentAtMs - when SQS took the message (its SentTimestamp): times of the item that cannot be become the nearest that can.
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

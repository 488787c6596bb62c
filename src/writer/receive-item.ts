import { messageOf, PermanentError } from '../shared/core/errors.ts';
import { type Death, sendDeadLetter } from '../shared/queues/dead-letter.ts';
import { type Item, itemSchema } from '../shared/queues/item-title.ts';
import { parseMessage } from '../shared/queues/parse-message.ts';
import type { Clock } from '../shared/core/clock.ts';
import type { MessageSender } from '../shared/queues/message-sender.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { jobIdOf } from '../shared/telemetry/describe-failure.ts';
import { withPossibleTimes } from './mend-times.ts';

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

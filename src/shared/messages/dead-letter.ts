import { type Clock, isoFromMs } from '../ports/clock.ts';
import type { MessageSender } from '../ports/message-sender.ts';

/** Why a message can never succeed. */
export type DeathReason = 'malformed' | 'refused-by-tmdb' | 'too-old';

/** What is known of a dead message. Empty `jobId`: the body does not tell. */
export type Death = { reason: DeathReason; code: string; detail: string; jobId: string };

/** SQS takes 1 MiB in all; a sentence is enough. */
const detailCharacters = 500;

/** Sends `body`, byte for byte, to a dead-letter queue, with the reason in the message's attributes. */
export async function sendDeadLetter(queue: MessageSender, body: string, death: Death, clock: Clock): Promise<void> {
  await queue.send(body, {
    attributes: {
      reason: death.reason,
      code: death.code,
      detail: printable(death.detail) || 'none',
      jobId: printable(death.jobId) || 'unknown',
      failedAt: isoFromMs(clock.nowMs()),
    },
  });
}

/** An attribute holds no control characters and is not empty. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, detailCharacters);
}

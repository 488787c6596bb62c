import { type Clock, isoFromMs } from '../core/clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { MessageSender } from './message-sender.ts';

/** Why a message can never succeed. */
export const deathReasons = ['malformed', 'refused-by-tmdb', 'too-old'] as const;
type DeathReason = (typeof deathReasons)[number];

/** What is known of a dead message. Empty `jobId`: the body does not tell. */
export type Death = { reason: DeathReason; code: string; detail: string; jobId: string };

/** SQS takes so much in all, body and attributes. Source: SQS quotas, November 2026. */
const messageBytes = 1_048_576;
/** A sentence is enough. */
const detailCharacters = 500;

/** Sends `body`, byte for byte, to a dead-letter queue, with the reason in the message's attributes, and says so. */
export async function sendDeadLetter(
  body: string,
  death: Death,
  { deadLetters, telemetry, clock }: { deadLetters: MessageSender; telemetry: Telemetry; clock: Clock },
): Promise<void> {
  const { reason, code } = death;
  const detail = printable(death.detail);
  const jobId = printable(death.jobId);
  const failedAt = isoFromMs(clock.nowMs());
  // SQS takes no empty attribute.
  const attributes = { reason, code, failedAt, jobId: jobId || 'unknown', detail: detail || 'none' };
  await deadLetters.send(body, { attributes: fitting(attributes, messageBytes - Buffer.byteLength(body)) });
  telemetry.event({ event: 'job-dead-lettered', reason, code, detail, jobId });
}

/** A body that leaves no room for all of them goes with those that come first: without any it would not be refused either. */
function fitting(attributes: Readonly<Record<string, string>>, roomBytes: number): Record<string, string> {
  let leftBytes = roomBytes;
  const those = Object.entries(attributes).filter(([name, text]) => {
    const bytes = Buffer.byteLength(`${name}String${text}`);
    const fits = bytes <= leftBytes;
    leftBytes -= fits ? bytes : 0;
    return fits;
  });
  return Object.fromEntries(those);
}

/** What SQS takes in an attribute: no control characters, no half surrogate pairs, neither U+FFFE nor U+FFFF; bounded. */
function printable(text: string): string {
  return text
    .slice(0, detailCharacters)
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, ' ');
}

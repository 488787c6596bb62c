import { type Clock, isoFromMs } from '../core/clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { MessageSender } from './message-sender.ts';

/** Why a message can never succeed. */
export const deathReasons = ['malformed', 'refused-by-tmdb', 'too-old'] as const;
type DeathReason = (typeof deathReasons)[number];

/** Why a message became a dead letter. `jobId` is empty if the body does not contain one. */
export type Death = { reason: DeathReason; code: string; detail: string; jobId: string };

/** Size limit of SQS for body and attributes together. Source: SQS quotas, November 2026. */
const messageBytes = 1_048_576;
/** The length to which texts in attributes are cut; long enough for a sentence. */
const detailCharacters = 500;

/** Sends `body`, byte for byte, to a dead-letter queue, with the reason in the message's attributes, and writes an event. */
export async function sendDeadLetter(
  body: string,
  death: Death,
  { deadLetters, telemetry, clock }: { deadLetters: MessageSender; telemetry: Telemetry; clock: Clock },
): Promise<void> {
  const { reason, code } = death;
  const detail = printable(death.detail);
  const jobId = printable(death.jobId);
  const failedAt = isoFromMs(clock.nowMs());
  // SQS refuses empty attributes.
  const attributes = { reason, code, failedAt, jobId: jobId || 'unknown', detail: detail || 'none' };
  await deadLetters.send(body, { attributes: fitting(attributes, messageBytes - Buffer.byteLength(body)) });
  telemetry.event({ event: 'job-dead-lettered', reason, code, detail, jobId });
}

/** The attributes, in order, that fit beside the body. A large body is sent with fewer, since SQS would refuse it with all of them. */
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

/** Text that SQS accepts in an attribute: no control characters, no unpaired surrogates, no U+FFFE and U+FFFF, limited length. */
function printable(text: string): string {
  return text
    .slice(0, detailCharacters)
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, ' ');
}

import { hourMs, msFromIso } from '../../shared/core/clock.ts';
import type { MessageSource, Unreleased } from '../../shared/queues/message-source.ts';
import { type DeadLetter, decodeDeadLetter } from './decode-dead-letter.ts';
import { scanQueue } from './scan-queue.ts';

/** Dead letters of one reason and one feed, and how old they are. */
export type DeadLetterGroup = {
  reason: string;
  subject: string;
  count: number;
  /** By age: up to an hour, up to a day, older (or of an age that nothing tells). */
  ages: { hour: number; day: number; older: number };
  oldest: string;
  newest: string;
  /** One of them, to be shown. */
  messageId: string;
};

/** A look at a dead-letter queue: what it holds, and what could not be given back at once. */
export type DeadLetterLook = { letters: DeadLetter[]; unreleased: readonly Unreleased[] };

/** Everything that is in a dead-letter queue now; all of it stays there. */
export async function lookAtDeadLetters(source: MessageSource, holdSeconds: number): Promise<DeadLetterLook> {
  const letters: DeadLetter[] = [];
  const { unreleased } = await scanQueue(source, holdSeconds, async (batch) => {
    letters.push(...batch.map(decodeDeadLetter));
    return { fates: batch.map(() => 'left') };
  });
  return { letters, unreleased };
}

/** Like `lookAtDeadLetters`, for those who are not concerned with what could not be given back. */
export async function readDeadLetters(source: MessageSource, holdSeconds: number): Promise<DeadLetter[]> {
  return (await lookAtDeadLetters(source, holdSeconds)).letters;
}

/** By reason and feed, the largest group first. */
export function groupDeadLetters(letters: readonly DeadLetter[], nowMs: number): DeadLetterGroup[] {
  const groups = Map.groupBy(letters, ({ reason, subject }) => JSON.stringify([reason, subject]));
  return [...groups.values()]
    .map((group) => toGroup(group, nowMs))
    .sort((a, b) => b.count - a.count || (`${a.reason} ${a.subject}` < `${b.reason} ${b.subject}` ? -1 : 1));
}

function toGroup(group: readonly DeadLetter[], nowMs: number): DeadLetterGroup {
  const [first] = group;
  const failedAt = group.map((letter) => letter.failedAt).sort();
  const known = failedAt.filter((at) => at !== '');
  const within = (fromMs: number, toMs: number) =>
    known.filter((at) => nowMs - msFromIso(at) >= fromMs && nowMs - msFromIso(at) < toMs).length;
  const hour = within(Number.NEGATIVE_INFINITY, hourMs);
  const day = within(hourMs, 24 * hourMs);
  return {
    reason: first?.reason ?? '',
    subject: first?.subject ?? '',
    count: group.length,
    ages: { hour, day, older: group.length - hour - day },
    oldest: known[0] ?? '',
    newest: known.at(-1) ?? '',
    messageId: first?.messageId ?? '',
  };
}

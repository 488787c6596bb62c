import { hourMs, msFromIso } from '../../shared/core/clock.ts';
import { PermanentError, UsageError } from '../../shared/core/errors.ts';
import { groupBy } from '../../shared/core/group-by.ts';
import { shown } from '../../shared/core/shown-text.ts';
import type { MessageSource, ReceivedMessage, Unreleased } from '../../shared/queues/message-source.ts';
import { type DeadLetter, decodeDeadLetter } from './dead-letter.ts';

/** A look at a dead-letter queue: what it holds, and what could not be released. */
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

/** Like `lookAtDeadLetters`, without what could not be released. */
export async function readDeadLetters(source: MessageSource, holdSeconds: number): Promise<DeadLetter[]> {
  return (await lookAtDeadLetters(source, holdSeconds)).letters;
}

/** So many empty answers since the last new message mean that the whole queue was seen; SQS may give one by chance. */
const quietAnswers = 2;
/** The same for answers with messages that were all seen before, whose hold ran out. */
const repeatedAnswers = 20;

/** What becomes of a message that was looked at: `deleted` is no longer in the queue, `left` is released at the end. */
export type Fate = 'deleted' | 'left';

/** How a scan ended. */
type ScanEnd = {
  /** Whether the whole queue was seen; else `act` ended the scan. */
  complete: boolean;
  /** What stays hidden until its hold is over. */
  unreleased: readonly Unreleased[];
};

/**
 * Shows every message of a queue once, without taking any away: SQS has no other way to look than to receive. What was received is held
 * until the scan is over and then released; should the process die, SQS shows it again when the hold has run out.
 *
 * Each batch of new messages goes to `act`, which says what became of each (in order), or that the scan is over.
 * @param holdSeconds - how long a message is hidden from others; a scan that takes longer receives it again, and ignores it.
 */
export async function scanQueue(
  source: MessageSource,
  holdSeconds: number,
  act: (batch: readonly ReceivedMessage[]) => Promise<{ fates: readonly Fate[]; over?: boolean }>,
): Promise<ScanEnd> {
  const scan = scanState();
  let over = false;
  let unreleased: readonly Unreleased[] = [];
  try {
    while (!over && !scan.isQuiet()) {
      const fresh = scan.note(await source.receive(holdSeconds));
      if (fresh.length > 0) {
        const acted = await act(fresh);
        scan.forget(fresh.filter((_message, index) => acted.fates[index] === 'deleted'));
        over = acted.over === true;
      }
    }
  } finally {
    unreleased = await source.release(scan.held());
  }
  return { complete: !over, unreleased };
}

/** What has been seen so far, and what is held. */
function scanState() {
  const seen = new Set<string>();
  const held = new Map<string, ReceivedMessage>();
  let quiet = 0;
  let repeated = 0;
  return {
    isQuiet: () => quiet >= quietAnswers || repeated >= repeatedAnswers,
    held: () => [...held.values()],
    /** Records an answer; returns the messages in it that are new. */
    note: (received: readonly ReceivedMessage[]): ReceivedMessage[] => {
      const fresh = received.filter(({ messageId }) => !seen.has(messageId));
      if (fresh.length > 0) {
        quiet = 0;
        repeated = 0;
      } else {
        quiet += received.length === 0 ? 1 : 0;
        repeated += received.length === 0 ? 0 : 1;
      }
      for (const message of received) {
        seen.add(message.messageId);
        // Also of those seen before: only the latest receipt can release or delete.
        held.set(message.messageId, message);
      }
      return fresh;
    },
    forget: (deleted: readonly ReceivedMessage[]): void => {
      for (const { messageId } of deleted) {
        held.delete(messageId);
      }
    },
  };
}

/** Newest first; what tells no time comes last. */
export function newestFirst(letters: readonly DeadLetter[]): DeadLetter[] {
  return letters.toSorted((one, other) => order(other.failedAt, one.failedAt) || order(one.messageId, other.messageId));
}

function order(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Dead letters of one reason and one feed, and how old they are. */
export type DeadLetterGroup = {
  reason: string;
  subject: string;
  count: number;
  /** By age: up to an hour, up to a day, older (or of unknown age). */
  ages: { hour: number; day: number; older: number };
  oldest: string;
  newest: string;
  /** One of them, to be shown. */
  messageId: string;
};

/** By reason and feed, the largest group first. */
export function groupDeadLetters(letters: readonly DeadLetter[], nowMs: number): DeadLetterGroup[] {
  const groups = groupBy(letters, ({ reason, subject }) => JSON.stringify([reason, subject]));
  return [...groups.values()]
    .map((group) => toGroup(group, nowMs))
    .sort((a, b) => b.count - a.count || (`${a.reason} ${a.subject}` < `${b.reason} ${b.subject}` ? -1 : 1));
}

function toGroup(group: readonly DeadLetter[], nowMs: number): DeadLetterGroup {
  const [first] = group;
  const failedAt = group.map((letter) => letter.failedAt).sort();
  const known = failedAt.filter((at) => at !== '');
  const countAged = (fromMs: number, toMs: number) =>
    known.filter((at) => nowMs - msFromIso(at) >= fromMs && nowMs - msFromIso(at) < toMs).length;
  const hour = countAged(Number.NEGATIVE_INFINITY, hourMs);
  const day = countAged(hourMs, 24 * hourMs);
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

/** Shorter ids are not given out, even where they would be unique. */
const shortestId = 8;
/** A sentence names no more. */
const mostNamed = 5;

/** For each letter the shortest unique prefix of its message id, of eight characters at least. */
export function shortIdsOf(letters: readonly DeadLetter[]): Map<string, string> {
  const ids = letters.map(({ messageId }) => messageId).sort();
  return new Map(
    ids.map((id, index) => {
      const shared = Math.max(sharedBeginning(id, ids[index - 1]), sharedBeginning(id, ids[index + 1]));
      return [id, id.slice(0, Math.max(shortestId, shared + 1))];
    }),
  );
}

function sharedBeginning(id: string, other: string | undefined): number {
  let length = 0;
  while (other !== undefined && length < id.length && id[length] === other[length]) {
    length += 1;
  }
  return length;
}

/**
 * The one letter of the dead-letter queue of `queue` that `id` means: its message's id, its job's, or the beginning of either.
 * @throws PermanentError `no_such_letter`; UsageError when it means several, which are named.
 */
export function findDeadLetter(letters: readonly DeadLetter[], id: string, queue: string): DeadLetter {
  const ways: ((letter: DeadLetter) => boolean)[] = [
    ({ messageId }) => messageId === id,
    ({ jobId }) => jobId === id,
    ({ messageId, jobId }) => messageId.startsWith(id) || jobId.startsWith(id),
  ];
  const found = id === '' ? [] : (ways.map((way) => letters.filter(way)).find(({ length }) => length > 0) ?? []);
  const [letter, ...others] = found;
  if (letter === undefined) {
    throw new PermanentError(
      'no_such_letter',
      `the ${queue} dead-letter queue holds no message or job '${shown(id)}' (it holds ${letters.length}): see dlq list ${queue}`,
    );
  }
  if (others.length > 0) {
    const short = shortIdsOf(letters);
    const named = found.slice(0, mostNamed).map(({ messageId }) => short.get(messageId) ?? messageId);
    const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
    throw new UsageError(`'${shown(id)}' is the id of ${found.length} dead letters: ${named.join(', ')}${more}`);
  }
  return letter;
}

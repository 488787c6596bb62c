/**
 * Every message of a queue, once, without taking any away: SQS has no other way to look than to receive. What was received is held
 * until the scan is over and then released; should the process die, SQS shows it again when the hold is over.
 */
import type { MessageSource, ReceivedMessage, Unreleased } from '../../shared/queues/message-source.ts';

/** Empty answers since the last new message after which the queue counts as seen: one may be chance. */
const quietAnswers = 2;
/** The same for answers that hold nothing but what was seen before: its hold was over. */
const repeatedAnswers = 20;

/** What becomes of a message that was looked at: `gone` was deleted, the others are released at the end. */
export type Fate = 'gone' | 'left';

/** How a scan ended. */
export type ScanEnd = {
  /** Whether the whole queue was seen; else `act` said that it was enough. */
  complete: boolean;
  /** What stays hidden until its hold is over. */
  unreleased: readonly Unreleased[];
};

/**
 * Shows each batch of new messages to `act`, which says what became of each (in order), or that the scan is over.
 * @param holdSeconds - how long a message is hidden from others; a scan that takes longer sees it again, and knows it.
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
        scan.forget(fresh.filter((_message, index) => acted.fates[index] === 'gone'));
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
    /** Takes an answer in; returns what is new in it. */
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
        // Also of those seen before: the last receipt is the one that counts.
        held.set(message.messageId, message);
      }
      return fresh;
    },
    forget: (gone: readonly ReceivedMessage[]): void => {
      for (const { messageId } of gone) {
        held.delete(messageId);
      }
    },
  };
}

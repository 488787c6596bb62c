import type { MessageSource, ReceivedMessage } from '../../src/shared/queues/message-source.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A message as a test puts it into a dead-letter queue. */
export type LaidMessage = { body: string; attributes?: Record<string, string>; sentAtMs?: number };

/** A queue on virtual time that is received from by hand: holds, releases, receipts that grow stale. */
export type VirtualMessageSource = MessageSource & {
  lay(message: LaidMessage): string;
  /** Everything that has not been deleted, by message id. */
  held(): Map<string, LaidMessage>;
  /** How many anybody could receive now. */
  visible(): number;
};

type Held = Required<LaidMessage> & { visibleAtMs: number; receipt: string };

/** `crash` stands before every call and may throw: the process dies there. */
export function virtualMessageSource(clock: VirtualClock, crash: () => void = () => undefined): VirtualMessageSource {
  const messages = new Map<string, Held>();
  let counter = 0;
  const isVisible = ({ visibleAtMs }: Held) => visibleAtMs <= clock.monotonicMs();
  return {
    lay: ({ body, attributes = {}, sentAtMs = clock.nowMs() }) => {
      counter += 1;
      messages.set(`m${counter}`, { body, attributes, sentAtMs, visibleAtMs: 0, receipt: '' });
      return `m${counter}`;
    },
    held: () => new Map([...messages].map(([id, { body, attributes }]) => [id, { body, attributes }])),
    visible: () => [...messages.values()].filter(isVisible).length,
    receive: async (holdSeconds) => {
      crash();
      const batch = [...messages].filter(([, held]) => isVisible(held)).slice(0, 10);
      if (batch.length === 0) {
        await clock.sleep(1_000);
      }
      return batch.map(([messageId, held]): ReceivedMessage => {
        counter += 1;
        held.receipt = `r${counter}`;
        held.visibleAtMs = clock.monotonicMs() + holdSeconds * 1_000;
        const { body, attributes, sentAtMs } = held;
        return { messageId, receiptHandle: held.receipt, body, attributes, sentAtMs };
      });
    },
    remove: async ({ messageId }) => {
      crash();
      // A standard queue takes an old receipt too, as long as nobody else has received the message.
      messages.delete(messageId);
    },
    release: async (released) => {
      crash();
      for (const { messageId, receiptHandle } of released) {
        const held = messages.get(messageId);
        if (held?.receipt === receiptHandle) {
          held.visibleAtMs = clock.monotonicMs();
        }
      }
      return [];
    },
  };
}

import type { MessageSource } from '../../src/shared/queues/message-source.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { VirtualQueue } from './virtual-queue.ts';

/** A virtual queue as one receives from it by hand; an empty answer takes a second, as a long poll does. */
export function queueSource(queue: VirtualQueue, clock: Pick<VirtualClock, 'sleep'>): MessageSource {
  return {
    receive: async (holdSeconds) => {
      const batch = queue.receive(10, holdSeconds * 1_000);
      if (batch.length === 0) {
        await clock.sleep(1_000);
      }
      return batch.map(({ id, receipt, body, attributes, sentAtMs }) => ({
        messageId: String(id),
        receiptHandle: `${id}/${receipt}`,
        body,
        attributes,
        sentAtMs,
      }));
    },
    remove: async ({ messageId }) => queue.delete(Number(messageId)),
    release: async (messages) => {
      for (const { receiptHandle } of messages) {
        const [id, receipt] = receiptHandle.split('/').map(Number);
        queue.release(id ?? 0, receipt ?? 0);
      }
      return [];
    },
  };
}

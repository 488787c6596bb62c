import { describe, expect, it } from 'vitest';
import type { MessageSender } from '../../src/shared/queues/message-sender.ts';
import type { MessageSource, ReceivedMessage } from '../../src/shared/queues/message-source.ts';
import { until } from './until.ts';

/** A queue that is sent to and received from by hand, and its dead letters. */
export type OpenQueue = { sender: MessageSender; source: MessageSource; deadLetters: MessageSource };

/** Of the queue that `open` gives: its messages move to the dead letters after so many receives. */
export const contractReceives = 2;

const longSeconds = 600;

/** What every standard queue keeps to; `open` gives an empty one. An empty answer of its source takes a second. */
export function queueContract(open: () => Promise<OpenQueue>): void {
  /** Receives until `count` messages have come. */
  const receiveAll = async (source: MessageSource, count: number, holdSeconds = longSeconds) => {
    const received: ReceivedMessage[] = [];
    await until(`${count} messages come`, async () => {
      received.push(...(await source.receive(holdSeconds)));
      return received.length >= count;
    });
    return received;
  };
  const bodiesOf = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body).sort();

  describe('standard queue', () => {
    it('gives each message once while it is held, with its attributes', async () => {
      const { sender, source } = await open();
      await sender.sendAll(['a', 'b']);
      await sender.send('c', { attributes: { reason: 'too-old' } });
      const received = await receiveAll(source, 3);
      expect(bodiesOf(received)).toEqual(['a', 'b', 'c']);
      expect(received.find(({ body }) => body === 'c')?.attributes).toEqual({ reason: 'too-old' });
      expect(await source.receive(longSeconds)).toEqual([]);
    });

    it('gives a message again when its hold is over', async () => {
      const { sender, source } = await open();
      await sender.send('a');
      const [first] = await receiveAll(source, 1, 1);
      const [again] = await receiveAll(source, 1);
      expect([again?.body, again?.messageId]).toEqual(['a', first?.messageId]);
      expect(again?.receiptHandle).not.toBe(first?.receiptHandle);
    });

    it('gives a message again at once when it is released, and never when it is removed', async () => {
      const { sender, source } = await open();
      await sender.sendAll(['kept', 'gone']);
      const received = await receiveAll(source, 2);
      for (const message of received.filter(({ body }) => body === 'gone')) {
        await source.remove(message);
      }
      await source.release(received.filter(({ body }) => body === 'kept'));
      expect(bodiesOf(await receiveAll(source, 1))).toEqual(['kept']);
      expect(await source.receive(longSeconds)).toEqual([]);
    });

    it('keeps a delayed message back', async () => {
      const { sender, source } = await open();
      await sender.send('later', { delaySeconds: 2 });
      expect(await source.receive(longSeconds)).toEqual([]);
      expect(bodiesOf(await receiveAll(source, 1))).toEqual(['later']);
    });

    it('moves what was received too often to the dead letters, with its attributes', async () => {
      const { sender, source, deadLetters } = await open();
      await sender.send('poison', { attributes: { reason: 'none' } });
      for (let receive = 0; receive < contractReceives; receive += 1) {
        await source.release(await receiveAll(source, 1));
      }
      expect(await source.receive(longSeconds)).toEqual([]);
      const [dead] = await receiveAll(deadLetters, 1);
      expect([dead?.body, dead?.attributes]).toEqual(['poison', { reason: 'none' }]);
    });
  });
}

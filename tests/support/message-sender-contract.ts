import { describe, expect, it } from 'vitest';
import type { BatchSender, MessageSender } from '../../src/shared/queues/message-sender.ts';
import { rejectionOf } from './caught.ts';

type AnySender = MessageSender & BatchSender;

/** A sender, and what its queue holds. */
type OpenSender = { sender: AnySender; held(): string[] };

/** What every sender keeps to; `open` gives one with an empty queue. */
export function messageSenderContract(open: () => Promise<OpenSender>): void {
  describe('message sender', () => {
    const body = (n: number) => JSON.stringify({ n, text: 'Überraschung, 日本, "quoted" <&>' });

    it('sends one message as it is', async () => {
      const { sender, held } = await open();
      await sender.send(body(1));
      expect(held()).toEqual([body(1)]);
    });

    it.each([0, 1, 10, 11, 25])('sends %i messages, each once', async (count) => {
      const { sender, held } = await open();
      const bodies = Array.from({ length: count }, (_, n) => body(n));
      await sender.sendAll(bodies);
      expect(held().sort()).toEqual([...bodies].sort());
    });

    it('sends equal bodies as often as they are given', async () => {
      const { sender, held } = await open();
      await sender.sendAll([body(1), body(1), body(1)]);
      expect(held()).toEqual([body(1), body(1), body(1)]);
    });

    it.each([0, 1, 10, 11, 25])('sends each of %i messages, with an outcome for each', async (count) => {
      const { sender, held } = await open();
      const messages = Array.from({ length: count }, (_, n) => ({ body: body(n) }));
      expect(await sender.sendEach(messages)).toEqual(messages.map(() => ({ status: 'fulfilled', value: undefined })));
      expect(held().sort()).toEqual(messages.map((message) => message.body).sort());
    });
  });
}

/** What a sender does with a queue that takes nothing. */
export function brokenSenderContract(open: () => Promise<{ broken: AnySender }>): void {
  it('tells that the queue takes nothing', async () => {
    const { broken } = await open();
    expect(await rejectionOf(broken.send('1'))).toBeInstanceOf(Error);
    expect(await rejectionOf(broken.sendAll(['1', '2']))).toBeInstanceOf(Error);
    expect(await broken.sendEach([{ body: '1' }, { body: '2' }])).toMatchObject([
      { status: 'rejected', reason: expect.any(Error) },
      { status: 'rejected', reason: expect.any(Error) },
    ]);
  });
}

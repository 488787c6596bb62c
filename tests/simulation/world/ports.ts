/** The ports of a process on what all processes share. */
import type { BatchSender, MessageSender } from '../../../src/shared/queues/message-sender.ts';
import type { SimProcess } from './sim-process.ts';

/** Entries of one batch that a sender sends in one call. */
const batchEntries = 10;

type AnyPort = object;
type Method = (...args: unknown[]) => unknown;

/** `port` with every call made by `process`. */
export function portOf<P extends AnyPort>(process: SimProcess, name: string, port: P): P {
  const wrapped = Object.entries(port).map(([method, act]) => {
    const call: Method = (...args) => process.call(name, method, () => (act as Method)(...args), 'callError');
    return [method, typeof act === 'function' ? call : act];
  });
  return Object.fromEntries(wrapped) as P;
}

/** A queue as `process` sends to it; `attempted` is told of each body before it is sent. */
export function senderOf(
  process: SimProcess,
  name: string,
  queue: MessageSender & BatchSender,
  attempted: (body: string) => void = () => undefined,
): MessageSender & BatchSender {
  return {
    send: (body, options) => {
      attempted(body);
      return process.call(name, 'send', () => queue.send(body, options), 'sendError');
    },
    sendAll: async (bodies) => {
      for (let from = 0; from < bodies.length; from += batchEntries) {
        const batch = bodies.slice(from, from + batchEntries);
        batch.forEach(attempted);
        await process.call(name, 'sendBatch', () => queue.sendAll(batch), 'sendError');
      }
    },
    sendEach: (messages) => {
      for (const { body } of messages) {
        attempted(body);
      }
      return process.call(name, 'sendBatch', () => queue.sendEach(messages), 'sendError');
    },
  };
}

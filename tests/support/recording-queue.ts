import type { BatchSender, MessageSender, SendOptions } from '../../src/shared/queues/message-sender.ts';

/** A message as a queue was given it. */
export type SentMessage = {
  body: string;
  delaySeconds: number;
  attributes: Readonly<Record<string, string>>;
};

/** A queue that keeps all it is sent, and takes only what SQS takes; `failWith` makes it refuse from then on. */
export type RecordingQueue = MessageSender &
  BatchSender & {
    /** The number of messages in each call of `sendEach`. */
    readonly batches: readonly number[];
    readonly sent: readonly SentMessage[];
    readonly bodies: readonly string[];
    failWith(error: Error | undefined): void;
  };

export function recordingQueue(): RecordingQueue {
  const sent: SentMessage[] = [];
  const batches: number[] = [];
  let failure: Error | undefined;
  const take = async (body: string, options?: SendOptions) => {
    if (failure !== undefined) {
      throw failure;
    }
    sent.push(asSqsTakesIt(body, options));
  };
  return {
    sent,
    batches,
    get bodies() {
      return sent.map(({ body }) => body);
    },
    failWith: (error) => {
      failure = error;
    },
    send: take,
    sendAll: async (bodies) => {
      for (const body of bodies) {
        await take(body);
      }
    },
    sendEach: (messages) => {
      batches.push(messages.length);
      return Promise.allSettled(messages.map(({ body, delaySeconds = 0 }) => take(body, { delaySeconds })));
    },
  };
}

/** Characters of bodies and of attributes. Source: SQS SendMessage reference, November 2026. */
const sqsText = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/** Whether SQS takes a text as a body or as an attribute's value: half a surrogate pair, for one, it does not. */
export function isSqsText(text: string): boolean {
  return sqsText.test(text);
}

/** The message as the queue would hold it. @throws where SQS would refuse it. */
export function asSqsTakesIt(body: string, { delaySeconds = 0, attributes = {} }: SendOptions = {}): SentMessage {
  const bytes = [body, ...Object.entries(attributes).flat()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (!isSqsText(body) || bytes > 1_048_576) {
    throw new RangeError('InvalidMessageContents');
  }
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900) {
    throw new RangeError(`InvalidParameterValue: DelaySeconds ${delaySeconds}`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[\w.-]{1,256}$/.test(name) || !isSqsText(value)) {
      throw new RangeError(`InvalidParameterValue: attribute ${name} = ${JSON.stringify(value)}`);
    }
  }
  return { body, delaySeconds, attributes: { ...attributes } };
}

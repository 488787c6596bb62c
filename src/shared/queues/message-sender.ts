import type { Redact } from '../core/redact-token.ts';

/** How a message is sent. `delaySeconds` up to 900; attributes are texts. */
export type SendOptions = { delaySeconds?: number; attributes?: Readonly<Record<string, string>> };

/** A queue to send to. */
export type MessageSender = {
  /** Sends one message. @throws when the queue did not take it. */
  send(body: string, options?: SendOptions): Promise<void>;
  /** Sends all, in batches. @throws RetryableError when, after retries, some were not taken: the sentence says how many. */
  sendAll(bodies: readonly string[]): Promise<void>;
};

/** Of these none is in anybody else's words, and dead letters are found by them: a placeholder must not rewrite them. */
const identifiers: ReadonlySet<string> = new Set(['reason', 'code', 'jobId', 'failedAt']);

/** Sends to `sender` with no token in the attributes, where a dead letter says why. Bodies are payload, and go as they are. */
export function redactedSender(sender: MessageSender, redact: Redact): MessageSender {
  return {
    send: (body, options) => {
      const attributes = Object.entries(options?.attributes ?? {}).map(([name, text]) => [
        name,
        identifiers.has(name) ? text : redact(text),
      ]);
      return sender.send(
        body,
        options?.attributes === undefined ? options : { ...options, attributes: Object.fromEntries(attributes) },
      );
    },
    sendAll: (bodies) => sender.sendAll(bodies),
  };
}

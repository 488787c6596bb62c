import type { Redact } from '../core/redact-token.ts';

/** Options for sending: a delay of up to 900 seconds (default 0), and string attributes. */
export type SendOptions = { delaySeconds?: number; attributes?: Readonly<Record<string, string>> };

/** A queue to send to. */
export type MessageSender = {
  /** Sends one message. @throws if the queue did not accept it. */
  send(body: string, options?: SendOptions): Promise<void>;
  /** Sends all messages in batches. @throws RetryableError if some were not accepted after retries; its message says how many. */
  sendAll(bodies: readonly string[]): Promise<void>;
};

/** A message of a batch. `delaySeconds`: up to 900, 0 by default. */
export type BatchMessage = { body: string; delaySeconds?: number | undefined };

/** A queue to send many messages to, each of which may fail alone. */
export type BatchSender = {
  /**
   * Sends the messages in as few requests as the limits of a batch allow. Each message has an outcome of its own, in order: fulfilled if
   * the queue accepted it.
   */
  sendEach(messages: readonly BatchMessage[]): Promise<PromiseSettledResult<void>[]>;
};

/** Most messages of one request. Source: SQS quotas, November 2026. */
export const batchEntries = 10;

/**
 * Attributes that are never redacted: the pipeline writes them itself, and dead letters are found by them. A short placeholder in place of
 * a token could otherwise match inside them.
 */
const identifiers: ReadonlySet<string> = new Set(['reason', 'code', 'jobId', 'failedAt']);

/** Sends to `sender` with the token removed from the attributes, which hold error messages. Bodies are payload and stay unchanged. */
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

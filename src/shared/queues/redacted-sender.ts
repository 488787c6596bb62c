import type { MessageSender } from './message-sender.ts';
import type { Redact } from '../core/redact-token.ts';

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

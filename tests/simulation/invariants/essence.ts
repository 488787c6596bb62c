import { tryParse } from './delivery-invariant.ts';

/** What of a message stays the same when it is deferred or replayed; a body that is no message, as it is. */
export function essence(body: string): string {
  const message = tryParse(body);
  return message.kind === undefined
    ? body
    : JSON.stringify({
        ...message,
        replays: undefined,
        attempt: undefined,
        firstSeenAt: undefined,
        waitedSeconds: undefined,
      });
}

import type { MessageSender } from '../../src/shared/queues/message-sender.ts';

/** A queue that keeps what it is sent; `failWith` makes it refuse from then on. */
export type RecordingSender = MessageSender & {
  readonly bodies: readonly string[];
  failWith(error: Error): void;
};

export function recordingSender(): RecordingSender {
  const bodies: string[] = [];
  let failure: Error | undefined;
  const take = async (taken: readonly string[]) => {
    if (failure !== undefined) {
      throw failure;
    }
    bodies.push(...taken);
  };
  return {
    bodies,
    failWith: (error) => {
      failure = error;
    },
    send: (body) => take([body]),
    sendAll: take,
  };
}

/** A queue to send to. Bodies are JSON texts. */
export type MessageSender = {
  /** Sends one message. @throws when the queue did not take it. */
  send(body: string): Promise<void>;
  /** Sends all, in batches. @throws RetryableError when, after retries, some were not taken: the sentence says how many. */
  sendAll(bodies: readonly string[]): Promise<void>;
};

/** How a message is sent. `delaySeconds` up to 900; attributes are texts. */
export type SendOptions = { delaySeconds?: number; attributes?: Readonly<Record<string, string>> };

/** A queue to send to. */
export type MessageSender = {
  /** Sends one message. @throws when the queue did not take it. */
  send(body: string, options?: SendOptions): Promise<void>;
  /** Sends all, in batches. @throws RetryableError when, after retries, some were not taken: the sentence says how many. */
  sendAll(bodies: readonly string[]): Promise<void>;
};

/** How much waits in a queue. SQS counts approximately. */
export type QueueDepth = {
  read(): Promise<{ visible: number; delayed: number; inFlight: number }>;
};

/** A message as a queue hands it out; `sentAtMs` is when it was sent first (epoch milliseconds; 0: not told). */
export type ReceivedMessage = {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Readonly<Record<string, string>>;
  sentAtMs: number;
};

/** A message that could not be released, and why: it stays hidden until its hold is over. */
export type Unreleased = { messageId: string; why: string };

/** A queue to receive from by hand. */
export type MessageSource = {
  /** Up to ten messages, which nobody else gets for `holdSeconds`. An empty answer need not mean an empty queue. */
  receive(holdSeconds: number): Promise<ReceivedMessage[]>;
  /** Deletes a message. Whether it is the last one that was received, SQS does not say. */
  remove(message: ReceivedMessage): Promise<void>;
  /** Lets everybody see these again, at once; answers with those that stay hidden. What has come back by itself meanwhile is left. */
  release(messages: readonly ReceivedMessage[]): Promise<readonly Unreleased[]>;
};

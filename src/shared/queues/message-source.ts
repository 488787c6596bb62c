/** The number of messages in a queue. SQS counts approximately. */
export type QueueDepth = {
  read(): Promise<{ visible: number; delayed: number; inFlight: number }>;
};

/** A message as it was received. `sentAtMs` is when it was sent (epoch milliseconds; 0 if SQS does not say). */
export type ReceivedMessage = {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Readonly<Record<string, string>>;
  sentAtMs: number;
};

/** A message that could not be released, and why. It stays hidden until its visibility timeout ends. */
export type Unreleased = { messageId: string; why: string };

/** A queue from which a command receives messages. */
export type MessageSource = {
  /** Receives up to ten messages and hides them from other receivers for `holdSeconds`. An empty answer does not prove an empty queue. */
  receive(holdSeconds: number): Promise<ReceivedMessage[]>;
  /** Deletes a message. */
  remove(message: ReceivedMessage): Promise<void>;
  /** Makes messages visible again at once, and returns those that stay hidden. Messages that are visible already are not counted. */
  release(messages: readonly ReceivedMessage[]): Promise<readonly Unreleased[]>;
};

/** How much waits in a queue. SQS counts approximately. */
export type QueueDepth = {
  read(): Promise<{ visible: number; delayed: number; inFlight: number }>;
};

import type { Clock } from '../shared/core/clock.ts';
import {
  type BatchMessage,
  type BatchSender,
  batchEntries,
  type MessageSender,
  type SendOptions,
} from '../shared/queues/message-sender.ts';

/** A sender of single messages, without attributes. */
export type JobSender = {
  /** Sends one message; resolves when the queue has accepted it. @throws if it did not. */
  send(body: string, options?: Pick<SendOptions, 'delaySeconds'>): ReturnType<MessageSender['send']>;
};

/** A reason, since Node makes an exception, stack and all, for an abort without one. */
const wasPosted = 'posted';

/** What the jobs of one invocation send, gathered into requests of up to ten messages. */
export type GatheredSends = {
  /** A sender to `queue` for the jobs; each has at most one message under way. */
  to(queue: BatchSender): JobSender;
  /** To be called once for each job, when it has ended, however it did. */
  jobEnded(): void;
};

/**
 * Longest time that a message is held back, in milliseconds: long enough for ten jobs at a rate of a few a second, and little work to
 * repeat where the container dies meanwhile.
 */
const longestHoldMs = 3_000;

/**
 * Gathers what `jobs` jobs send. Messages to a queue are sent
 * - as soon as there are ten of them;
 * - as soon as every job either waits for its message or has ended: nothing else could be added, and a job never waits for another one;
 * - in any case after `longestHoldMs`, or when `spareMs` is used up, which is what the invocation has left for work other than sending.
 */
export function gatheredSends(jobs: number, spareMs: () => number, clock: Pick<Clock, 'sleep'>): GatheredSends {
  const outboxes: Outbox[] = [];
  let working = jobs;
  const oneLess = () => {
    working -= 1;
    if (working <= 0) {
      for (const outbox of outboxes) {
        outbox.post();
      }
    }
  };
  const onAnswer = (messages: number) => {
    working += messages;
  };
  return {
    to: (queue) => {
      const outbox = openOutbox(queue, { spareMs, clock, onAnswer });
      outboxes.push(outbox);
      return {
        send: (body, options) => {
          const accepted = outbox.put({ body, delaySeconds: options?.delaySeconds });
          oneLess();
          return accepted;
        },
      };
    },
    jobEnded: oneLess,
  };
}

/** Messages to one queue that are held back. */
type Outbox = {
  /** Resolves when the queue has accepted it. */
  put(message: BatchMessage): Promise<void>;
  /** Sends what is held. */
  post(): void;
};

/** `onAnswer` is told how many messages have an outcome, before their jobs are. */
type OutboxOptions = { spareMs(): number; clock: Pick<Clock, 'sleep'>; onAnswer(messages: number): void };

type Held = { message: BatchMessage; settle: (outcome: PromiseSettledResult<void> | undefined) => void };

function openOutbox(queue: BatchSender, { spareMs, clock, onAnswer }: OutboxOptions): Outbox {
  let held: Held[] = [];
  let posted = new AbortController();
  const post = () => {
    const sent = held;
    held = [];
    posted.abort(wasPosted);
    if (sent.length > 0) {
      void deliver(sent);
    }
  };
  const deliver = async (sent: readonly Held[]) => {
    const outcomes = await outcomesOf(queue, sent);
    onAnswer(sent.length);
    for (const [index, { settle }] of sent.entries()) {
      settle(outcomes[index]);
    }
  };
  /** Ends when the messages are sent otherwise: a timer that is left over would fire in the next invocation. */
  const postLater = async () => {
    posted = new AbortController();
    const { signal } = posted;
    await clock.sleep(Math.max(0, Math.min(longestHoldMs, spareMs())), signal);
    if (!signal.aborted) {
      post();
    }
  };
  return {
    put: (message) =>
      new Promise((resolve, reject) => {
        // A message without an outcome counts as failed: its job is delivered again, and not lost.
        held.push({ message, settle: (it) => (it?.status === 'fulfilled' ? resolve() : reject(it?.reason)) });
        if (held.length === batchEntries) {
          post();
        } else if (held.length === 1) {
          void postLater();
        }
      }),
    post,
  };
}

async function outcomesOf(queue: BatchSender, sent: readonly Held[]): Promise<PromiseSettledResult<void>[]> {
  try {
    return await queue.sendEach(sent.map(({ message }) => message));
  } catch (reason) {
    return sent.map(() => ({ status: 'rejected', reason }));
  }
}

import type { BatchSender, MessageSender } from '../../src/shared/queues/message-sender.ts';
import { asSqsTakesIt, type SentMessage } from './recording-queue.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A message as a consumer receives it. `receipt` is that of this receive. */
export type ReceivedMessage = {
  id: number;
  receipt: number;
  body: string;
  receives: number;
  attributes: Readonly<Record<string, string>>;
  /** When it was sent first, in epoch milliseconds. */
  sentAtMs: number;
};

/**
 * A standard SQS queue on virtual time: delays, visibility time-outs, and a redrive policy that moves what was received too
 * often to the dead letters. Order is that of becoming visible, unless `whims` say otherwise.
 */
export type VirtualQueue = MessageSender &
  BatchSender & {
    /** Up to `max` visible messages; they are invisible to others until deleted or their visibility time is over. */
    receive(max: number, visibilityMs?: number): ReceivedMessage[];
    delete(id: number): void;
    /** Makes a message visible again, unless somebody else has received it since. */
    release(id: number, receipt: number): void;
    /** Milliseconds until a message is visible: 0 when one is, Infinity when none is held. */
    untilVisibleMs(): number;
    /** Bodies held: visible, delayed and under way. */
    held(): string[];
    /** The messages held, without receiving them. */
    peek(): readonly Omit<ReceivedMessage, 'receipt'>[];
    /** Takes a message in as it is, such as one that another queue has given up. */
    lay(message: Pick<ReceivedMessage, 'body' | 'attributes' | 'sentAtMs'>): void;
    /** Tells whenever a message came in or became visible by being released. */
    onArrival(listener: () => void): void;
    /** Every message that was sent, in order. */
    readonly sent: readonly SentMessage[];
    /** Moved there by the redrive policy. */
    readonly redriven: readonly string[];
  };

/** What a standard queue is free to do. */
export type QueueWhims = {
  /** Milliseconds that a message comes later than it was sent. */
  lateMs(): number;
  /** Whether this receive leaves the message visible, so that it is delivered twice. */
  leavesVisible(): boolean;
  /** A draw in [0, 1) by which visible messages are ordered; `undefined`: in order. */
  order(): number | undefined;
};

export type QueueOptions = {
  visibilityMs?: number;
  maxReceiveCount?: number;
  deadLetters?: Pick<VirtualQueue, 'lay'>;
  whims?: QueueWhims;
};

type Held = Omit<ReceivedMessage, 'receipt'> & { receipt: number; visibleAtMs: number };

const noWhims: QueueWhims = { lateMs: () => 0, leavesVisible: () => false, order: () => undefined };

export function virtualQueue(clock: VirtualClock, options: QueueOptions = {}): VirtualQueue {
  const { visibilityMs = 360_000, maxReceiveCount = 5, deadLetters, whims = noWhims } = options;
  const held = new Map<number, Held>();
  const sent: SentMessage[] = [];
  const redriven: string[] = [];
  const listeners: (() => void)[] = [];
  let ids = 0;

  const put = (message: Pick<ReceivedMessage, 'body' | 'attributes' | 'sentAtMs'>, delayMs: number) => {
    ids += 1;
    const { body, attributes, sentAtMs } = message;
    const visibleAtMs = clock.monotonicMs() + delayMs;
    held.set(ids, { id: ids, receipt: 0, body, attributes, sentAtMs, visibleAtMs, receives: 0 });
    for (const listener of listeners) {
      listener();
    }
  };
  const send: MessageSender['send'] = async (body, sendOptions) => {
    const message = asSqsTakesIt(body, sendOptions);
    sent.push(message);
    put({ ...message, sentAtMs: clock.nowMs() }, message.delaySeconds * 1_000 + whims.lateMs());
  };
  const visible = () => {
    const shown = [...held.values()].filter(({ visibleAtMs }) => visibleAtMs <= clock.monotonicMs());
    const drawn = shown.map((message) => ({ message, draw: whims.order() }));
    return drawn.sort((a, b) => orderOf(a, b)).map(({ message }) => message);
  };
  const redriveSpent = () => {
    for (const message of [...held.values()].filter(({ visibleAtMs }) => visibleAtMs <= clock.monotonicMs())) {
      if (message.receives >= maxReceiveCount) {
        held.delete(message.id);
        redriven.push(message.body);
        deadLetters?.lay(message);
      }
    }
  };
  const hide = (message: Held, forMs: number): ReceivedMessage => {
    message.receives += 1;
    message.receipt += 1;
    message.visibleAtMs = whims.leavesVisible() ? message.visibleAtMs : clock.monotonicMs() + forMs;
    const { visibleAtMs: _visibleAtMs, ...received } = message;
    return received;
  };

  return {
    sent,
    redriven,
    send,
    lay: (message) => put(message, 0),
    onArrival: (listener) => listeners.push(listener),
    sendAll: async (bodies) => {
      for (const body of bodies) {
        await send(body);
      }
    },
    sendEach: (messages) =>
      Promise.allSettled(messages.map(({ body, delaySeconds = 0 }) => send(body, { delaySeconds }))),
    receive: (max, forMs = visibilityMs) => {
      redriveSpent();
      return visible()
        .slice(0, max)
        .map((message) => hide(message, forMs));
    },
    delete: (id) => {
      held.delete(id);
    },
    release: (id, receipt) => {
      const message = held.get(id);
      if (message?.receipt === receipt) {
        message.visibleAtMs = clock.monotonicMs();
        for (const listener of listeners) {
          listener();
        }
      }
    },
    untilVisibleMs: () =>
      [...held.values()].reduce(
        (least, { visibleAtMs }) => Math.min(least, Math.max(0, visibleAtMs - clock.monotonicMs())),
        Infinity,
      ),
    held: () => [...held.values()].map(({ body }) => body),
    peek: () => [...held.values()],
  };
}

type Drawn = { message: Held; draw: number | undefined };

function orderOf(a: Drawn, b: Drawn): number {
  if (a.draw !== undefined && b.draw !== undefined) {
    return a.draw - b.draw;
  }
  return a.message.visibleAtMs - b.message.visibleAtMs || a.message.id - b.message.id;
}

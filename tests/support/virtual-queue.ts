import type { MessageSender } from '../../src/shared/ports/message-sender.ts';
import { asSqsTakesIt, type SentMessage } from './recording-queue.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A message as a consumer receives it. */
export type ReceivedMessage = { id: number; body: string; receives: number };

/**
 * A standard SQS queue on virtual time: delays, visibility time-outs, and a redrive policy that moves what was received too
 * often to the dead letters. Order is that of becoming visible.
 */
export type VirtualQueue = MessageSender & {
  /** Up to `max` visible messages; they are invisible to others until deleted or their visibility time is over. */
  receive(max: number): ReceivedMessage[];
  delete(id: number): void;
  /** Milliseconds until a message is visible: 0 when one is, Infinity when none is held. */
  untilVisibleMs(): number;
  /** Bodies held: visible, delayed and under way. */
  held(): string[];
  /** Every message that was sent, in order. */
  readonly sent: readonly SentMessage[];
  /** Moved there by the redrive policy. */
  readonly redriven: readonly string[];
};

type Held = { id: number; body: string; visibleAtMs: number; receives: number };

export function virtualQueue(
  clock: VirtualClock,
  { visibilityMs = 360_000, maxReceiveCount = 5 }: { visibilityMs?: number; maxReceiveCount?: number } = {},
): VirtualQueue {
  const held = new Map<number, Held>();
  const sent: SentMessage[] = [];
  const redriven: string[] = [];
  let ids = 0;

  const send: MessageSender['send'] = async (body, options) => {
    const message = asSqsTakesIt(body, options);
    sent.push(message);
    ids += 1;
    held.set(ids, { id: ids, body, visibleAtMs: clock.monotonicMs() + message.delaySeconds * 1_000, receives: 0 });
  };
  const visible = () =>
    [...held.values()]
      .filter(({ visibleAtMs }) => visibleAtMs <= clock.monotonicMs())
      .sort((a, b) => a.visibleAtMs - b.visibleAtMs || a.id - b.id);
  const redriveSpent = () => {
    for (const { id, body } of visible().filter(({ receives }) => receives >= maxReceiveCount)) {
      held.delete(id);
      redriven.push(body);
    }
  };

  return {
    sent,
    redriven,
    send,
    sendAll: async (bodies) => {
      for (const body of bodies) {
        await send(body);
      }
    },
    receive: (max) => {
      redriveSpent();
      return visible()
        .slice(0, max)
        .map((message) => {
          message.receives += 1;
          message.visibleAtMs = clock.monotonicMs() + visibilityMs;
          return { id: message.id, body: message.body, receives: message.receives };
        });
    },
    delete: (id) => {
      held.delete(id);
    },
    untilVisibleMs: () =>
      [...held.values()].reduce(
        (least, { visibleAtMs }) => Math.min(least, Math.max(0, visibleAtMs - clock.monotonicMs())),
        Infinity,
      ),
    held: () => [...held.values()].map(({ body }) => body),
  };
}

import { setMaxListeners } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Connections } from './connections.ts';
import { mostSlotsAtOnce, type Slot } from './rate-schedule.ts';
import type { RateScheduleStore } from './rate-schedule-store.ts';

/** A slot that was taken together with others. */
export type PooledSlot = Slot & {
  /** Aborts when all slots that were taken with it are void. */
  signal: AbortSignal;
  /** Tells the others that were taken with it: TMDB asked for a pause, or there was an alarm. */
  voidAll(): void;
};

/** The slots of one batch of jobs. */
export type SlotPool = {
  /** The next slot; `undefined` if none comes within `withinMs`. Who asks together takes slots together, with one write. */
  next(withinMs: number): Promise<PooledSlot | undefined>;
};

/** The next slots are taken so long before the last one is due: the timeline must not be idle meanwhile. */
const leadMs = 80;
/** Slots are taken for calls that find a connection while these slots are due, or so much later. */
const soonAfterMs = 150;
/** Distance of slots before any were taken. */
const usualStepMs = 35;
/** Where answers are slow, connections become free one by one: fewer than so many wait for others, this long, and share a write. */
const fewConnections = 3;
const gatherMs = 250;

type Waiting = {
  withinMs: number;
  sinceMs: number;
  resolve(slot: PooledSlot | undefined): void;
  reject(error: unknown): void;
};

/** Slots of `schedule` for the jobs of one batch, as many as there are connections for. */
export function slotPool(schedule: RateScheduleStore, open: Connections, clock: Clock): SlotPool {
  const waiting: Waiting[] = [];
  let isTaking = false;
  let stepMs = usualStepMs;
  const room = () => open.room(mostSlotsAtOnce * stepMs + soonAfterMs);

  /** How many slots are wanted now. */
  const wanted = async (): Promise<number> => {
    if (room() < Math.min(fewConnections, waiting.length)) {
      await clock.sleep(gatherMs);
    }
    return Math.max(1, Math.min(mostSlotsAtOnce, waiting.length, room()));
  };
  /** Takes slots for those who wait, and waits until the last of them is nearly due. */
  const takeOnce = async (): Promise<void> => {
    const count = await wanted();
    const longestMs = Math.max(...waiting.slice(0, count).map((one) => leftMs(one, clock)));
    const slots = await schedule.take(count, longestMs);
    const signal = hand(slots, waiting.splice(0, count));
    stepMs = stepOf(slots) ?? stepMs;
    const untilNextMs = (slots.at(-1)?.atMs ?? 0) - leadMs - clock.nowMs();
    if (waiting.length > 0 && untilNextMs > 0) {
      await clock.sleep(untilNextMs, signal);
    }
  };

  const takeAll = async (): Promise<void> => {
    isTaking = true;
    try {
      while (waiting.length > 0) {
        await takeOnce();
      }
    } catch (error) {
      for (const one of waiting.splice(0)) {
        one.reject(error);
      }
    } finally {
      isTaking = false;
    }
  };

  return {
    next: (withinMs) =>
      new Promise((resolve, reject) => {
        waiting.push({ withinMs, sinceMs: clock.monotonicMs(), resolve, reject });
        if (!isTaking) {
          isTaking = true;
          // All jobs of a batch ask in the same turn of the event loop.
          queueMicrotask(() => void takeAll());
        }
      }),
  };
}

function leftMs({ withinMs, sinceMs }: Waiting, clock: Clock): number {
  return withinMs - (clock.monotonicMs() - sinceMs);
}

/** Gives each of `served` its slot, or none. The signal aborts when these slots are void. */
function hand(slots: readonly Slot[], served: readonly Waiting[]): AbortSignal {
  const voided = new AbortController();
  // Each of the jobs listens, and so does the pool.
  setMaxListeners(0, voided.signal);
  const shared = { signal: voided.signal, voidAll: () => voided.abort() };
  for (const [index, { resolve }] of served.entries()) {
    const slot = slots[index];
    resolve(slot && { ...slot, ...shared });
  }
  return voided.signal;
}

function stepOf([first, second]: readonly Slot[]): number | undefined {
  return first && second && second.atMs - first.atMs;
}

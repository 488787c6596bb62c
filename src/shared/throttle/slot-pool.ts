import type { Clock } from '../core/clock.ts';
import type { Slot } from './rate-schedule.ts';
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

/**
 * Most slots that are taken at once. More would let a batch wait longer behind others, and would be void together after an alarm; fewer
 * cost more writes.
 */
const mostSlots = 10;
/** The next slots are taken so long before the last one is due: the timeline must not be idle meanwhile. */
const leadMs = 80;

type Waiting = {
  withinMs: number;
  sinceMs: number;
  resolve(slot: PooledSlot | undefined): void;
  reject(error: unknown): void;
};

/** Slots of `schedule` for the jobs of one batch. */
export function slotPool(schedule: RateScheduleStore, clock: Clock): SlotPool {
  const waiting: Waiting[] = [];
  let isTaking = false;

  /** Takes slots for those who wait, and waits until the last of them is nearly due. */
  const takeOnce = async (): Promise<void> => {
    const count = Math.min(mostSlots, waiting.length);
    const leftMs = (one: Waiting) => one.withinMs - (clock.monotonicMs() - one.sinceMs);
    const slots = await schedule.take(count, Math.max(...waiting.slice(0, count).map(leftMs)));
    const served = waiting.splice(0, count);
    const voided = new AbortController();
    const pooled = { signal: voided.signal, voidAll: () => voided.abort() };
    for (const [index, one] of served.entries()) {
      const slot = slots[index];
      one.resolve(slot && { ...slot, ...pooled });
    }
    const untilNextMs = (slots.at(-1)?.atMs ?? 0) - leadMs - clock.nowMs();
    if (waiting.length > 0 && untilNextMs > 0) {
      await clock.sleep(untilNextMs, voided.signal);
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

import { setMaxListeners } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Connections } from './connections.ts';
import { mostSlotsAtOnce, type Slot } from './rate-schedule.ts';
import type { RateScheduleStore } from './rate-schedule-store.ts';
import { type RecentDuration, recentDuration } from './recent-duration.ts';

/** A slot that was taken together with others. */
export type PooledSlot = Slot & {
  /** Aborts when all slots that were taken with it are void. */
  signal: AbortSignal;
  /** Tells the others that were taken with it: TMDB asked for a pause, or there was an alarm. */
  voidAll(): void;
};

/** The slots of one batch of jobs. */
export type SlotPool = {
  /**
   * The next slot; `undefined` if none comes within `withinMs`. Jobs that ask at the same time get slots that were taken together, with one
   * write. `isFirst`: before all others that wait.
   */
  next(withinMs: number, isFirst?: boolean): Promise<PooledSlot | undefined>;
};

/**
 * The next slots are taken so long before the last one is due, because the timeline must not be idle meanwhile: one and a half times as long
 * as it took lately (the read before the first of them takes time as well), within these bounds.
 */
const leadMs = { least: 80, most: 750 };
/** Slots are taken for calls that find a connection while these slots are due, or as much later as they may be used, at least this long. */
const soonAfterMs = 150;
/** Distance of slots, and how late they may be used, before any were taken. */
const usualPace = { stepMs: 35, lateMs: soonAfterMs };
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
export function slotPool(schedule: RateScheduleStore, calls: Connections, clock: Clock): SlotPool {
  const waiting: Waiting[] = [];
  let isTaking = false;
  let pace = usualPace;
  const takes = recentDuration(clock);
  const room = () => calls.room(mostSlotsAtOnce * pace.stepMs + pace.lateMs);
  const { pause, isTooShort } = pausesOf(waiting, clock);

  /** How many slots are wanted now. */
  const wanted = async (): Promise<number> => {
    if (room() < Math.min(fewConnections, waiting.length)) {
      await pause(gatherMs);
    }
    return Math.min(waiting.length, mostSlotsAtOnce, Math.max(1, room()));
  };
  /** Takes slots for those who wait, and waits until the last of them is nearly due. */
  const takeOnce = async (): Promise<void> => {
    const count = await wanted();
    const longestMs = Math.max(...waiting.slice(0, count).map((one) => leftMs(one, clock)));
    const served = waiting.splice(0, count);
    const taking = takes.measure(() => schedule.take(count, longestMs));
    const slots = await taking.catch((error) => refuse(served, error));
    const signal = deliver(slots, served, clock);
    pace = paceOf(slots) ?? pace;
    await pause((slots.at(-1)?.atMs ?? 0) - leadMsOf(takes) - clock.nowMs(), signal);
  };

  const takeAll = async (): Promise<void> => {
    isTaking = true;
    while (waiting.length > 0) {
      await takeOnce();
    }
    isTaking = false;
  };

  return {
    next: async (withinMs, isFirst = false) => {
      if (isTooShort(withinMs)) {
        return undefined;
      }
      const given = new Promise<PooledSlot | undefined>((resolve, reject) => {
        waiting.splice(isFirst ? 0 : waiting.length, 0, { withinMs, sinceMs: clock.monotonicMs(), resolve, reject });
      });
      if (!isTaking) {
        isTaking = true;
        // All jobs of a batch ask in the same turn of the event loop.
        queueMicrotask(() => void takeAll());
      }
      return given;
    },
  };
}

function leadMsOf(takes: RecentDuration): number {
  return Math.min(leadMs.most, Math.max(leadMs.least, 1.5 * takes.meanMs()));
}

function leftMs({ withinMs, sinceMs }: Waiting, clock: Clock): number {
  return withinMs - (clock.monotonicMs() - sinceMs);
}

/** Pauses before slots are taken again. Who cannot wait until then is refused at once, since no slot comes before. */
function pausesOf(waiting: Waiting[], clock: Clock) {
  let nextTakeMs = 0;
  const isTooShort = (withinMs: number) => withinMs < nextTakeMs - clock.monotonicMs();
  const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
    nextTakeMs = clock.monotonicMs() + ms;
    for (const one of waiting.splice(0)) {
      if (isTooShort(leftMs(one, clock))) {
        one.resolve(undefined);
      } else {
        waiting.push(one);
      }
    }
    if (waiting.length > 0) {
      await clock.sleep(Math.max(0, ms), signal);
    }
    nextTakeMs = 0;
  };
  return { pause, isTooShort };
}

/** Gives each of `served` its slot, if that comes in time. The signal aborts when these slots are void. */
function deliver(slots: readonly Slot[], served: readonly Waiting[], clock: Clock): AbortSignal {
  const voided = new AbortController();
  // Each of the jobs listens, and so does the pool.
  setMaxListeners(0, voided.signal);
  const shared = { signal: voided.signal, voidAll: () => voided.abort() };
  for (const [index, one] of served.entries()) {
    const slot = slots[index];
    const isInTime = slot !== undefined && slot.atMs - clock.nowMs() <= leftMs(one, clock);
    one.resolve(isInTime ? { ...slot, ...shared } : undefined);
  }
  return voided.signal;
}

/** Those who wait besides `served` ask again: the next write may succeed. */
function refuse(served: readonly Waiting[], error: unknown): Slot[] {
  for (const one of served) {
    one.reject(error);
  }
  return [];
}

/** One slot alone tells the least distance: that of a timeline with one lane. */
function paceOf([first, second]: readonly Slot[]): typeof usualPace | undefined {
  if (first === undefined) {
    return undefined;
  }
  const stepMs = second === undefined ? 1_000 / first.ratePerSecond : second.atMs - first.atMs;
  return { stepMs, lateMs: Math.max(soonAfterMs, first.lateMs) };
}

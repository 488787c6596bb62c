import type { Clock } from '../core/clock.ts';

/** Releases a connection. `wasUsed`: a call was made, so that its duration counts. */
export type Release = (wasUsed: boolean) => void;

/** Bounds how many calls are under way at once. */
export type Connections = {
  /**
   * Waits for a free connection, at most `withinMs`; callers get one in the order in which they asked.
   * @returns how to release it, to be called once; `undefined` if none came in time.
   */
  acquire(withinMs: number): Promise<Release | undefined>;
  /** How many calls could begin within `soonMs` if calls last as long as they did lately: free connections, and those that become free. */
  room(soonMs: number): number;
};

/** Assumed before the first call has ended. */
const usualCallMs = 200;
/** The weight of the latest call in the mean. */
const latestWeight = 0.2;

/** A reason, since Node makes an exception, stack and all, for an abort without one. */
const itsTurn = 'its turn';

/** At most `most` connections at once. */
export function connections(most: number, clock: Pick<Clock, 'sleep' | 'monotonicMs'>): Connections {
  const waiting: (() => void)[] = [];
  let opened = 0;
  let meanMs = usualCallMs;

  const begun = (): Release => {
    const beganMs = clock.monotonicMs();
    return (wasUsed) => {
      opened -= 1;
      meanMs += wasUsed ? latestWeight * (clock.monotonicMs() - beganMs - meanMs) : 0;
      waiting.shift()?.();
    };
  };

  return {
    acquire: async (withinMs) => {
      if (opened < most) {
        opened += 1;
        return begun();
      }
      const over = new AbortController();
      let isTurn = false;
      const turn = (): void => {
        // Taken here, and not after the wait: nobody else may come between.
        opened += 1;
        isTurn = true;
        over.abort(itsTurn);
      };
      waiting.push(turn);
      await clock.sleep(Math.max(0, withinMs), over.signal);
      if (isTurn) {
        return begun();
      }
      waiting.splice(waiting.indexOf(turn), 1);
      return undefined;
    },
    room: (soonMs) => {
      const free = Math.max(0, most - opened - waiting.length);
      return free + Math.floor((most * soonMs) / Math.max(1, meanMs));
    },
  };
}

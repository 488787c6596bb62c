import type { Clock } from '../core/clock.ts';

/** Bounds how many calls are under way at once. */
export type Connections = {
  /** Waits for a free connection, at most `withinMs`. @returns how to free it, to be called once; `undefined` if none came in time. */
  open(withinMs: number): Promise<(() => void) | undefined>;
  /** How many calls could begin within `soonMs` if calls last as long as they did lately: free connections, and those that become free. */
  room(soonMs: number): number;
};

/** Assumed before the first call has ended. */
const usualCallMs = 200;
/** The weight of the latest call in the mean. */
const latestWeight = 0.2;

/** At most `most` connections at once; who has waited longest comes first. */
export function connections(most: number, clock: Pick<Clock, 'sleep' | 'monotonicMs'>): Connections {
  const waiting: (() => void)[] = [];
  let opened = 0;
  let meanMs = usualCallMs;

  const begun = (): (() => void) => {
    const beganMs = clock.monotonicMs();
    return () => {
      opened -= 1;
      meanMs += latestWeight * (clock.monotonicMs() - beganMs - meanMs);
      waiting.shift()?.();
    };
  };

  return {
    open: async (withinMs) => {
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
        over.abort();
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

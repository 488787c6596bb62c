import type { Clock } from '../core/clock.ts';

/** Bounds how many calls are under way at once. */
export type Connections = {
  /** Waits for a free connection, at most `withinMs`. @returns how to free it, to be called once; `undefined` if none came in time. */
  open(withinMs: number): Promise<(() => void) | undefined>;
};

/** At most `most` connections at once; who has waited longest comes first. */
export function connections(most: number, clock: Pick<Clock, 'sleep'>): Connections {
  const waiting: (() => void)[] = [];
  let opened = 0;
  const close = (): void => {
    opened -= 1;
    waiting.shift()?.();
  };
  const open = (): (() => void) => {
    opened += 1;
    return close;
  };
  return {
    open: async (withinMs) => {
      if (opened < most) {
        return open();
      }
      const over = new AbortController();
      let isTurn = false;
      const turn = (): void => {
        isTurn = true;
        // Taken here, and not after the wait: nobody else may come between.
        opened += 1;
        over.abort();
      };
      waiting.push(turn);
      await clock.sleep(Math.max(0, withinMs), over.signal);
      if (isTurn) {
        return close;
      }
      waiting.splice(waiting.indexOf(turn), 1);
      return undefined;
    },
  };
}

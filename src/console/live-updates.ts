/** Looks again and again at a stack while somebody watches, and tells all who do: server-sent events with ids. */
import type { Clock } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';

/** An event: `status` holds what was seen, `trouble` the sentence why a look failed. */
export type LiveEvent = { id: number; event: 'status' | 'trouble'; data: unknown };

/** Takes events until it is closed. */
export type Watcher = { send(event: LiveEvent): void };

/** The updates of one stack. */
export type LiveUpdates = {
  /**
   * Tells `watcher` the latest event, unless it is the one that it had last, and all that follow.
   * @param lastId - Id of the last event that it had before its connection was lost; 0 for none.
   * @returns what ends it.
   */
  watch(watcher: Watcher, lastId: number): () => void;
};

/** A look that takes longer is told of: the page would go on saying that all is well. Retries make a failure of AWS's SDK last four times as long. */
const lateMs = 5_000;
const late = `the stack has not answered for ${lateMs / 1_000} s: what is shown is older than that`;

/**
 * Looks every `everyMs` while there is a watcher, and once more at once for the first.
 * @param signal - ends it.
 */
export function liveUpdates(
  look: () => Promise<unknown>,
  everyMs: number,
  clock: Clock,
  signal: AbortSignal,
): LiveUpdates {
  const watchers = new Set<Watcher>();
  let latest: LiveEvent | undefined;
  let isLooking = false;
  const tell = (event: LiveEvent['event'], data: unknown) => {
    latest = { id: (latest?.id ?? 0) + 1, event, data };
    for (const watcher of watchers) {
      watcher.send(latest);
    }
  };
  const keepLooking = async () => {
    isLooking = true;
    while (watchers.size > 0 && !signal.aborted) {
      const dueMs = clock.monotonicMs() + everyMs;
      const answered = new AbortController();
      void clock.sleep(lateMs, AbortSignal.any([signal, answered.signal])).then(() => {
        if (!signal.aborted && !answered.signal.aborted) {
          tell('trouble', { why: late });
        }
      });
      try {
        const seen = await look();
        answered.abort();
        tell('status', seen);
      } catch (error) {
        answered.abort();
        tell('trouble', { why: messageOf(error).split('\n', 1)[0] });
      }
      await clock.sleep(Math.max(0, dueMs - clock.monotonicMs()), signal);
    }
    isLooking = false;
  };
  return {
    watch: (watcher, lastId) => {
      watchers.add(watcher);
      if (isLooking) {
        // What was seen before somebody watched may be hours old; while others watch it is a moment old.
        if (latest !== undefined && latest.id !== lastId) {
          watcher.send(latest);
        }
      } else {
        void keepLooking();
      }
      return () => {
        watchers.delete(watcher);
      };
    },
  };
}

/** An event as it goes over the wire. */
export function eventText({ id, event, data }: LiveEvent, json: (data: unknown) => string): string {
  return `id: ${id}\nevent: ${event}\ndata: ${json(data)}\n\n`;
}

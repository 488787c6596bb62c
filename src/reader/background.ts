import { messageOf } from '../shared/core/errors.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/** Work that continues after an answer. Nobody waits for it, and its failure is a warning. */
export type Background = {
  /** Starts `act`; `what` names it in the warning. */
  run(what: string, act: () => Promise<void>): void;
  /** Resolves when no work is in progress. */
  settled(): Promise<void>;
};

/** The background work of one process. */
export function background(telemetry: Pick<Telemetry, 'warn'>): Background {
  const open = new Set<Promise<void>>();
  return {
    run: (what, act) => {
      const work = act()
        .catch((error: unknown) => telemetry.warn(`${what} failed`, { detail: messageOf(error) }))
        .finally(() => open.delete(work));
      open.add(work);
    },
    settled: async () => {
      while (open.size > 0) {
        await Promise.all(open);
      }
    },
  };
}

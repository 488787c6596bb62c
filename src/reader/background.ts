import { messageOf } from '../shared/core/errors.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/** Work behind an answer: nobody waits for it, and its failure is a warning. */
export type Background = {
  run(what: string, act: () => Promise<void>): void;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
};

/** Background work of one process. */
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

import { RetryableError } from '../shared/errors.ts';
import type { Clock } from '../shared/ports/clock.ts';

/** A table that keeps its readers waiting no longer than they can bear. */
export type TableGuard = {
  /** Runs one read. @throws RetryableError `table_unavailable` when it fails, takes too long, or was not tried. */
  read<T>(act: () => Promise<T>): Promise<T>;
  /** Whether the last read failed. */
  away(): boolean;
};

/** So many failures in a row, and the table is left alone for a while. */
const failuresToRest = 3;

/**
 * @param timeoutMs - a read that takes longer counts as failed; its answer is lost.
 * @param restMs - after three failures in a row nothing is read for so long: every reader would only wait.
 */
export function tableGuard(timeoutMs: number, restMs: number, clock: Clock): TableGuard {
  let failures = 0;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  const fail = (why: string, cause?: unknown): never => {
    failures += 1;
    if (failures >= failuresToRest) {
      restUntilMs = clock.monotonicMs() + restMs;
    }
    throw new RetryableError('table_unavailable', why, { cause });
  };
  return {
    away: () => failures > 0,
    read: async (act) => {
      if (clock.monotonicMs() < restUntilMs) {
        throw new RetryableError('table_unavailable', 'the table has failed repeatedly and is left alone for a moment');
      }
      const done = new AbortController();
      const late = Symbol('late');
      try {
        const answer = await Promise.race([act(), clock.sleep(timeoutMs, done.signal).then(() => late)]);
        if (answer !== late) {
          failures = 0;
          return answer as Awaited<ReturnType<typeof act>>;
        }
      } catch (error) {
        return fail('the table cannot be read', error);
      } finally {
        done.abort();
      }
      return fail(`the table has not answered within ${timeoutMs} ms`);
    },
  };
}

import type { BreakerRecord, BreakerStore } from '../../src/shared/throttle/breaker-record.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** The breaker's record in memory. */
export type MemoryBreakerStore = BreakerStore & {
  /** Every record that was stored, in order. */
  readonly stored: readonly BreakerRecord[];
  /** The record as it is now, past the hook. */
  now(): BreakerRecord | undefined;
};

export function memoryBreakerStore(hook: StoreHook = noHook): MemoryBreakerStore {
  const stored: BreakerRecord[] = [];
  const now = () => {
    const last = stored.at(-1);
    return last === undefined ? undefined : { ...last };
  };
  return {
    stored,
    now,
    read: () => hook('readBreaker', now),
    replace: (next, seenRevision) =>
      hook('replaceBreaker', () => {
        if ((stored.at(-1)?.revision ?? 0) !== seenRevision) {
          return false;
        }
        stored.push({ ...next });
        return true;
      }),
  };
}

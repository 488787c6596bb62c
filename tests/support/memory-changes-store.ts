import type { ChangesRecord, ChangesStore } from '../../src/planner/changes-record.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** The record of changes in memory. */
export type MemoryChangesStore = ChangesStore & {
  /** The record as it is now, past the hook. */
  now(): ChangesRecord | undefined;
  /** How often it was replaced. */
  writes(): number;
};

export function memoryChangesStore(hook: StoreHook = noHook): MemoryChangesStore {
  let stored: ChangesRecord | undefined;
  let writes = 0;
  return {
    now: () => stored,
    writes: () => writes,
    read: () => hook('readChanges', () => stored && { ...stored }),
    replace: (next, seenRevision) =>
      hook('replaceChanges', () => {
        if ((stored?.revision ?? 0) !== seenRevision) {
          return false;
        }
        stored = { ...next };
        writes += 1;
        return true;
      }),
  };
}

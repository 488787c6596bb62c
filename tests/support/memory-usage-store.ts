import type { UsageCounters, UsageStore } from '../../src/shared/tables/usage-store.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** Usage counters in memory. */
export type MemoryUsageStore = UsageStore & {
  /** Every update that was taken, in order. */
  readonly adds: readonly { id: string; counters: UsageCounters; expiresAtMs: number }[];
  /** The counters of one item; empty where there is none. */
  countersOf(id: string): UsageCounters;
};

export function memoryUsageStore(hook: StoreHook = noHook): MemoryUsageStore {
  const items = new Map<string, Map<string, number>>();
  const adds: { id: string; counters: UsageCounters; expiresAtMs: number }[] = [];
  const countersOf = (id: string) => Object.fromEntries(items.get(id) ?? []);
  return {
    adds,
    countersOf,
    add: (id, counters, expiresAtMs) =>
      hook('addUsage', () => {
        adds.push({ id, counters: { ...counters }, expiresAtMs });
        const item = items.get(id) ?? new Map<string, number>();
        items.set(id, item);
        for (const [name, count] of Object.entries(counters)) {
          item.set(name, (item.get(name) ?? 0) + count);
        }
      }),
    read: (ids) =>
      hook('readUsage', () => new Map(ids.flatMap((id) => (items.has(id) ? [[id, countersOf(id)] as const] : [])))),
  };
}

import type { DemandDay, DemandDays } from '../../src/shared/tables/demand-days.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** Days of demand in memory. */
export type MemoryDemandDays = DemandDays & {
  /** Every day that was put, in order. */
  readonly puts: readonly { id: string; day: DemandDay; expiresAtMs: number }[];
};

export function memoryDemandDays(hook: StoreHook = noHook): MemoryDemandDays {
  const items = new Map<string, DemandDay>();
  const puts: { id: string; day: DemandDay; expiresAtMs: number }[] = [];
  return {
    puts,
    read: (ids) =>
      hook('readDays', () => {
        const present = ids.flatMap((id) => {
          const day = items.get(id);
          return day === undefined ? [] : [[id, structuredClone(day)] as const];
        });
        return new Map(present);
      }),
    put: (id, day, expiresAtMs) =>
      hook('putDay', () => {
        items.set(id, structuredClone(day));
        puts.push({ id, day: structuredClone(day), expiresAtMs });
      }),
  };
}

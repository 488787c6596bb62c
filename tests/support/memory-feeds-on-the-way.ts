import type { FeedsOnTheWay, OnTheWay } from '../../src/shared/tables/feeds-in-flight.ts';

/** Marks of feeds in memory. */
export function memoryFeedsOnTheWay(): FeedsOnTheWay & { all(): OnTheWay[] } {
  const table = new Map<string, OnTheWay>();
  return {
    all: () => [...table.values()].map((mark) => ({ ...mark })),
    mark: async (marks) => {
      for (const mark of marks) {
        table.set(mark.id, { ...mark });
      }
    },
    read: async (ids) =>
      new Map(ids.flatMap((id) => (table.has(id) ? [[id, table.get(id) as OnTheWay] as const] : []))),
  };
}

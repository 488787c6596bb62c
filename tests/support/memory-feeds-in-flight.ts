import type { FeedInFlight, FeedsInFlight } from '../../src/shared/tables/feeds-in-flight.ts';

/** Marks of feeds in memory. */
export function memoryFeedsInFlight(): FeedsInFlight & { all(): FeedInFlight[] } {
  const table = new Map<string, FeedInFlight>();
  return {
    all: () => [...table.values()].map((mark) => ({ ...mark })),
    mark: async (marks) => {
      for (const mark of marks) {
        table.set(mark.id, { ...mark });
      }
    },
    read: async (ids) =>
      new Map(ids.flatMap((id) => (table.has(id) ? [[id, table.get(id) as FeedInFlight] as const] : []))),
  };
}

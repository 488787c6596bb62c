import type { ListEntry } from './listing.ts';

/** Keeps the orders of lists that were asked for lately: sorting thousands of titles for every page would be waste. */
export type OrderCache = {
  /** The order under `key`, built when it is not kept. The key must name everything the order depends on. */
  get(key: string, build: () => readonly ListEntry[]): readonly ListEntry[];
};

const defaultCapacity = 48;

/** An order cache that forgets the order built longest ago when it holds more than `capacity` (default 48). */
export function createOrderCache(capacity = defaultCapacity): OrderCache {
  const kept = new Map<string, readonly ListEntry[]>();
  return {
    get: (key, build) => {
      const known = kept.get(key);
      if (known !== undefined) {
        return known;
      }
      const built = build();
      kept.set(key, built);
      forgetOldest(kept, capacity);
      return built;
    },
  };
}

function forgetOldest(kept: Map<string, unknown>, capacity: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= capacity) {
      return;
    }
    kept.delete(key);
  }
}

import { type Kept, memoryTier } from '../../src/reader/memory-tier.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** Loads that wait until a test lets them end. */
export function gatedLoads<V>() {
  const open: { end: (kept: Kept<V>) => void; fail: (error: Error) => void }[] = [];
  return {
    open,
    load: () =>
      new Promise<Kept<V>>((resolve, reject) => {
        open.push({ end: resolve, fail: reject });
      }),
  };
}

/** An empty tier on virtual time. */
export function openTier(maxBytes = 1_000_000) {
  const clock: VirtualClock = virtualClock();
  const tier = memoryTier(maxBytes, clock);
  let loads = 0;
  /** A load that gives its own number. */
  const numbered = (keepMs: number) => async () => {
    loads += 1;
    return { value: loads, keepMs };
  };
  return { clock, tier, numbered, loads: () => loads };
}

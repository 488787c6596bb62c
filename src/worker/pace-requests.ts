import type { Clock } from '../shared/ports/clock.ts';
import type { RequestGate } from './tmdb-port.ts';

/**
 * Spaces the calls of one container evenly: call n starts no sooner than 1/rate after call n-1. A slot is taken before
 * the wait, so concurrent jobs line up; idle time saves nothing up, so there is never a burst.
 */
export function paceRequests(requestsPerSecond: number, clock: Clock): RequestGate {
  const intervalMs = 1000 / requestsPerSecond;
  let nextSlotMs = Number.NEGATIVE_INFINITY;
  return {
    enter: async () => {
      const nowMs = clock.monotonicMs();
      const slotMs = Math.max(nowMs, nextSlotMs);
      nextSlotMs = slotMs + intervalMs;
      if (slotMs > nowMs) {
        await clock.sleep(slotMs - nowMs);
      }
    },
  };
}

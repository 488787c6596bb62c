import type { RefreshLeases } from '../../src/reader/pipeline-requests.ts';
import { clockSkewMs } from '../../src/shared/core/clock.ts';
import { noHook, type StoreHook } from './call-hook.ts';

/** Leases in memory, shared by all who hold this object. */
export type MemoryRefreshLeases = RefreshLeases & {
  /** Every take and how it ended, in order. */
  readonly takes: readonly { subject: string; seen: string; periodMs: number; taken: boolean }[];
  /** Subjects that were given back, in order. */
  readonly released: readonly string[];
};

export function memoryRefreshLeases(hook: StoreHook = noHook): MemoryRefreshLeases {
  const held = new Map<string, { seen: string; takenAtMs: number }>();
  const takes: { subject: string; seen: string; periodMs: number; taken: boolean }[] = [];
  const released: string[] = [];
  return {
    takes,
    released,
    take: (subject, seen, nowMs, periodMs) =>
      hook('take', () => {
        const lease = held.get(subject);
        const ageMs = nowMs - (lease?.takenAtMs ?? 0);
        const isOver = ageMs >= periodMs || ageMs < -Math.min(periodMs, clockSkewMs);
        const taken = lease === undefined || lease.seen < seen || isOver;
        takes.push({ subject, seen, periodMs, taken });
        if (taken) {
          held.set(subject, { seen, takenAtMs: nowMs });
        }
        return taken;
      }),
    release: (subject) =>
      hook('release', () => {
        held.delete(subject);
        released.push(subject);
      }),
  };
}

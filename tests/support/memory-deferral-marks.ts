import type { DeferralMarks } from '../../src/worker/work-dependencies.ts';

/** Marks in memory. */
export function memoryDeferralMarks(): DeferralMarks & { readonly keys: ReadonlyMap<string, number> } {
  const keys = new Map<string, number>();
  return {
    keys,
    wasSent: async (key) => keys.has(key),
    sent: async (key, expiresAtMs) => void keys.set(key, expiresAtMs),
  };
}

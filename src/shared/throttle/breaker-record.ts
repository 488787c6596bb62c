import * as z from 'zod';
import type { Redact } from '../core/redact-token.ts';

/** Why the breaker is open. `by-hand`: an operator opened it. */
const breakerReasons = ['failures', 'token-rejected', 'by-hand'] as const;

/** The breaker as all workers share it: one item of the control table. Absent means closed. */
export const breakerRecordSchema = z.object({
  state: z.enum(['open', 'closed']),
  reason: z.enum(breakerReasons),
  /** One sentence: TMDB's words, or the operator's. */
  detail: z.string(),
  /** ISO 8601 UTC of the last change. */
  since: z.iso.datetime(),
  /** Epoch milliseconds from which on one trial may be made. */
  retryAtMs: z.number(),
  /** Until then a worker holds the trial, and no other worker makes one. */
  trialUntilMs: z.number(),
  /** cockatiel's state. */
  machine: z.string(),
  /** Counts the changes; a change is made on condition that nobody else made one. */
  revision: z.int().min(1),
});

export type BreakerRecord = z.infer<typeof breakerRecordSchema>;

/** Where the shared breaker is kept. */
export type BreakerStore = {
  /** The record as it is now; `undefined` when there is none. */
  read(): Promise<BreakerRecord | undefined>;
  /** Stores `next` unless the record is no longer of revision `seenRevision` (0: there was none); says whether it did. */
  replace(next: BreakerRecord, seenRevision: number): Promise<boolean>;
};

/** Keeps the breaker in `store` with no token in its detail, which is in TMDB's words. */
export function redactedBreakerStore(store: BreakerStore, redact: Redact): BreakerStore {
  return {
    read: () => store.read(),
    replace: (next, seenRevision) => store.replace({ ...next, detail: redact(next.detail) }, seenRevision),
  };
}

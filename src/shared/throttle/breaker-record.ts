import * as z from 'zod';
import type { Redact } from '../core/redact-token.ts';

/** Why the breaker is open. `by-hand`: an operator opened it. */
const breakerReasons = ['failures', 'token-rejected', 'by-hand'] as const;

/** The breaker that all workers share: one item of the control table. Absent means closed. */
export const breakerRecordSchema = z.object({
  state: z.enum(['open', 'closed']),
  reason: z.enum(breakerReasons),
  /** One sentence: TMDB's message, or the operator's. */
  detail: z.string(),
  /** ISO 8601 UTC of the last change. */
  since: z.iso.datetime(),
  /** From this time on one trial may be made (epoch milliseconds). */
  retryAtMs: z.number(),
  /** Until this time a worker holds the trial, and no other worker makes one (epoch milliseconds). */
  trialUntilMs: z.number(),
  /** cockatiel's state. */
  machine: z.string(),
  /** Incremented by each change. A change is a conditional write that requires the revision that was read. */
  revision: z.int().min(1),
});

export type BreakerRecord = z.infer<typeof breakerRecordSchema>;

/** The store of the shared breaker. */
export type BreakerStore = {
  /** The current record; `undefined` if there is none. */
  read(): Promise<BreakerRecord | undefined>;
  /** Stores `next` if the record still has the revision `seenRevision` (0: there was none). Returns whether it did. */
  replace(next: BreakerRecord, seenRevision: number): Promise<boolean>;
};

/** A store that removes the token from `detail`, which may repeat a message of TMDB. */
export function redactedBreakerStore(store: BreakerStore, redact: Redact): BreakerStore {
  return {
    read: () => store.read(),
    replace: (next, seenRevision) => store.replace({ ...next, detail: redact(next.detail) }, seenRevision),
  };
}

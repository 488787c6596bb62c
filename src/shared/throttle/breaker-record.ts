import * as z from 'zod';

/** Why the breaker is open. `by-hand`: an operator opened it. */
export const breakerReasons = ['failures', 'token-rejected', 'by-hand'] as const;

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
  /** Until then a worker's trial is under way, and nobody else makes one. */
  trialUntilMs: z.number(),
  /** cockatiel's state. */
  machine: z.string(),
  /** Counts the changes; a change is made on condition that nobody else made one. */
  revision: z.int().min(1),
});

export type BreakerRecord = z.infer<typeof breakerRecordSchema>;

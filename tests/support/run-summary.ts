import * as z from 'zod';

const count = z.int().min(0);
const ms = z.number().min(0);

const jobCounts = z.strictObject({
  planned: count,
  succeeded: count,
  notFound: count,
  deferred: count,
  deadLettered: count,
  open: count,
});

/** Counts of jobs; what is not given is 0. */
export function jobsOf(over: Partial<z.infer<typeof jobCounts>>): z.infer<typeof jobCounts> {
  return { planned: 0, succeeded: 0, notFound: 0, deferred: 0, deadLettered: 0, open: 0, ...over };
}

/** What `run --json` ends with, member for member as the interface promises it. */
export const runSummarySchema = z.strictObject({
  schedule: z.enum(['daily', 'weekly', 'refresh']),
  runId: z.string().regex(/^[0-9a-f]{8}$/),
  jobs: jobCounts,
  tmdb: z.strictObject({
    requests: count,
    throttled: count,
    retries: count,
    latencyMs: z.strictObject({ p50: ms, p95: ms, max: ms }),
  }),
  rows: z.strictObject({ received: count, written: count, unchanged: count, superseded: count, rejected: count }),
  capacity: z.strictObject({ writeUnits: z.number().min(0), readUnits: z.number().min(0) }),
  titles: jobCounts,
  durationMs: count,
  estimatedCostUsd: z.number().min(0),
});

/** A run's summary. */
export type Summary = z.infer<typeof runSummarySchema>;

/** The same of a run that left something undone: with what and why. */
export const incompleteRunSchema = z.strictObject({
  ...runSummarySchema.shape,
  incomplete: z.strictObject({ reason: z.string(), detail: z.string(), jobs: z.array(z.string()) }),
});

/** Sum of what can become of a list row. */
export function rowFates({ written, unchanged, superseded, rejected }: Summary['rows']): number {
  return written + unchanged + superseded + rejected;
}

/** SQS delays a message by at most this. Source: SQS quotas, November 2026. */
export const maxDelaySeconds = 900;
const baseMs = 5_000;
/** Short enough that a backlog is under way again within minutes of TMDB's return. */
const growthCapMs = 150_000;

/** Delay before jitter at the deferral that follows `deferrals` others. */
function growthMsAfter(deferrals: number): number {
  return Math.min(growthCapMs, baseMs * 2 ** Math.min(deferrals, 10));
}

/** Seconds that a job has waited at the least which was deferred so often: half of each delay is jitter. */
export function leastWaitedSeconds(deferrals: number): number {
  const growing = Array.from({ length: Math.min(deferrals, 10) }, (_, index) => growthMsAfter(index));
  const grownMs = growing.reduce((sum, ms) => sum + ms, 0) + Math.max(0, deferrals - 10) * growthCapMs;
  return Math.floor(grownMs / 2 / 1_000);
}

/**
 * How long a job waits on the queue: at least `minimumMs` (what the breaker, the schedule or TMDB asked for), plus a delay
 * that doubles with each deferral and is jittered by half. Whole seconds.
 */
export function deferralDelaySeconds(deferrals: number, minimumMs: number, fraction: number): number {
  const growthMs = growthMsAfter(deferrals);
  const delayMs = minimumMs + growthMs / 2 + fraction * (growthMs / 2);
  return Math.min(maxDelaySeconds, Math.ceil(delayMs / 1_000));
}

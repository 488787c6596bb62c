/** SQS delays a message by at most this. Source: SQS quotas, November 2026. */
export const maxDelaySeconds = 900;
const baseMs = 5_000;
/** Short enough that a backlog is under way again within minutes of TMDB's return. */
const growthCapMs = 150_000;

/**
 * How long a job waits on the queue: at least `minimumMs` (what the breaker, the schedule or TMDB asked for), plus a delay
 * that doubles with each deferral and is jittered by half. Whole seconds.
 */
export function deferralDelaySeconds(deferrals: number, minimumMs: number, fraction: number): number {
  const growthMs = Math.min(growthCapMs, baseMs * 2 ** Math.min(deferrals, 10));
  const delayMs = minimumMs + growthMs / 2 + fraction * (growthMs / 2);
  return Math.min(maxDelaySeconds, Math.ceil(delayMs / 1_000));
}

/**
 * 1 when just fetched, 0 from the hard TTL on, linear in between. A fetch time in the future counts as now. Times are epoch milliseconds.
 */
export function freshnessScore(fetchedAtMs: number, expiresAtMs: number, nowMs: number): number {
  const lifeMs = expiresAtMs - fetchedAtMs;
  if (lifeMs <= 0 || nowMs >= expiresAtMs) {
    return 0;
  }
  return Math.min(1, (expiresAtMs - nowMs) / lifeMs);
}

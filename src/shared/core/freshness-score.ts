/**
 * 1 when just fetched, 0 at the hard TTL and later; in between it falls evenly. A fetch in the future counts as now. Times are epoch
 * milliseconds.
 */
export function freshnessScore(fetchedAtMs: number, expiresAtMs: number, nowMs: number): number {
  const lifeMs = expiresAtMs - fetchedAtMs;
  if (lifeMs <= 0 || nowMs >= expiresAtMs) {
    return 0;
  }
  return Math.min(1, (expiresAtMs - nowMs) / lifeMs);
}

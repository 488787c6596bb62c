/**
 * The most of `timesMs` in any stretch that is `windowMs` long (its end does not belong to it). Moments less than a
 * microsecond apart are the same: sums of fractions are not exact.
 */
export function mostWithin(windowMs: number, timesMs: readonly number[]): number {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const tolerance = 1e-3;
  let most = 0;
  let from = 0;
  for (const [index, atMs] of sorted.entries()) {
    while (atMs - (sorted[from] ?? 0) >= windowMs - tolerance) {
      from += 1;
    }
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** The smallest distance between two of `timesMs`; Infinity when there are fewer than two. */
export function smallestGap(timesMs: readonly number[]): number {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return sorted.slice(1).reduce((least, atMs, index) => Math.min(least, atMs - (sorted[index] ?? 0)), Infinity);
}

/** The smallest distance between two slots that are valid together: an alarm voids all that were taken before it. */
export function smallestGapOfAlarm(slots: readonly { atMs: number; alarmAtMs: number }[]): number {
  const alarms = new Set(slots.map(({ alarmAtMs }) => alarmAtMs));
  const gaps = [...alarms].map((alarm) =>
    smallestGap(slots.filter(({ alarmAtMs }) => alarmAtMs === alarm).map(({ atMs }) => atMs)),
  );
  return Math.min(Infinity, ...gaps);
}

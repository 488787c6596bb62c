/** The time that the simulator runs on, e.g. a virtual clock in tests. Epoch milliseconds are UTC. */
export type Clock = {
  /** The wall clock, in epoch milliseconds. It may jump. */
  nowMs(): number;
  /** A clock that never goes back, in milliseconds from an arbitrary origin: for durations. */
  monotonicMs(): number;
  /** Resolves after `delayMs`, or as soon as `signal` aborts; never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
};

/** Milliseconds in a day of UTC. */
export const dayMs = 86_400_000;

/** Milliseconds in an hour. */
export const hourMs = 3_600_000;

/** The UTC day of an epoch time in milliseconds, as whole days since 1970-01-01. */
export function dayOfMs(epochMs: number): number {
  return Math.floor(epochMs / dayMs);
}

/** A day as `YYYY-MM-DD`; the empty text for `undefined`, which is how TMDB writes an unknown date. */
export function dateOfDay(day: number | undefined): string {
  return day === undefined ? '' : new Date(day * dayMs).toISOString().slice(0, 10);
}

/** `YYYY-MM-DD` as a day; `undefined` for any other text and for days that no month has. */
export function dayOfDate(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) {
    return undefined;
  }
  const epochMs = Date.parse(`${date}T00:00:00.000Z`);
  // `Date.parse` may roll 31 February over into March: converted back, the day must give the same text.
  return Number.isNaN(epochMs) || dateOfDay(dayOfMs(epochMs)) !== date ? undefined : dayOfMs(epochMs);
}

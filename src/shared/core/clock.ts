/** Randomness as a port, so that a seed replays a run. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
};

/**
 * Clock difference between two machines above which one of them counts as wrong, for times that only describe data: when a page was
 * fetched, when a mark was set. A stored time further in the future than this is ignored.
 */
export const clockSkewMs = 5 * 60_000;

/**
 * The same for times that stop calls: the timeline of slots and the breaker. Synchronized hosts differ by milliseconds. A host that is
 * behind by more than this sometimes makes a call too early.
 */
export const callSkewMs = 10_000;

/**
 * Time as a port: every wait and every reading of the time goes through one of these, so that tests run on virtual time.
 * Epoch milliseconds, UTC.
 */
export type Clock = {
  /** The wall clock, in epoch milliseconds. It may jump. */
  nowMs(): number;
  /** A clock that never goes back, in milliseconds from an arbitrary origin: for durations. */
  monotonicMs(): number;
  /** Resolves after `delayMs`; resolves at once (never rejects) when `signal` aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
};

/** A minute, an hour and a day in milliseconds. */
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The last time that a JavaScript `Date` can represent, in epoch milliseconds. */
export const latestDateMs = 8_640_000_000_000_000;

/**
 * Epoch milliseconds as ISO 8601 UTC with milliseconds, e.g. `2026-11-23T08:00:00.000Z`: sorts as a string. A value outside the range of
 * `Date` (a damaged row may hold 1e300) is clamped to the range.
 */
export function isoFromMs(epochMs: number): string {
  return new Date(Math.max(-latestDateMs, Math.min(epochMs, latestDateMs))).toISOString();
}

/** ISO 8601 to epoch milliseconds; the caller has validated the text. */
export function msFromIso(iso: string): number {
  return Date.parse(iso);
}

/**
 * Time-out: the result of `work`, or `otherwise` if it takes longer than `ms`. The work is not cancelled then. Rejects if `work` rejects.
 * `signal` ends the wait early, with `otherwise`.
 */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  otherwise: T,
  clock: Pick<Clock, 'sleep'>,
  signal?: AbortSignal,
): Promise<T> {
  const done = new AbortController();
  const over = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  try {
    return await Promise.race([work, clock.sleep(ms, over).then(() => otherwise)]);
  } finally {
    // A reason, since Node makes an exception, stack and all, for an abort without one.
    done.abort('done');
  }
}

/** Randomness as a port, so that a seed replays a run. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
};

/**
 * How far the clocks of two machines may be apart before one of them counts as wrong, where what is doubted is data: when a page was
 * fetched, when a mark was set. A time that lies further ahead than this is not waited for.
 */
export const clockSkewMs = 5 * 60_000;

/**
 * The same where what is doubted stops calls: the timeline of slots and the breaker. Hosts that are kept in order differ by
 * milliseconds; whoever is behind by more than this makes a call too early now and then.
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

/** The last moment that a date can name, in epoch milliseconds. */
export const latestDateMs = 8_640_000_000_000_000;

/**
 * Epoch milliseconds as ISO 8601 UTC with milliseconds, e.g. `2026-11-23T08:00:00.000Z`: sorts as a string. What is stored may be no
 * moment at all (1e300): it becomes the last, or first, that there is.
 */
export function isoFromMs(epochMs: number): string {
  return new Date(Math.max(-latestDateMs, Math.min(epochMs, latestDateMs))).toISOString();
}

/** ISO 8601 to epoch milliseconds; the caller has validated the text. */
export function msFromIso(iso: string): number {
  return Date.parse(iso);
}

/**
 * The time-out of the house: what `work` brings, or `otherwise` when it takes longer than `ms`; the work itself goes on. Rejects as `work`
 * does. `signal` ends the wait early, with `otherwise`.
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
    done.abort();
  }
}

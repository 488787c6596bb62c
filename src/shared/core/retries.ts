import type { Clock, Random } from './clock.ts';

/**
 * Delay in milliseconds before the retry that follows attempt number `attempt` (from 1), with full jitter: uniform between 0 and
 * `baseMs × 2^(attempt - 1)`, which is capped at `capMs`. `fraction` in [0, 1) is the random draw.
 * Source: AWS Architecture Blog, exponential back-off and jitter, 2015.
 */
export function fullJitterDelayMs(
  attempt: number,
  fraction: number,
  { baseMs, capMs }: { baseMs: number; capMs: number },
): number {
  return fraction * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}

/** How often, and after what pauses, the remaining items are tried again. */
type RetryRounds = {
  /** Gives up after this many rounds in a row that took nothing. */
  idleRounds: number;
  /** The longest pause after a round that took something; it doubles with each idle round. */
  baseMs: number;
  clock: Pick<Clock, 'sleep'>;
  random: Random;
};

/**
 * Calls `takeSome`, which returns the items that were not taken, until none is left. A throttled batch call of AWS leaves some items
 * unprocessed, and the SDK does not send these again. Returns the items that are still open after the last idle round.
 */
export async function takeAll<T>(
  items: readonly T[],
  takeSome: (open: readonly T[]) => Promise<readonly T[]>,
  { idleRounds, baseMs, clock, random }: RetryRounds,
): Promise<readonly T[]> {
  let open = items;
  for (let idle = 0; open.length > 0; ) {
    const rest = await takeSome(open);
    idle = rest.length < open.length ? 0 : idle + 1;
    open = rest;
    if (open.length > 0) {
      if (idle === idleRounds) {
        return open;
      }
      const capMs = baseMs * 2 ** idleRounds;
      await clock.sleep(fullJitterDelayMs(idle + 1, random.next(), { baseMs, capMs }));
    }
  }
  return open;
}

/**
 * Immediate retries are for a single lost call, not for an outage: each call earns a share of a retry, and a retry spends one.
 * A job for which no retry is left is deferred. Source: Amazon Builders' Library, timeouts, retries and back-off, 2019.
 */
export type RetryBudget = {
  /** To be called for the first call of each job. */
  earn(): void;
  /** Spends one retry; false if none is left. */
  trySpend(): boolean;
};

/** A budget that earns `sharePerCall` retries for each call. It begins with `burst` retries and never holds more. */
export function retryBudget(sharePerCall: number, burst: number): RetryBudget {
  let tokens = burst;
  return {
    earn: () => {
      tokens = Math.min(burst, tokens + sharePerCall);
    },
    trySpend: () => {
      // The tolerance is for floating point: ten times 0.1 is not exactly 1.
      if (tokens < 1 - 1e-9) {
        return false;
      }
      tokens -= 1;
      return true;
    },
  };
}

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

/** How often and how soon a rest is tried again. */
type RestPatience = {
  /** Rounds in a row that take nothing, after which the rest is given back. */
  idleRounds: number;
  /** The longest pause after the first round; it doubles with each idle one. */
  baseMs: number;
  clock: Pick<Clock, 'sleep'>;
  random: Random;
};

/**
 * Hands `items` to `takeSome`, which returns those that were not taken, until none is left: AWS's batch calls leave a part open when they
 * throttle, which the SDK does not send again. Returns what was still open after the last idle round.
 */
export async function takeAll<T>(
  items: readonly T[],
  takeSome: (open: readonly T[]) => Promise<readonly T[]>,
  { idleRounds, baseMs, clock, random }: RestPatience,
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
 * Immediate retries are for the odd lost call, not for an outage: each call earns a share of a retry, and a retry spends
 * one. What it does not cover is deferred. Source: Amazon Builders' Library, timeouts, retries and back-off, 2019.
 */
export type RetryBudget = {
  /** A first call of a job was made. */
  earn(): void;
  /** Takes one retry if there is one. */
  trySpend(): boolean;
};

/** `sharePerCall` retries for each call, `burst` to begin with and at most. */
export function retryBudget(sharePerCall: number, burst: number): RetryBudget {
  let tokens = burst;
  return {
    earn: () => {
      tokens = Math.min(burst, tokens + sharePerCall);
    },
    trySpend: () => {
      // Tenths do not add up to one exactly.
      if (tokens < 1 - 1e-9) {
        return false;
      }
      tokens -= 1;
      return true;
    },
  };
}

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

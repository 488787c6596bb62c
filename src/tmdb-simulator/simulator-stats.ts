/**
 * What a simulator has seen since it started. Each request below `/3` ends in exactly one of `answered`, `throttled`,
 * `faulted` and `unauthorized`; the sum is smaller than `requests` only while requests are under way or after clients left
 * before their answer.
 */
export type SimulatorStats = {
  requests: number;
  /** Answered by the catalogue, 304 and 4xx included. */
  answered: number;
  /** Refused by the rate limit; a 429 by a fault is `faulted`. */
  throttled: number;
  faulted: number;
  /** Refused for want of a valid token. */
  unauthorized: number;
  /** The most requests that came in any sliding second, refused ones included. */
  maxRequestsInAnySecond: number;
};

import { isoFromMs } from '../../shared/core/clock.ts';
import { tooFarAhead } from '../../shared/throttle/rate-doubt.ts';
import { noiseShare, rateAt } from '../../shared/throttle/rate-rule.ts';
import { nextSlotMs, type RateLimits, type RateState } from '../../shared/throttle/rate-schedule.ts';

/** The throttle as `status` tells it. Times are ISO 8601 UTC, `null` where they are past. */
export type RateStatus = {
  /** The rate now, in calls a second. */
  perSecond: number;
  /** The configured rate, which is never exceeded. */
  limitPerSecond: number;
  /** The rate above which TMDB refuses calls; `null` while no such limit is known. */
  ceilingPerSecond: number | null;
  /** The share of calls that TMDB refuses at any rate, as far as it is known. */
  noiseShare: number;
  /** TMDB's answers since the throttle was last reset, and the refusals (429) among them. */
  answers: number;
  refusals: number;
  /** TMDB asked for a pause until then. */
  pausedUntil: string | null;
  /** Slots are taken until then. */
  busyUntil: string | null;
  /** How long a call that came now would wait; 0 when there is a slot at once. */
  waitSeconds: number;
  /** A clock that is wrong has put one of these times further ahead than any batch could; it mends itself within a minute. */
  wrongClock: boolean;
};

/** What the schedule says at `nowMs`. */
export function describeRate(rate: RateState, limits: RateLimits, nowMs: number): RateStatus {
  const ahead = (ms: number) => (ms > nowMs ? isoFromMs(ms) : null);
  const slotMs = nextSlotMs(rate, nowMs);
  const waitMs = Math.max(0, slotMs - nowMs, rate.pausedUntilMs - nowMs);
  return {
    perSecond: tenths(rateAt(rate, nowMs, limits)),
    limitPerSecond: limits.requestsPerSecond,
    ceilingPerSecond: rate.ceiling > 0 ? tenths(rate.ceiling) : null,
    noiseShare: Math.round(noiseShare(rate) * 1_000) / 1_000,
    answers: rate.answers,
    refusals: rate.refusals,
    pausedUntil: ahead(rate.pausedUntilMs),
    busyUntil: ahead(slotMs),
    waitSeconds: Math.round(waitMs / 100) / 10,
    wrongClock: tooFarAhead(rate, nowMs, limits) !== undefined,
  };
}

/** Rounded to a tenth. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

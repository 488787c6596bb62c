import { isoFromMs } from '../../shared/core/clock.ts';
import { tooFarAhead } from '../../shared/throttle/rate-doubt.ts';
import { type RateFigures, rateFigures } from '../../shared/throttle/rate-figures.ts';
import { nextSlotMs, type RateLimits, type RateState } from '../../shared/throttle/rate-schedule.ts';

/** The throttle as `status` tells it. Times are ISO 8601 UTC, `null` where they are past. */
export type RateStatus = RateFigures & {
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
    ...rateFigures(rate, limits, nowMs),
    pausedUntil: ahead(rate.pausedUntilMs),
    busyUntil: ahead(slotMs),
    waitSeconds: Math.round(waitMs / 100) / 10,
    wrongClock: tooFarAhead(rate, nowMs, limits) !== undefined,
  };
}

/**
 * Times of the schedule that lie further ahead than any batch could have put them: a container whose clock was wrong has written them,
 * or the one that looks has a wrong clock. The two look alike, so nothing is changed at the first look:
 *
 *   first look → the time is noted as doubted → it has not moved for `doubtMs` → it is brought back to the present
 *
 * A timeline that is in use moves within seconds, so a container that is behind the others brings nothing back while they work.
 */
import { idleRateState, type RateLimits, type RateState } from './rate-schedule.ts';

/** How long a time must have stood still before it is brought back; with the first look and the next, less than a minute. */
export const doubtMs = 20_000;

/** A time that somebody found too far ahead, and when that was (epoch milliseconds). */
export type Doubt = { valueMs: number; sinceMs: number };

const times = ['nextSlotMs', 'pausedUntilMs', 'slowSinceMs'] as const;

/** The first time of `state` that no batch can have put where it is. */
export function tooFarAhead(
  state: RateState,
  nowMs: number,
  limits: RateLimits,
): { name: (typeof times)[number]; valueMs: number } | undefined {
  const name = times.find((one) => state[one] > nowMs + limits.aheadCapMs);
  return name && { name, valueMs: state[name] };
}

/** What to do about a time that is too far ahead: note it, wait until it has stood still for long enough, or bring it back. */
export function judgeDoubt(valueMs: number, doubt: Doubt | undefined, nowMs: number): 'note' | 'wait' | 'mend' {
  // A doubt from the future is that of a clock that is ahead of this one.
  if (doubt === undefined || doubt.valueMs !== valueMs || doubt.sinceMs > nowMs + doubtMs) {
    return 'note';
  }
  return nowMs - doubt.sinceMs >= doubtMs ? 'mend' : 'wait';
}

/** The state with what is too far ahead brought back to the present; the rate after a throttle stays what it was. */
export function broughtBack(state: RateState, nowMs: number, limits: RateLimits): RateState {
  const isAhead = (ms: number) => ms > nowMs + limits.aheadCapMs;
  // Whole milliseconds: the store must give back the very number it was given.
  const presentMs = Math.ceil(nowMs);
  const pausedUntilMs = isAhead(state.pausedUntilMs) ? 0 : state.pausedUntilMs;
  return {
    nextSlotMs: isAhead(state.nextSlotMs) ? Math.max(presentMs, pausedUntilMs) : state.nextSlotMs,
    slowRate: state.slowRate,
    slowSinceMs: isAhead(state.slowSinceMs) ? presentMs : state.slowSinceMs,
    pausedUntilMs,
  };
}

/** The full rate, without a pause. The timeline goes on where it is: slots that were given stay their owners'. */
export function unthrottled(state: RateState, nowMs: number, limits: RateLimits): RateState {
  return { ...idleRateState, nextSlotMs: broughtBack({ ...state, pausedUntilMs: 0 }, nowMs, limits).nextSlotMs };
}

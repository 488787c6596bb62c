import { callSkewMs } from '../core/clock.ts';
import type { Settings } from '../settings/settings-schema.ts';

/**
 * One timeline of slots that all workers share. A slot is a moment at which one call may start; slots are 1/rate apart.
 * Whoever wants to call takes the next `count` slots and moves the timeline's end behind them:
 *
 *   busy  the end lies ahead   → the slots follow it
 *   idle  the end lies behind  → the slots start now; what was not used is lost, so there is never a burst
 *
 * A throttle by TMDB cuts the rate at once and pauses the timeline; from then on the rate rises with time alone, so raising
 * it takes no write. Pure: the driver stores the state and waits.
 *
 * What a container with a wrong clock has written is mended (rate-doubt.ts).
 */

/** What the workers share. Times are epoch milliseconds. */
export type RateState = {
  /** End of the timeline: the next slot when it is busy. */
  nextSlotMs: number;
  /** Rate right after the last throttle, in calls a second; the limit when there was none. */
  slowRate: number;
  /** When that was; 0 when there was none. */
  slowSinceMs: number;
  /** Slots before this moment are void: TMDB asked for a pause. */
  pausedUntilMs: number;
};

/** How fast the schedule may go and how it slows down. */
export type RateLimits = {
  requestsPerSecond: number;
  /** Never slower than this, or a throttled pipeline would not find out that it may go on. */
  floorPerSecond: number;
  /** The rate is multiplied by this at a throttle. */
  slowdown: number;
  /** Calls a second gained back in each minute without a throttle. */
  recoveryPerMinute: number;
  /** Pause after a throttle that named none. */
  pauseMs: number;
  /** A longer pause than this is not believed. */
  pauseCapMs: number;
  /** No batch moves a time of the schedule further ahead of the present than this: what lies beyond was written by a wrong clock. */
  aheadCapMs: number;
};

/** Before anyone has called. */
export const idleRateState: RateState = { nextSlotMs: 0, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 };

/** Throttles of calls that were in flight together are one event. */
const sameEventMs = 2_000;

/** Calls a second that are allowed at `nowMs`. */
export function rateAt(state: RateState, nowMs: number, limits: RateLimits): number {
  if (state.slowSinceMs === 0) {
    return limits.requestsPerSecond;
  }
  const gained = (Math.max(0, nowMs - state.slowSinceMs) / 60_000) * limits.recoveryPerMinute;
  const floor = Math.min(limits.floorPerSecond, limits.requestsPerSecond);
  return Math.min(limits.requestsPerSecond, Math.max(floor, state.slowRate) + gained);
}

/** Milliseconds between two slots at `nowMs`. */
function slotIntervalMs(state: RateState, nowMs: number, limits: RateLimits): number {
  return 1_000 / rateAt(state, nowMs, limits);
}

/**
 * How far `count` slots move the timeline's end. In whole microseconds: DynamoDB adds decimals exactly, JavaScript does not,
 * and a moment read back must still be the moment that is stored. Rounded up, so that the rate stays below its limit.
 */
export function stepMs(state: RateState, count: number, nowMs: number, limits: RateLimits): number {
  return Math.ceil(count * slotIntervalMs(state, nowMs, limits) * 1_000) / 1_000;
}

/** The moments of `count` slots that moved the end by `step` milliseconds to `endMs`, ascending. */
export function slotsBefore(endMs: number, step: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => endMs - step + (index * step) / count);
}

/** Takes `count` slots: the new state and the slots' moments, ascending. Drivers keep it by conditional writes. */
export function takeSlots(
  state: RateState,
  count: number,
  nowMs: number,
  limits: RateLimits,
): { state: RateState; slotsMs: number[] } {
  const step = stepMs(state, count, nowMs, limits);
  const endMs = Math.max(state.nextSlotMs, nowMs) + step;
  return { state: { ...state, nextSlotMs: endMs }, slotsMs: slotsBefore(endMs, step, count) };
}

/** TMDB throttled a call: pause for everyone, and a lower rate from then on. */
export function slowDown(
  state: RateState,
  retryAfterMs: number | undefined,
  nowMs: number,
  limits: RateLimits,
): RateState {
  const pauseMs = Math.min(limits.pauseCapMs, retryAfterMs ?? limits.pauseMs);
  // Whole milliseconds: the store must give back the very number it was given.
  const pausedUntilMs = Math.max(state.pausedUntilMs, Math.ceil(nowMs + pauseMs));
  const nextSlotMs = Math.max(state.nextSlotMs, pausedUntilMs);
  // A throttle of tomorrow is another event: it must not keep this one from slowing down.
  const isBelieved = state.slowSinceMs > 0 && state.slowSinceMs <= nowMs + limits.aheadCapMs;
  if (isBelieved && nowMs - state.slowSinceMs < sameEventMs) {
    return { ...state, pausedUntilMs, nextSlotMs };
  }
  const slowRate = Math.max(limits.floorPerSecond, rateAt(state, nowMs, limits) * limits.slowdown);
  return { nextSlotMs, pausedUntilMs, slowRate, slowSinceMs: nowMs };
}

/**
 * Times of the schedule that lie further ahead than any batch could have put them: a container whose clock was wrong has written them,
 * or the one that looks has a wrong clock. The two look alike, so nothing is changed at the first look:
 *
 *   first look → the time is noted as doubted → it has not moved for `doubtMs` → it is brought back to the present
 *
 * A timeline that is in use moves within seconds, so a container that is behind the others brings nothing back while they work.
 */

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

/** The limits of a schedule of `requestsPerSecond` (default: all of the settings' calls). */
export function rateLimitsOf(
  settings: Settings,
  requestsPerSecond: number = settings.tmdb.requestsPerSecond,
): RateLimits {
  const { rate, worker } = settings;
  const floorPerSecond = Math.min(rate.floorPerSecond, requestsPerSecond);
  // A batch takes slots within its invocation, and moves the end on by all of them; a pause moves it by its cap.
  const longestWaitMs = Math.max(worker.timeoutSeconds * 1_000, rate.pauseCapMs);
  const longestStepMs = (worker.batchSize / floorPerSecond) * 1_000;
  return { ...rate, requestsPerSecond, floorPerSecond, aheadCapMs: longestWaitMs + longestStepMs + callSkewMs };
}

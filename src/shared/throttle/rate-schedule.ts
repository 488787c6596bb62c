import { callSkewMs } from '../core/clock.ts';
import type { Settings } from '../settings/settings-schema.ts';

/**
 * One timeline of slots that all workers share. A slot is a moment at which one call may start; the distance between slots is 1/rate.
 * A worker takes the next `count` slots by moving the end of the timeline behind them:
 *
 *   busy  the end is in the future  → the slots follow it
 *   idle  the end is in the past    → the slots start now; unused slots are lost, so there is never a burst
 *
 * A throttle by TMDB reduces the rate at once and pauses the timeline. From then on the rate rises with time alone, so raising it needs
 * no write. The functions here are pure: the stores keep the state, and the gate waits.
 *
 * Times that a container with a wrong clock has written are repaired (see `tooFarAhead`).
 */

/** The state that all workers share. Times are epoch milliseconds. */
export type RateState = {
  /** End of the timeline: the next slot if it is busy. */
  nextSlotMs: number;
  /** Rate right after the last throttle, in calls a second; not used if there was none. */
  slowRate: number;
  /** Time of the last throttle; 0 if there was none. */
  slowSinceMs: number;
  /** End of the pause that TMDB asked for: earlier slots are void. */
  pausedUntilMs: number;
};

/** The limits of the rate, and how it slows down and recovers. */
export type RateLimits = {
  requestsPerSecond: number;
  /** The lowest rate: without any calls, the pipeline could not notice that TMDB accepts calls again. */
  floorPerSecond: number;
  /** A throttle multiplies the rate by this. */
  slowdown: number;
  /** Calls a second that are added in each minute without a throttle. */
  recoveryPerMinute: number;
  /** Pause after a throttle without Retry-After. */
  pauseMs: number;
  /** Longest pause; a longer Retry-After is cut to it. */
  pauseCapMs: number;
  /** The furthest that a batch can move a time of the schedule into the future. A later time was written by a wrong clock. */
  aheadCapMs: number;
};

/** The state before the first call. */
export const idleRateState: RateState = { nextSlotMs: 0, slowRate: 0, slowSinceMs: 0, pausedUntilMs: 0 };

/** Throttles within this time count as one, since their calls were in flight together. */
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
 * How far `count` slots move the end of the timeline, in milliseconds. Rounded to whole microseconds: DynamoDB adds decimals exactly,
 * JavaScript does not, and a time that is read must equal the stored one. Rounded up, so that the rate stays below its limit.
 */
export function stepMs(state: RateState, count: number, nowMs: number, limits: RateLimits): number {
  return Math.ceil(count * slotIntervalMs(state, nowMs, limits) * 1_000) / 1_000;
}

/** The times of `count` slots that moved the end by `step` milliseconds to `endMs`, ascending. */
export function slotsBefore(endMs: number, step: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => endMs - step + (index * step) / count);
}

/** Takes `count` slots: the new state, and the times of the slots, ascending. Stores save the state by conditional writes. */
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

/** The state after TMDB throttled a call: a pause for all workers, and a lower rate from then on. */
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
  // A throttle in the future comes from a wrong clock. It must not count as the same event, or this throttle would have no effect.
  const isBelieved = state.slowSinceMs > 0 && state.slowSinceMs <= nowMs + limits.aheadCapMs;
  if (isBelieved && nowMs - state.slowSinceMs < sameEventMs) {
    return { ...state, pausedUntilMs, nextSlotMs };
  }
  const slowRate = Math.max(limits.floorPerSecond, rateAt(state, nowMs, limits) * limits.slowdown);
  return { nextSlotMs, pausedUntilMs, slowRate, slowSinceMs: nowMs };
}

/**
 * Repair of times that are further in the future than any batch can put them. Either a container with a wrong clock has written them, or
 * the container that reads them has a wrong clock. These cases look the same, so the first read changes nothing:
 *
 *   first read → the time is noted as doubted → it has not moved for `doubtMs` → it is brought back to the present
 *
 * A timeline that is in use moves within seconds, so a container whose clock is behind repairs nothing while the others work.
 */

/** How long a doubted time must stay unchanged before it is brought back. With the reads before and after, less than a minute passes. */
export const doubtMs = 20_000;

/** A time that a worker found too far ahead, and when it did (epoch milliseconds). */
export type Doubt = { valueMs: number; sinceMs: number };

const times = ['nextSlotMs', 'pausedUntilMs', 'slowSinceMs'] as const;

/** The first time of `state` that is further ahead than a batch can put it. */
export function tooFarAhead(
  state: RateState,
  nowMs: number,
  limits: RateLimits,
): { name: (typeof times)[number]; valueMs: number } | undefined {
  const name = times.find((one) => state[one] > nowMs + limits.aheadCapMs);
  return name && { name, valueMs: state[name] };
}

/** What to do about a time that is too far ahead: note it, wait until it has been unchanged for `doubtMs`, or repair it. */
export function judgeDoubt(valueMs: number, doubt: Doubt | undefined, nowMs: number): 'note' | 'wait' | 'repair' {
  // A doubt from the future was noted by a clock that is ahead of this one, so it is noted again.
  if (doubt === undefined || doubt.valueMs !== valueMs || doubt.sinceMs > nowMs + doubtMs) {
    return 'note';
  }
  return nowMs - doubt.sinceMs >= doubtMs ? 'repair' : 'wait';
}

/** The state with all times that are too far ahead brought back to the present. The rate after a throttle is kept. */
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

/** The state with the full rate and without a pause. The end of the timeline stays, so slots that were taken remain valid. */
export function unthrottled(state: RateState, nowMs: number, limits: RateLimits): RateState {
  return { ...idleRateState, nextSlotMs: broughtBack({ ...state, pausedUntilMs: 0 }, nowMs, limits).nextSlotMs };
}

/** The limits of a schedule with `requestsPerSecond` (default: the full rate of the settings). */
export function rateLimitsOf(
  settings: Settings,
  requestsPerSecond: number = settings.tmdb.requestsPerSecond,
): RateLimits {
  const { rate, worker } = settings;
  const floorPerSecond = Math.min(rate.floorPerSecond, requestsPerSecond);
  // A batch takes slots that lie within its invocation, and moves the end by at most all of its jobs; a pause moves it by at most its cap.
  const longestWaitMs = Math.max(worker.timeoutSeconds * 1_000, rate.pauseCapMs);
  const longestStepMs = (worker.batchSize / floorPerSecond) * 1_000;
  return { ...rate, requestsPerSecond, floorPerSecond, aheadCapMs: longestWaitMs + longestStepMs + callSkewMs };
}

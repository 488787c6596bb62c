import { callSkewMs } from '../core/clock.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { type CallAnswer, type LearntRate, learn, nothingLearnt, type RateBounds, rateAt } from './rate-rule.ts';
import { withSlots } from './recent-calls.ts';

/**
 * A timeline of slots that all workers share. A slot is a moment at which one call may start; the distance between slots is 1/rate, and the
 * rate follows TMDB's answers (rate-rule.ts). A worker takes the next `count` slots by moving the end of the timeline behind them:
 *
 *   busy  the end is in the future  → the slots follow it
 *   idle  the end is in the past    → the slots start now; unused slots are lost, so there is never a burst
 *
 * With many workers the timeline has several lanes, each with its part of the rate, so that the slots of one worker lie far enough apart for
 * its few connections. After an alarm all slots that were taken before are void, and the lanes start anew.
 *
 * The functions here are pure: the stores keep the state, and the gate waits. Times that a container with a wrong clock has written are
 * repaired (rate-doubt.ts).
 */

/** The state that all workers share. Times are epoch milliseconds. */
export type RateState = LearntRate & {
  /** The end of each lane: its next slot if it is busy. */
  endsMs: readonly number[];
  /** End of the pause that TMDB asked for: earlier slots are void. */
  pausedUntilMs: number;
  /** A time that was found too far ahead, and when that was; 0 if there is none. */
  doubtedMs: number;
  doubtedAtMs: number;
};

/** The limits of the rate, of pauses and of slots. */
export type RateLimits = RateBounds & {
  /** TMDB's documented limit in calls a second. A late call is not made if it could exceed this. */
  limitPerSecond: number;
  /** Longest pause; a longer Retry-After is cut to it. */
  pauseCapMs: number;
  /** A slot may be used at least this late. */
  slotToleranceMs: number;
  /** How many lanes the timeline has. */
  lanes: number;
  /** The furthest that a worker can move a time of the schedule into the future. A later time was written by a wrong clock. */
  aheadCapMs: number;
};

/** The right to start one call. */
export type Slot = {
  /** Its moment, epoch milliseconds. */
  atMs: number;
  /** The rate at which it was taken, in calls a second. */
  ratePerSecond: number;
  /** It may be used so much later, in milliseconds; after that it is void. */
  lateMs: number;
  /** The alarm that was known when it was taken. After another alarm the slot is void. */
  alarmAtMs: number;
};

/** The state before the first call. */
export const idleRateState: RateState = {
  ...nothingLearnt,
  endsMs: [0],
  pausedUntilMs: 0,
  doubtedMs: 0,
  doubtedAtMs: 0,
};

/** A slot is never used later than this: the calls of workers that were stopped together would come together. */
const mostLateMs = 200;

/**
 * Most slots that are taken at once. With more, a batch would wait longer behind others, and more slots would be void after an alarm; fewer
 * cost more writes.
 */
export const mostSlotsAtOnce = 10;

/** After an alarm the lanes start so much later: by then all workers know that their slots are void. */
const noticeMs = 100;

/** Answers that come later than this after their slot say nothing about the present. */
const answerAgeMs = 60_000;

/** When the earliest free slot is, epoch milliseconds: the end of the lane that ends first, or the present. */
export function nextSlotMs(state: RateState, nowMs: number): number {
  return Math.max(nowMs, Math.min(...state.endsMs));
}

/** Takes `count` slots of the lane that ends first: the new state, and the slots, ascending. */
export function takeSlots(
  state: RateState,
  count: number,
  nowMs: number,
  limits: RateLimits,
): { state: RateState; slots: Slot[] } {
  const lanes = lanesOf(state, limits);
  const ratePerSecond = rateAt(state, nowMs, limits);
  const stepMs = (1_000 * limits.lanes) / ratePerSecond;
  const lane = lanes.indexOf(Math.min(...lanes));
  const fromMs = Math.max(lanes[lane] ?? 0, nowMs);
  const lateMs = lateMsAt(state, ratePerSecond, limits);
  const slots = Array.from({ length: count }, (_, index) => ({
    atMs: fromMs + index * stepMs,
    ratePerSecond,
    lateMs,
    alarmAtMs: state.alarmAtMs,
  }));
  const endsMs = lanes.map((endMs, index) => (index === lane ? fromMs + count * stepMs : endMs));
  const slotsMs = slots.map(({ atMs }) => atMs);
  return { state: { ...state, endsMs, recent: withSlots(state.recent, slotsMs, nowMs) }, slots };
}

/** The ends of the lanes. An item may have been written with another number of them: those that end last are kept. */
function lanesOf({ endsMs }: RateState, { lanes }: RateLimits): number[] {
  const latest = [...endsMs].sort((a, b) => b - a).slice(0, lanes);
  return [...latest, ...Array.from({ length: lanes - latest.length }, () => 0)];
}

/**
 * How late a slot may be used. If each call comes up to this late, any second still holds no more calls than TMDB admits: the calls of a
 * second plus this, and one more for each lane.
 */
function lateMsAt(state: RateState, ratePerSecond: number, limits: RateLimits): number {
  const limit = state.ceiling > 0 ? state.ceiling : limits.limitPerSecond;
  const spareMs = ((limit - limits.lanes) / ratePerSecond - 1) * 1_000;
  return Math.max(limits.slotToleranceMs, Math.min(mostLateMs, spareMs));
}

/** The state after TMDB's answers to calls: what the rate learns of them, and the pause that a Retry-After asks everybody for. */
export function afterAnswers(
  state: RateState,
  answers: readonly CallAnswer[],
  nowMs: number,
  limits: RateLimits,
): RateState {
  const current = answers.filter(({ slotMs }) => slotMs > nowMs - answerAgeMs);
  const learnt = { ...state, ...learn(state, current, nowMs) };
  const restarted = learnt.alarmAtMs === state.alarmAtMs ? learnt : withLanesFrom(learnt, nowMs + noticeMs, limits);
  const pauseMs = Math.max(0, ...current.map(({ retryAfterMs }) => retryAfterMs ?? 0));
  return pauseMs === 0 ? restarted : paused(restarted, Math.min(limits.pauseCapMs, pauseMs), nowMs);
}

/** All lanes start at `fromMs` or after the pause, their slots evenly spread. */
function withLanesFrom(state: RateState, fromMs: number, limits: RateLimits): RateState {
  const startMs = Math.max(fromMs, state.pausedUntilMs);
  const stepMs = 1_000 / rateAt(state, fromMs, limits);
  return { ...state, endsMs: Array.from({ length: limits.lanes }, (_, lane) => startMs + lane * stepMs) };
}

function paused(state: RateState, pauseMs: number, nowMs: number): RateState {
  // Whole milliseconds: the store must give back the very number it was given.
  const pausedUntilMs = Math.max(state.pausedUntilMs, Math.ceil(nowMs + pauseMs));
  return { ...state, pausedUntilMs, endsMs: state.endsMs.map((endMs) => Math.max(endMs, pausedUntilMs)) };
}

/** The limits of the schedule of all calls. `requestsPerSecond`: by default the rate of the settings. */
export function rateLimitsOf(settings: Settings, requestsPerSecond = settings.tmdb.requestsPerSecond): RateLimits {
  // Two workers share a lane: one uses its slots while the other waits for its answers.
  return limitsOf(settings, requestsPerSecond, Math.max(1, Math.floor(settings.worker.maximumConcurrency / 2)));
}

/**
 * The limits of the readers' own schedule: their share of the rate, and no more calls than their connections allow if each takes until its
 * time-out. A rate of 0 means that readers make no calls.
 */
export function readerRateLimitsOf(settings: Settings): RateLimits {
  const { rateShare, connections, timeoutMs, waitMs } = settings.reader.live;
  const longestSeconds = (timeoutMs + waitMs + mostLateMs) / 1_000;
  return limitsOf(settings, Math.min(settings.tmdb.requestsPerSecond * rateShare, connections / longestSeconds), 1);
}

function limitsOf(settings: Settings, requestsPerSecond: number, lanes: number): RateLimits {
  const { rate, worker, tmdb } = settings;
  const floorPerSecond = Math.min(rate.floorPerSecond, requestsPerSecond);
  // Slots are taken within an invocation, and a few at a time; a pause moves the end by at most its cap.
  const longestWaitMs = Math.max(worker.timeoutSeconds * 1_000, rate.pauseCapMs);
  const longestStepMs = ((mostSlotsAtOnce * lanes) / floorPerSecond) * 1_000;
  return {
    ...rate,
    requestsPerSecond,
    floorPerSecond,
    limitPerSecond: Math.max(tmdb.limitPerSecond, requestsPerSecond),
    lanes,
    aheadCapMs: longestWaitMs + longestStepMs + callSkewMs,
  };
}

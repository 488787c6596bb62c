import { callSkewMs } from '../core/clock.ts';
import { connectionsOfWorkers } from '../settings/event-source-pollers.ts';
import type { Settings } from '../settings/settings-schema.ts';
import { type LearntRate, nothingLearnt } from './learnt-rate.ts';
import { type CallAnswer, learn, noticeMs, type RateBounds, rateAt } from './rate-rule.ts';
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
  /** How many calls all workers together may have under way at once. */
  connections: number;
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

/** At the full rate a slot is never used later than this: the calls of workers that were stopped together would come together. */
const mostLateMs = 200;

/**
 * Most slots that are taken at once. With more, a batch would wait longer behind others, and more slots would be void after an alarm; fewer
 * cost more writes.
 */
export const mostSlotsAtOnce = 10;

/** Answers that come later than this after their slot say nothing about the present. */
const answerAgeMs = 60_000;

/** When the earliest free slot is, epoch milliseconds: the end of the lane that ends first, or the present. */
export function nextSlotMs(state: RateState, nowMs: number): number {
  return Math.max(nowMs, Math.min(...state.endsMs));
}

/** How many of the next slots are due within `withinMs`; at least one. */
export function slotsWithin(
  state: RateState,
  withinMs: number,
  nowMs: number,
  limits: RateLimits,
  callMs: number,
): number {
  const fromMs = nextSlotMs(state, nowMs);
  const stepMs = (1_000 * lanesOf(state, nowMs, limits).length) / ratesAt(state, fromMs, limits, callMs).slots;
  return 1 + Math.floor(Math.max(0, withinMs - (fromMs - nowMs)) / stepMs);
}

/**
 * Takes `count` slots of the lane that ends first: the new state, and the slots, ascending. `callMs`: how long a call lasts, as far as it is
 * known. There are no more slots than all connections together can use then.
 */
export function takeSlots(
  state: RateState,
  count: number,
  nowMs: number,
  limits: RateLimits,
  callMs = 0,
): { state: RateState; slots: Slot[] } {
  const lanes = lanesOf(state, nowMs, limits);
  const lane = lanes.indexOf(Math.min(...lanes));
  let atMs = Math.max(lanes[lane] ?? 0, nowMs);
  const slots = Array.from({ length: count }, () => {
    const rates = ratesAt(state, atMs, limits, callMs);
    const slot = {
      atMs,
      ratePerSecond: rates.slots,
      lateMs: lateMsAt(state, rates, limits),
      alarmAtMs: state.alarmAtMs,
    };
    atMs += (1_000 * lanes.length) / rates.slots;
    return slot;
  });
  const endsMs = lanes.map((endMs, index) => (index === lane ? atMs : endMs));
  const slotsMs = slots.map(({ atMs }) => atMs);
  return { state: { ...state, endsMs, recent: withSlots(state.recent, slotsMs, nowMs) }, slots };
}

/**
 * The ends of the lanes. Workers with other settings may have opened more of them: a lane that ends in the future is kept until then. A lane
 * that is missing begins when the last one ends.
 */
function lanesOf({ endsMs }: RateState, nowMs: number, { lanes }: RateLimits): number[] {
  const latestFirst = [...endsMs].sort((a, b) => b - a);
  const kept = latestFirst.filter((endMs, index) => index < lanes || endMs > nowMs);
  return [...kept, ...Array.from({ length: Math.max(0, lanes - kept.length) }, () => latestFirst[0] ?? 0)];
}

/** Calls a second: `full`: allowed; `slots`: of these as many as all connections can make if each call lasts `callMs` (Little's law). */
type Rates = { full: number; slots: number };

function ratesAt(state: RateState, atMs: number, limits: RateLimits, callMs: number): Rates {
  const full = rateAt(state, atMs, limits);
  const byConnections = (1_000 * limits.connections) / Math.max(1, callMs);
  return { full, slots: Math.min(full, Math.max(limits.floorPerSecond, byConnections)) };
}

/**
 * How late a slot may be used. If each of these calls comes up to this late, any second still holds no more calls than TMDB admits: the calls
 * of a second at the full rate (other workers may have shorter calls), those that are late, and one more for each lane.
 */
function lateMsAt(state: RateState, { full, slots }: Rates, limits: RateLimits): number {
  const isLimited = state.ceiling > 0 && full < limits.requestsPerSecond;
  const limit = isLimited ? state.ceiling : limits.limitPerSecond;
  const spareMs = ((limit - limits.lanes - full) / slots) * 1_000;
  return Math.max(limits.slotToleranceMs, slots < full ? spareMs : Math.min(mostLateMs, spareMs));
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
  const pairs = Math.floor(settings.worker.maximumConcurrency / 2);
  // The slots of different lanes may come together: all lanes at once must not exceed what TMDB admits beside the rate, nor the rate itself.
  const spare = Math.floor(Math.min(settings.tmdb.limitPerSecond - requestsPerSecond, requestsPerSecond / 2));
  return limitsOf(settings, requestsPerSecond, Math.max(1, Math.min(pairs, spare)));
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
  const connections = connectionsOfWorkers(settings);
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
    // Those that remain when they are divided among the workers are nobody's.
    connections: connections - (connections % worker.maximumConcurrency),
    aheadCapMs: longestWaitMs + longestStepMs + callSkewMs,
  };
}

import { minuteMs } from '../core/clock.ts';
import { alarmScore, firstHoldMs, type LearntRate, longestHoldMs, noiseShare } from './learnt-rate.ts';
import {
  keptMs,
  noteFate,
  packCalls,
  type RecentCall,
  type Second,
  secondBefore,
  unpackCalls,
  windowMs,
} from './recent-calls.ts';

/**
 * How fast all workers together may call, learnt from TMDB's answers. A refusal (HTTP 429) is evidence, not a verdict: refusals also occur
 * at random, at any rate, and say nothing about the limit then.
 *
 *   score     how much likelier the refusals so far are at the limit than by the noise that was learnt: the sum of the logarithms of this
 *             ratio over all answers, never below 0 (a cumulative sum, CUSUM)
 *   alarm     the score passes `alarmScore`: the ceiling is what TMDB admitted in the second before. The calls go on below it, for one
 *             second far below it, so that TMDB's own window empties
 *   probe     after a hold, the rate rises slowly. If TMDB refuses at about the same ceiling again, the hold is doubled
 *   disproof  refusals of calls below the ceiling, without an alarm: the ceiling was noise, and is forgotten at once
 *   refining  answers that were still missing at the alarm show how many calls TMDB had admitted. Where the limit has just fallen, TMDB's
 *             window still holds calls of before, and only the last of the refusals shows the limit
 *
 * A call is judged by the rate at which it was sent. What was sent just before an alarm, or while the window emptied, is no evidence.
 * The functions are pure; a store keeps the state, which all workers share (rate-schedule-store.ts). Compared with other rules in
 * docs/adr/0027.
 */

/** The answer to one call. Only TMDB's own answers are evidence: without one it is unknown whether the call was admitted. */
export type CallAnswer = {
  /** The slot that the call used, epoch milliseconds. */
  slotMs: number;
  /** The rate at which that slot was taken, in calls a second. */
  ratePerSecond: number;
  /** `failed`: admitted, and answered by a 5xx. It counts as a call that the limit admitted, and not for the share of refusals. */
  outcome: 'answered' | 'failed' | 'refused';
  /** TMDB's Retry-After in milliseconds: a pause for everyone. */
  retryAfterMs?: number | undefined;
  /** The limit that TMDB's refusal names, in calls a second. It is believed. */
  namedLimit?: number | undefined;
};

/** The bounds of the rate. `floorPerSecond`: without any calls it would not be noticed that TMDB accepts calls again. */
export type RateBounds = { requestsPerSecond: number; floorPerSecond: number };

/** Rise after the hold, in calls a second for each second; it grows with the time that the rate has risen without an alarm. */
const probePerSecond = 0.1;
const probeDoublesInSeconds = 4;
/** The share of the ceiling at which calls go on. */
const belowCeiling = 0.97;
/** The share of the ceiling in the second after an alarm: the second one where the calls had been far above the ceiling. */
const drainShare = 0.95;
const drainShareFarAbove = 0.7;
/** A ceiling without an alarm for this long is forgotten: the rate has long been the configured one again. */
const forgottenMs = 10 * minuteMs;
/** So long after an alarm all workers know of it, and that their slots are void. */
export const noticeMs = 165;
/** What was sent this long before an alarm may have met the limit that the alarm is about. */
const beforeAlarmMs = 2_000;
/** Above a known ceiling refusals are expected: a lower score raises the alarm, unless more than this share of calls is refused at random. */
const alarmScoreAbove = 2;
const littleNoise = 0.01;
/** Fewer calls in the second before say too little of the limit: three refusals at the start of a run would set a ceiling of one. */
const fewestCalls = 10;
/** Two ceilings that differ by less than this share count as the same. */
const sameCeiling = 0.3;
/** A ceiling is disproved by so many refusals below it, if their share is at least this part of the share that raised the alarm. */
const refusalsNeeded = 2;
const disproofShare = 0.25;
/** Each call reduces the weight of the calls before it by this factor: about 200 calls count. */
const fading = 0.995;
/** Without a ceiling, calls that the limit may have refused count as well, but less. */
const weightWithoutCeiling = 0.1;

/** Calls a second that are allowed at `nowMs`. */
export function rateAt(learnt: LearntRate, nowMs: number, { requestsPerSecond, floorPerSecond }: RateBounds): number {
  const floor = Math.min(floorPerSecond, requestsPerSecond);
  const bounded = (rate: number) => Math.min(requestsPerSecond, Math.max(floor, rate));
  if (learnt.ceiling === 0) {
    return requestsPerSecond;
  }
  const sinceMs = nowMs - learnt.alarmAtMs;
  if (sinceMs < windowMs) {
    return bounded(learnt.emptyingRate);
  }
  const risingSeconds = Math.max(0, sinceMs - learnt.holdMs) / 1_000;
  const rise = risingSeconds * probePerSecond * (1 + risingSeconds / probeDoublesInSeconds);
  return bounded(learnt.ceiling * belowCeiling + rise);
}

/** What is known after `answers`, in the order in which they came. */
export function learn(learnt: LearntRate, answers: readonly CallAnswer[], nowMs: number): LearntRate {
  const recent = unpackCalls(learnt.recent);
  let next = nowMs - learnt.alarmAtMs > forgottenMs ? { ...learnt, ...noCeiling } : learnt;
  for (const answer of answers) {
    noteFate(recent, answer.slotMs, answer.outcome === 'refused' ? 'refused' : 'admitted');
    next = learnOne(next, answer, recent, nowMs);
  }
  return { ...next, recent: packCalls(recent, nowMs) };
}

function learnOne(before: LearntRate, answer: CallAnswer, recent: readonly RecentCall[], nowMs: number): LearntRate {
  const { outcome, slotMs, ratePerSecond, namedLimit } = answer;
  const refused = outcome === 'refused';
  const counted = { ...before, answers: before.answers + 1, refusals: before.refusals + (refused ? 1 : 0) };
  if (isNoEvidence(before, slotMs, nowMs)) {
    return refineCeiling(counted, answer, recent, nowMs);
  }
  if (outcome === 'failed') {
    return counted;
  }
  if (refused && namedLimit !== undefined && namedLimit < ratePerSecond) {
    // Named, not estimated: it counts even if a ceiling is known that is a little higher.
    return alarmed(
      { ...counted, ceiling: 0 },
      { calls: 1, admitted: namedLimit, refusedShare: 1, isFarAbove: true },
      nowMs,
    );
  }
  const position = positionOf(ratePerSecond, before);
  const scored = withScore(position === 'above' ? counted : withNoise(counted, refused), refused, before);
  if (scored.score > alarmScoreAt(position, before)) {
    const second = secondBefore(slotMs, ratePerSecond, recent);
    if (second.calls >= Math.min(fewestCalls, ratePerSecond / 3)) {
      return { ...alarmed(scored, second, nowMs), alarmSlotMs: slotMs, alarmRate: ratePerSecond };
    }
  }
  const judged = { ...scored, score: Math.min(alarmScore, scored.score) };
  return position === 'below' ? countBelowCeiling(judged, refused) : judged;
}

function alarmScoreAt(position: ReturnType<typeof positionOf>, learnt: LearntRate): number {
  return position === 'above' && noiseShare(learnt) < littleNoise ? alarmScoreAbove : alarmScore;
}

/** Where a call was sent: above or below the ceiling, or `free` while none is known. */
function positionOf(ratePerSecond: number, { ceiling }: LearntRate): 'free' | 'below' | 'above' {
  if (ceiling === 0) {
    return 'free';
  }
  return ratePerSecond <= ceiling * belowCeiling + 1e-6 ? 'below' : 'above';
}

function withScore(learnt: LearntRate, refused: boolean, before: LearntRate): LearntRate {
  const { usual, atLimit } = refusalShares(before);
  const change = Math.log(refused ? atLimit / usual : (1 - atLimit) / (1 - usual));
  return { ...learnt, score: Math.max(0, learnt.score + change) };
}

/**
 * An answer that was missing when the alarm was raised shows how many calls TMDB had admitted in the second of the alarm, as long as that
 * second is known. A refusal that came after it, of a call from before all workers knew of the alarm, has the better second.
 */
function refineCeiling(
  learnt: LearntRate,
  { slotMs, outcome }: CallAnswer,
  recent: readonly RecentCall[],
  nowMs: number,
): LearntRate {
  const { alarmSlotMs, alarmRate, alarmAtMs } = learnt;
  const isLater = outcome === 'refused' && slotMs > alarmSlotMs && slotMs <= alarmAtMs + noticeMs;
  const lastSlotMs = isLater ? slotMs : alarmSlotMs;
  const isOfSecond = slotMs > lastSlotMs - windowMs && slotMs <= lastSlotMs;
  if (alarmSlotMs === 0 || !isOfSecond || isForgotten(lastSlotMs, nowMs)) {
    return learnt;
  }
  const { admitted } = secondBefore(lastSlotMs, alarmRate, recent);
  return { ...learnt, alarmSlotMs: lastSlotMs, ceiling: Math.max(1, learnt.ceilingBefore, Math.floor(admitted)) };
}

/** A call below the ceiling tests it: if refusals are as frequent there as above it, they are noise, and the ceiling is forgotten. */
function countBelowCeiling(learnt: LearntRate, refused: boolean): LearntRate {
  const callsBelow = learnt.callsBelow + 1;
  const refusedBelow = learnt.refusedBelow + (refused ? 1 : 0);
  const isNoise =
    refused &&
    refusedBelow >= refusalsNeeded &&
    refusedBelow >= callsBelow * learnt.refusedShare * disproofShare &&
    refusedBelow < callsBelow * refusalShares(learnt).atLimit;
  return isNoise ? { ...learnt, ...noCeiling } : { ...learnt, callsBelow, refusedBelow };
}

const noCeiling = { ceiling: 0, alarmSlotMs: 0, holdMs: firstHoldMs, refusedShare: 0, callsBelow: 0, refusedBelow: 0 };

/**
 * Whether a call was sent while the last alarm was about to come, or while TMDB's window emptied after it, or so long ago that the calls
 * before it are no longer known.
 */
function isNoEvidence({ alarmAtMs }: LearntRate, slotMs: number, nowMs: number): boolean {
  const isOfAlarm = alarmAtMs > 0 && slotMs >= alarmAtMs - beforeAlarmMs && slotMs < alarmAtMs + windowMs;
  return isOfAlarm || isForgotten(slotMs, nowMs);
}

/** Whether calls of the second before `slotMs` are no longer known. */
function isForgotten(slotMs: number, nowMs: number): boolean {
  return slotMs - windowMs < nowMs - keptMs;
}

/** How frequent refusals are by noise alone (with a margin), and how frequent at least where the limit refuses as well. */
function refusalShares(learnt: LearntRate): { usual: number; atLimit: number } {
  const usual = Math.min(0.3, Math.max(0.02, 1.8 * noiseShare(learnt)));
  return { usual, atLimit: Math.min(0.75, Math.max(0.1, 4 * usual)) };
}

function withNoise(learnt: LearntRate, refused: boolean): LearntRate {
  const weight = learnt.ceiling === 0 ? weightWithoutCeiling : 1;
  return {
    ...learnt,
    noiseCalls: learnt.noiseCalls * fading + weight,
    noiseRefusals: learnt.noiseRefusals * fading + (refused ? weight : 0),
  };
}

/** Whether more calls were refused below the ceiling than noise explains. */
function isTooHigh({ refusedBelow, callsBelow }: LearntRate): boolean {
  return refusedBelow >= 3 && refusedBelow > 0.03 * callsBelow;
}

function alarmed(learnt: LearntRate, { admitted, refusedShare, isFarAbove }: Second, nowMs: number): LearntRate {
  const isSame = learnt.ceiling > 0 && Math.abs(admitted - learnt.ceiling) <= sameCeiling * learnt.ceiling;
  // A limit is a whole number, and a ceiling above it would be refused for as long as it is held.
  const ceiling = Math.max(1, Math.floor(isSame && !isTooHigh(learnt) ? Math.max(admitted, learnt.ceiling) : admitted));
  return {
    ...learnt,
    ceiling,
    alarmSlotMs: 0,
    alarmRate: 0,
    ceilingBefore: isSame && !isTooHigh(learnt) ? learnt.ceiling : 0,
    emptyingRate: ceiling * (isFarAbove ? drainShareFarAbove : drainShare),
    holdMs: isSame ? Math.min(longestHoldMs, 2 * learnt.holdMs) : firstHoldMs,
    alarmAtMs: Math.ceil(nowMs),
    score: 0,
    refusedShare,
    callsBelow: 0,
    refusedBelow: 0,
  };
}

/** What all workers have learnt of TMDB's limit, as it stands in the shared item (rate-rule.ts). */
import * as z from 'zod';

/** What was learnt. All workers share it. Times are epoch milliseconds, rates are calls a second. */
export type LearntRate = {
  /** The rate that TMDB admitted when it last refused; 0 if no limit below the configured rate is known. */
  ceiling: number;
  /** Time of the last alarm; 0 if there was none. */
  alarmAtMs: number;
  /** How long after an alarm the rate stays below the ceiling before it rises. */
  holdMs: number;
  score: number;
  /**
   * The slot of the last refusal before all workers knew of the last alarm, and the rate of the one that raised it; 0 if the ceiling is no
   * estimate.
   */
  alarmSlotMs: number;
  alarmRate: number;
  /** The ceiling before the last alarm, if that was about the same; 0 if it was another. */
  ceilingBefore: number;
  /** The rate in the second after the last alarm, in which TMDB's own window empties. */
  emptyingRate: number;
  /** The share of the calls that were refused in the second before the last alarm. */
  refusedShare: number;
  /** Calls below the ceiling since the last alarm, and those of them that were refused. */
  callsBelow: number;
  refusedBelow: number;
  /** Calls that the limit cannot have refused, and those of them that were refused. Both fade with each further call. */
  noiseCalls: number;
  noiseRefusals: number;
  /** The answers of the last seconds, packed (recent-calls.ts). */
  recent: string;
  /** All answers and all refusals since the throttle was last reset, for operators. */
  answers: number;
  refusals: number;
};

/**
 * How long the rate stays below a ceiling: at first, and at most. A longer one costs goodput when the limit has risen in the meantime, a
 * shorter one costs a few refused calls each time.
 */
export const firstHoldMs = 15_000;
export const longestHoldMs = 36_000;
/** The score at which the alarm is raised. */
export const alarmScore = 3.4;

/** Nothing is known: little noise is assumed. */
export const nothingLearnt: LearntRate = {
  ceiling: 0,
  alarmAtMs: 0,
  holdMs: firstHoldMs,
  score: 0,
  alarmSlotMs: 0,
  alarmRate: 0,
  ceilingBefore: 0,
  emptyingRate: 0,
  refusedShare: 0,
  callsBelow: 0,
  refusedBelow: 0,
  noiseCalls: 40,
  noiseRefusals: 0.6,
  recent: '',
  answers: 0,
  refusals: 0,
};

const figure = z.number().nonnegative();

/** A learnt rate as it was stored. A member that is damaged counts as nothing learnt. */
export const learntRateSchema = z.object({
  ceiling: figure.catch(0),
  alarmAtMs: figure.catch(0),
  holdMs: z.number().min(firstHoldMs).max(longestHoldMs).catch(firstHoldMs),
  score: figure.max(alarmScore).catch(0),
  alarmSlotMs: figure.catch(0),
  alarmRate: figure.catch(0),
  ceilingBefore: figure.catch(0),
  emptyingRate: figure.catch(0),
  refusedShare: figure.max(1).catch(0),
  callsBelow: figure.catch(0),
  refusedBelow: figure.catch(0),
  noiseCalls: z.number().min(1).max(1_000).catch(nothingLearnt.noiseCalls),
  noiseRefusals: figure.max(1_000).catch(nothingLearnt.noiseRefusals),
  recent: z.string().max(2_000).catch(''),
  answers: figure.catch(0),
  refusals: figure.catch(0),
});

/** The share of calls that TMDB refuses at random, as far as it is known. */
export function noiseShare({ noiseCalls, noiseRefusals }: LearntRate): number {
  return noiseRefusals / noiseCalls;
}

import { type LearntRate, noiseShare } from './learnt-rate.ts';
import { type RateBounds, rateAt } from './rate-rule.ts';

/** The rate in figures, for operators. Rates are calls a second. */
export type RateFigures = {
  /** The configured rate: what is learnt never goes above it. */
  configuredPerSecond: number;
  /** The rate now. */
  perSecond: number;
  /** The rate above which TMDB refuses calls; `null` while no such limit is known. */
  ceilingPerSecond: number | null;
  /** The share of calls that TMDB refuses at any rate, as far as it is known. */
  noiseShare: number;
  /** TMDB's answers since the throttle was last reset, and the refusals (429) among them. */
  answers: number;
  refusals: number;
};

/** What is known of the rate at `nowMs`: rates rounded to a hundredth, the noise to a thousandth. */
export function rateFigures(learnt: LearntRate, bounds: RateBounds, nowMs: number): RateFigures {
  return {
    configuredPerSecond: rounded(bounds.requestsPerSecond, 100),
    perSecond: rounded(rateAt(learnt, nowMs, bounds), 100),
    ceilingPerSecond: learnt.ceiling > 0 ? rounded(learnt.ceiling, 100) : null,
    noiseShare: rounded(noiseShare(learnt), 1_000),
    answers: learnt.answers,
    refusals: learnt.refusals,
  };
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}

import type { RateStatus } from '../operator/status/describe-rate.ts';
import type { RateFigures } from '../shared/throttle/rate-figures.ts';
import { shareText } from './format-text.ts';

/** A call always waits a moment while others are made. */
const leastToldSeconds = 1;

/**
 * `8.7 of 30 calls a second, below the ceiling of 9, noise 1.5%, 40 of 900 answers refused, paused until …, slots are taken until …: a call
 * waits 7.5 s`.
 */
export function rateText(rate: RateStatus): string {
  const { perSecond, configuredPerSecond, ceilingPerSecond, pausedUntil, busyUntil, waitSeconds, wrongClock } = rate;
  const side = ceilingPerSecond !== null && perSecond > ceilingPerSecond ? 'above' : 'below';
  return [
    `${perSecond} of ${configuredPerSecond} calls a second`,
    ...(ceilingPerSecond === null ? [] : [`${side} the ceiling of ${ceilingPerSecond}`]),
    ...evidence(rate),
    ...(pausedUntil === null ? [] : [`paused until ${pausedUntil}`]),
    ...(busyUntil === null || waitSeconds < leastToldSeconds
      ? []
      : [`slots are taken until ${busyUntil}: a call waits ${waitSeconds} s`]),
    ...(wrongClock ? ['written by a clock that was wrong: mends itself within a minute of the next calls'] : []),
  ].join(', ');
}

/** Before the first answer the noise is an assumption. */
function evidence({ noiseShare, answers, refusals }: RateFigures): string[] {
  return answers === 0 ? [] : [`noise ${shareText(noiseShare)}`, `${refusals} of ${answers} answers refused`];
}

import type { RateStatus } from '../operator/status/describe-rate.ts';

/** A call always waits a moment while others are made. */
const leastToldSeconds = 1;

/** `15 of 30 calls a second, paused until …, slots are taken until …: a call waits 7.5 s`. */
export function rateText(rate: RateStatus): string {
  const { perSecond, limitPerSecond, pausedUntil, busyUntil, waitSeconds, wrongClock } = rate;
  return [
    `${perSecond} of ${limitPerSecond} calls a second`,
    ...(pausedUntil === null ? [] : [`paused until ${pausedUntil}`]),
    ...(busyUntil === null || waitSeconds < leastToldSeconds
      ? []
      : [`slots are taken until ${busyUntil}: a call waits ${waitSeconds} s`]),
    ...(wrongClock ? ['written by a clock that was wrong: mends itself within a minute of the next calls'] : []),
  ].join(', ');
}

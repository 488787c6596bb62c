import type { RateStatus } from '../operator/status/describe-rate.ts';
import type { Status } from '../operator/status/describe-status.ts';
import type { Depth } from '../operator/status/why-waiting.ts';
import { table, title } from './format-text.ts';

/** A call always waits a moment while others are made. */
const leastToldSeconds = 1;

/** A status for people: what is wrong first. */
export function formatStatus({ at, troubles, queues, breaker, rate, next, feeds }: Status): string {
  const counts = (depth: Depth) => [depth.visible, depth.delayed, depth.inFlight].map(String);
  const queueRows =
    queues === null
      ? []
      : Object.entries(queues).flatMap(([name, { queue, deadLetters }]) => [
          [name, ...counts(queue)],
          [`${name} dead letters`, ...counts(deadLetters)],
        ]);
  const why = breaker.reason === undefined ? '' : ` since ${breaker.since} (${breaker.reason}: ${breaker.detail})`;
  return [
    title(`status at ${at}`),
    ...troubles.map(({ text }) => `! ${text}`),
    ...(queueRows.length > 0 ? [table(['queue', 'waiting', 'delayed', 'in flight'], queueRows)] : []),
    `breaker ${breaker.state}${why}`,
    `rate ${rateText(rate)}`,
    `next: ${Object.entries(next)
      .map(([name, time]) => `${name} ${time}`)
      .join(', ')}`,
    table(
      ['feed', 'state', 'last answer', 'freshness', 'age', 'pages', 'snapshot'],
      feeds.map((feed) => [
        feed.feed,
        feed.state,
        feed.outcome,
        feed.freshness.toFixed(2),
        ageText(feed.ageSeconds),
        feed.pages,
        feed.snapshot,
      ]),
    ),
  ].join('\n');
}

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

/** `42 s`, `17 min`, `5.2 h`, `3.1 d`. */
export function ageText(seconds: number): string {
  const steps: [limit: number, unit: number, name: string, digits: number][] = [
    [60, 1, 's', 0],
    [3_600, 60, 'min', 0],
    [86_400, 3_600, 'h', 1],
  ];
  const [, unit, name, digits] = steps.find(([limit]) => seconds < limit) ?? [0, 86_400, 'd', 1];
  return `${(seconds / unit).toFixed(digits)} ${name}`;
}

import type { Clock } from '../shared/core/clock.ts';
import type { RunEvent } from '../shared/telemetry/run-event.ts';

/** The same trouble is told again after this time at the earliest: a batch has ten jobs, and each of them would tell it. */
const againMs = 60_000;

/**
 * What the person who keeps a stack running should hear of, event by event: a breaker that opens or closes, jobs that are sent back
 * or fail, dead letters. `undefined` for everything else, and for what was told in the last minute.
 */
export function stackNotes(clock: Clock): (event: RunEvent) => string | undefined {
  const toldMs = new Map<string, number>();
  const once = (key: string, sentence: string): string | undefined => {
    const nowMs = clock.monotonicMs();
    for (const [old, atMs] of toldMs) {
      if (nowMs - atMs >= againMs) {
        toldMs.delete(old);
      }
    }
    if (toldMs.has(key)) {
      return undefined;
    }
    toldMs.set(key, nowMs);
    return sentence;
  };
  return (event) => {
    switch (event.event) {
      case 'breaker-changed':
        toldMs.clear();
        return event.state === 'open'
          ? `the breaker is open (${event.reason}: ${event.detail}): no calls to TMDB, jobs are sent back`
          : `the breaker is closed (${event.detail}): calls to TMDB again`;
      case 'job-deferred':
        return once(
          `deferred ${event.code}`,
          `job ${event.jobId} was sent back, and comes again in ${event.delaySeconds} s: ${event.code}: ${event.detail}`,
        );
      case 'job-failed':
        return once(
          `failed ${event.code}`,
          `job ${event.jobId} failed, and comes again: ${event.code}: ${event.detail}`,
        );
      case 'job-dead-lettered':
        return `dead letter: job ${event.jobId || 'unknown'} (${event.reason}, ${event.code}: ${event.detail}); see \`dlq list\``;
      default:
        return undefined;
    }
  };
}

/**
 * Bounds the log of a reader: where every read fails or misses, a record for each would cost more than the reads. Of alike records some are
 * written in each window and the others are counted.
 */
import type { Clock } from '../shared/core/clock.ts';
import { gatherSeconds } from '../shared/telemetry/gathered-metrics.ts';
import { type Telemetry, writeGathered } from '../shared/telemetry/telemetry.ts';

/** How many alike records are written in a window of `gatherSeconds`. */
const mostAlike = 3;
/** How many kinds a window tells apart. Further kinds count as one, so that texts of others cannot make the log grow. */
const mostKinds = 20;
const otherKinds = 'other';

type SampledTelemetry = Telemetry & {
  /** Reports what the current window left out, and begins a new one. */
  flush(): void;
};

/**
 * Telemetry that writes the first three of alike events and warnings in ten seconds. Events are alike with the same name, outcome and code,
 * warnings with the same message and code. What was left out is reported by an event `records-left-out` with the first record after
 * the window.
 */
export function sampledTelemetry(telemetry: Telemetry, clock: Clock): SampledTelemetry {
  let openedMs = clock.monotonicMs();
  let seen = new Map<string, number>();
  const flush = () => {
    const full = seen;
    seen = new Map();
    openedMs = clock.monotonicMs();
    for (const [kind, count] of full) {
      if (count > mostAlike) {
        telemetry.event({ event: 'records-left-out', kind, count: count - mostAlike });
      }
    }
  };
  const flushWhenOver = () => {
    if (clock.monotonicMs() - openedMs >= gatherSeconds * 1_000) {
      flush();
    }
  };
  const isSample = (...parts: readonly unknown[]): boolean => {
    flushWhenOver();
    const own = parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
    const kind = seen.has(own) || seen.size < mostKinds ? own : otherKinds;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count <= mostAlike;
  };
  return {
    event: (event) => {
      // It is bounded where it comes from: another reader's sampling.
      if (event.event === 'records-left-out') {
        telemetry.event(event);
      } else if (isSample(event.event, 'outcome' in event && event.outcome, 'code' in event && event.code)) {
        telemetry.event(event);
      }
    },
    metric: (name, value) => telemetry.metric(name, value),
    gathered: (metrics) => {
      flushWhenOver();
      writeGathered(telemetry, metrics);
    },
    warn: (message, facts) => {
      if (isSample(message, facts?.code)) {
        telemetry.warn(message, facts);
      }
    },
    flush,
  };
}

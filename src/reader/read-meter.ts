import { feedId } from '../shared/feed.ts';
import { titleSubject } from '../shared/table/usage-row.ts';
import type { ListAnswer, Origin, Provenance, RecommendAnswer, TitleAnswer } from './reader-api.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import { type ReadOutcome, usageCounter } from './usage-counter.ts';

/** Measures reads: a metric for each, and the usage counters. */
export type ReadMeter = {
  list(answer: ListAnswer, latencyMs: number): void;
  title(answer: TitleAnswer, latencyMs: number): void;
  /** One read, of every feed that it was made from. */
  recommendation(answer: RecommendAnswer, latencyMs: number): void;
  /** Writes the usage counters now. */
  flush(): Promise<void>;
};

/** A meter of one process. */
export function readMeter({ usage: store, telemetry, clock, settings, background }: ReaderDependencies): ReadMeter {
  const usage = store && usageCounter(store, settings.reader.usage, clock, telemetry);
  const measure = (answer: Provenance, latencyMs: number): ReadOutcome => {
    const outcome = { hit: isHit(answer.from), stale: answer.stale };
    telemetry.metric('CacheHit', outcome.hit ? 1 : 0);
    telemetry.metric('StaleReads', outcome.stale ? 1 : 0);
    telemetry.metric('ReadLatency', Math.round(latencyMs * 100) / 100);
    return outcome;
  };
  const flushWhenDue = () => {
    if (usage?.due()) {
      background.run('counting reads', () => usage.flush());
    }
  };
  return {
    list: (answer, latencyMs) => {
      usage?.feed(feedId(answer.feed), measure(answer, latencyMs));
      flushWhenDue();
    },
    title: (answer, latencyMs) => {
      usage?.title(titleSubject(answer.mediaType, answer.id), measure(answer, latencyMs));
      flushWhenDue();
    },
    recommendation: (answer, latencyMs) => {
      const outcome = measure(answer, latencyMs);
      for (const feed of answer.feeds) {
        usage?.feed(feed, outcome);
      }
      flushWhenDue();
    },
    flush: async () => usage?.flush(),
  };
}

/** Whether TMDB was needed: the design's measure of the cache. */
function isHit(from: Origin): boolean {
  return from === 'memory' || from === 'table';
}

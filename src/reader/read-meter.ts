import { feedId, rowsPerPage } from '../shared/core/feed.ts';
import { titleSubject } from '../shared/tables/usage-store.ts';
import type { ListAnswer, Origin, Provenance, RecommendAnswer, TitleAnswer } from './reader-api.ts';
import type { ReaderDependencies } from './reader-dependencies.ts';
import { type ReadOutcome, type UsageCounter, usageCounter } from './usage-counter.ts';

/** Measures reads: a metric for each, and the usage counters. */
export type ReadMeter = {
  /** @param limit - rows that were asked for. */
  list(limit: number): (answer: ListAnswer, latencyMs: number) => void;
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
  const count = (answer: Provenance, latencyMs: number, add: (to: UsageCounter, outcome: ReadOutcome) => void) => {
    const outcome = measure(answer, latencyMs);
    if (usage !== undefined) {
      add(usage, outcome);
      flushWhenDue();
    }
  };
  return {
    list: (limit) => (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) =>
        to.feed(feedId(answer.feed), { ...outcome, deepPages: Math.ceil(limit / rowsPerPage) - 1 }),
      ),
    title: (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) => to.title(titleSubject(answer.mediaType, answer.id), outcome)),
    recommendation: (answer, latencyMs) =>
      count(answer, latencyMs, (to, outcome) => {
        for (const feed of answer.feeds) {
          to.feed(feed, outcome);
        }
      }),
    flush: async () => usage?.flush(),
  };
}

/** Whether TMDB was needed: the design's measure of the cache. */
function isHit(from: Origin): boolean {
  return from === 'memory' || from === 'table';
}

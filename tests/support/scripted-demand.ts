import type { LearnedDemand } from '../../src/demand/learned-demand.ts';
import { feedId } from '../../src/shared/core/feed.ts';
import { sampleQuality } from './sample-quality.ts';

/** Reads an hour by feed id, the same in every hour. */
export type HourlyReads = Readonly<Record<string, number>>;

/** Demand as a test wants it: constant reads, half of a list changed in a day, everything planned within the week unless said. */
export function scriptedDemand(hourly: HourlyReads, over: Partial<LearnedDemand> = {}): LearnedDemand {
  return {
    reads: (feed, fromMs, toMs) => ((hourly[feedId(feed)] ?? 0) * (toMs - fromMs)) / 3_600_000,
    deeperShare: () => 0,
    changed: (_feed, hours) => 1 - 0.5 ** (hours / 24),
    planned: () => true,
    pagesOfDay: 0,
    quality: () => sampleQuality,
    readFeeds: () => Object.keys(hourly),
    readsSoFar: (id) => (hourly[id] ?? 0) * 100,
    ...over,
  };
}

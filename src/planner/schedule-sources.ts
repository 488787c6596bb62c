import type { HistorySources } from '../analytics/history-sources.ts';
import type { CatalogReader } from '../shared/ports/catalog.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { FeedHeads } from '../shared/ports/feed-heads.ts';
import type { QueueDepth } from '../shared/ports/queue-depth.ts';
import type { Settings } from '../shared/settings.ts';

/** What a scheduled plan is made from. Without `backlog` nothing is trimmed, without `history` the base plan runs. */
export type ScheduleSources = {
  catalog: CatalogReader;
  heads: FeedHeads;
  /** Depth of the fetch queue. */
  backlog?: QueueDepth | undefined;
  history?: HistorySources | undefined;
  clock: Clock;
  settings: Settings;
};

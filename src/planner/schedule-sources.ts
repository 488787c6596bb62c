import type { HistorySources } from '../demand/history-sources.ts';
import type { Clock } from '../shared/core/clock.ts';
import type { QueueDepth } from '../shared/queues/message-source.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { CatalogReader } from '../shared/tables/catalog.ts';
import type { FeedHeads } from '../shared/tables/feed-heads.ts';

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

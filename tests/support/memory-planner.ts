import type { Feed } from '../../src/shared/core/feed.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { pageContent, pageKeys } from './list-pages.ts';
import { type MemoryCatalog, memoryCatalog } from './memory-catalog.ts';
import { type MemoryFeedHeads, memoryFeedHeads } from './memory-feed-heads.ts';
import { type RecordingQueue, recordingQueue } from './recording-queue.ts';
import { type RecordingTelemetry, recordingTelemetry } from './recording-telemetry.ts';
import { sampleListPage } from './sample-rows.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** Everything the planner needs, in memory. It is Monday 2026-11-23, 08:00 UTC, unless the clock is moved. */
export type MemoryPlanner = {
  catalog: MemoryCatalog;
  heads: MemoryFeedHeads;
  jobs: RecordingQueue;
  telemetry: RecordingTelemetry;
  clock: VirtualClock;
  settings: Settings;
};

export function memoryPlanner(over: Partial<MemoryPlanner> = {}): MemoryPlanner {
  return {
    catalog: memoryCatalog(),
    heads: memoryFeedHeads(),
    jobs: recordingQueue(),
    telemetry: recordingTelemetry(),
    clock: virtualClock(),
    settings: defaultSettings,
    ...over,
  };
}

/** Puts a list of `category` and `media`, world-wide: the genres of its titles from rank 1 on. */
export async function seedList(
  catalog: MemoryCatalog,
  category: string,
  media: 'movie' | 'tv',
  genresByRank: readonly (readonly number[])[],
  expiresAt = Date.UTC(2026, 10, 30) / 1000,
): Promise<void> {
  const titles = genresByRank.map((genreIds, index) => ({ id: index + 1, mediaType: media, genreIds: [...genreIds] }));
  const feed: Feed = { category, media, region: 'global', language: 'en-US' };
  await catalog.putIfNewer(sampleListPage({ ...pageKeys(feed, 1), ...pageContent(titles), expiresAt }));
}

/** Both media's popular lists with six genres each: films 1 to 6, series 11 to 16, the lower the heavier. */
export async function seedSixGenres(catalog: MemoryCatalog): Promise<void> {
  await seedList(catalog, 'popular', 'movie', [[1], [2], [3], [4], [5], [6]]);
  await seedList(catalog, 'popular', 'tv', [[11], [12], [13], [14], [15], [16]]);
}

/** The pages of a daily run as the worker would send them: the simulator's lists, which drift from day to day. */
import { startTmdbSimulator } from '../src/local/tmdb-simulator/start-tmdb-simulator.ts';
import { dailyPlan } from '../src/planner/base-plan.ts';
import { systemClock } from '../src/shared/adapters/system-clock.ts';
import { feedId } from '../src/shared/feed.ts';
import { type ItemPage, itemPageSchema } from '../src/shared/messages/item-page.ts';
import type { Clock } from '../src/shared/ports/clock.ts';
import type { Settings } from '../src/shared/settings.ts';
import { runIdFor, snapshotFor } from '../src/shared/snapshot.ts';
import { feedRequest } from '../src/shared/tmdb/feed-request.ts';
import { normalizePage } from '../src/shared/tmdb/normalize-page.ts';

const dayMs = 86_400_000;
const firstDayMs = Date.UTC(2026, 10, 16, 8);

/** The daily plan's pages on day `day`, the first of which is 0. */
export async function dailyPages(day: number, settings: Settings): Promise<ItemPage[]> {
  const atMs = firstDayMs + day * dayMs;
  const clock: Clock = { ...systemClock, nowMs: () => atMs };
  const simulator = await startTmdbSimulator({
    clock,
    seed: 1,
    latencyMs: { min: 0, max: 0 },
    requestsPerSecond: 1_000,
  });
  const runId = runIdFor(`bench day ${day}`);
  const snapshot = snapshotFor(atMs, runId);
  try {
    const pages: ItemPage[] = [];
    for (const { feed, pages: count } of dailyPlan(settings)) {
      for (let page = 1; page <= count; page += 1) {
        const { path, query } = feedRequest({ feed, page, snapshot }, settings);
        const answer = await fetch(`${simulator.baseUrl}${path}?${new URLSearchParams(query)}`, {
          headers: { Authorization: 'Bearer bench' },
        });
        pages.push(
          itemPageSchema.parse({
            kind: 'item-page',
            version: 1,
            jobId: `${runId}/${feedId(feed)}/${page}`,
            runId,
            snapshot,
            feed,
            page,
            pages: count,
            fetchedAt: new Date(atMs + page).toISOString(),
            ...normalizePage(await answer.json(), feed, page),
          }),
        );
      }
    }
    return pages;
  } finally {
    await simulator.close();
  }
}

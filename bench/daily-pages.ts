/** The pages of daily runs as the worker would send them: one simulator's lists, which drift from day to day. */
import { dailyPlan } from '../src/planner/base-plan.ts';
import { type Clock, dayMs } from '../src/shared/core/clock.ts';
import { feedId } from '../src/shared/core/feed.ts';
import { runIdFor, snapshotFor } from '../src/shared/core/snapshot.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { type ItemPage, itemPageSchema } from '../src/shared/queues/item-page.ts';
import type { Settings } from '../src/shared/settings/settings.ts';
import { feedRequest } from '../src/shared/tmdb/feed-request.ts';
import { normalizePage } from '../src/shared/tmdb/normalize-page.ts';
import { startTmdbSimulator } from '../src/tmdb-simulator/start-tmdb-simulator.ts';

const firstDayMs = Date.UTC(2026, 10, 16, 8);

/**
 * The daily plan's pages on each of `days` days. The simulator stays the same: one that starts anew makes its catalogue anew, and
 * then every release date has moved.
 */
export async function dailyPages(days: number, settings: Settings): Promise<ItemPage[][]> {
  let nowMs = firstDayMs;
  const clock: Clock = { ...systemClock, nowMs: () => nowMs };
  const simulator = await startTmdbSimulator({
    clock,
    seed: 1,
    latencyMs: { min: 0, max: 0 },
    requestsPerSecond: 1_000,
  });
  try {
    const runs: ItemPage[][] = [];
    for (let day = 0; day < days; day += 1) {
      nowMs = firstDayMs + day * dayMs;
      runs.push(await pagesAt(nowMs, simulator.baseUrl, settings));
    }
    return runs;
  } finally {
    await simulator.close();
  }
}

async function pagesAt(atMs: number, baseUrl: string, settings: Settings): Promise<ItemPage[]> {
  const runId = runIdFor(`bench at ${atMs}`);
  const run = { runId, snapshot: snapshotFor(atMs, runId) };
  const pages: ItemPage[] = [];
  for (const { feed, pages: count } of dailyPlan(settings)) {
    for (let page = 1; page <= count; page += 1) {
      const { path, query } = feedRequest({ feed, page, snapshot: run.snapshot }, settings);
      const answer = await fetch(`${baseUrl}${path}?${new URLSearchParams(query)}`, {
        headers: { Authorization: 'Bearer bench' },
      });
      pages.push(
        itemPageSchema.parse({
          kind: 'item-page',
          version: 1,
          ...run,
          jobId: `${runId}/${feedId(feed)}/${page}`,
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
}

/** Pages of daily runs as the worker would send them, from one simulator whose lists drift from day to day. */
import { dailyPlan } from '../src/planner/base-plan.ts';
import { type Clock, dayMs, isoFromMs } from '../src/shared/core/clock.ts';
import { runIdFor, snapshotFor } from '../src/shared/core/snapshot.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { type FetchJob, fetchJobsFor } from '../src/shared/queues/fetch-job.ts';
import { type ItemPage, itemPageSchema } from '../src/shared/queues/item-page.ts';
import type { Settings } from '../src/shared/settings/settings.ts';
import { feedRequest } from '../src/shared/tmdb/feed-request.ts';
import { normalizePage } from '../src/shared/tmdb/normalize-page.ts';
import { startTmdbSimulator } from '../src/tmdb-simulator/start-tmdb-simulator.ts';
import { itemOf } from '../src/worker/read-answer.ts';

const firstDayMs = Date.UTC(2026, 10, 16, 8);

/**
 * The daily plan's pages on each of `days` days, all from one simulator: another start would generate another catalogue, in which every
 * release date has moved.
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
  const run = { runId, snapshot: snapshotFor(atMs, runId), origin: 'daily', firstSeenAt: isoFromMs(atMs) };
  const pages: ItemPage[] = [];
  for (const { feed, pages: count } of dailyPlan(settings)) {
    for (const job of fetchJobsFor(run, { feed, pages: count, why: 'asked for by a bench' })) {
      pages.push(await pageOf(job, atMs + job.page, baseUrl, settings));
    }
  }
  return pages;
}

async function pageOf(job: FetchJob, fetchedAtMs: number, baseUrl: string, settings: Settings): Promise<ItemPage> {
  const { path, query } = feedRequest(job, settings);
  const headers = { Authorization: 'Bearer bench' };
  const answer = await fetch(`${baseUrl}${path}?${new URLSearchParams(query)}`, { headers });
  const page = normalizePage(await answer.json(), job.feed, job.page);
  if (page === undefined) {
    throw new Error(`the simulator's answer to ${job.jobId} is no list`);
  }
  return itemPageSchema.parse(itemOf({ kind: 'page', page, losses: {} }, job, fetchedAtMs));
}

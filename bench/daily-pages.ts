/** Pages of daily runs as the worker would send them, from one simulator whose lists drift from day to day. */
import { dailyPlan } from '../src/planner/base-plan.ts';
import { type Clock, dayMs, isoFromMs } from '../src/shared/core/clock.ts';
import { runIdFor, snapshotFor } from '../src/shared/core/snapshot.ts';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { type FetchJob, fetchJobsFor } from '../src/shared/queues/fetch-job.ts';
import { type ItemPage, itemPageSchema } from '../src/shared/queues/item-page.ts';
import type { Settings } from '../src/shared/settings/settings-schema.ts';
import { startTmdbSimulator } from '../src/tmdb-simulator/start-tmdb-simulator.ts';
import { itemOf, readAnswer, requestFor } from '../src/worker/call-tmdb.ts';

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
  const { path, query } = requestFor(job, settings);
  const headers = { Authorization: 'Bearer bench' };
  const answer = await fetch(`${baseUrl}${path}?${new URLSearchParams(query)}`, { headers });
  const judged = readAnswer(await answer.json(), job, settings);
  if (judged.fate !== 'ok') {
    throw new Error(`not the page of ${job.jobId}: ${judged.detail}`);
  }
  return itemPageSchema.parse(itemOf(judged.content, job, fetchedAtMs));
}

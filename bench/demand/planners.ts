/** Three ways to plan: the base plan, the adaptive plan as it is deployed, and one that knows what will be read. */
import { readDemandHistory } from '../../src/demand/demand-history.ts';
import { type LearnedDemand, learnDemand } from '../../src/demand/learned-demand.ts';
import { planQuality } from '../../src/demand/plan-quality.ts';
import { planRules } from '../../src/demand/plan-record.ts';
import type { PlannedFeed } from '../../src/planner/base-plan.ts';
import { planOccurrence } from '../../src/planner/plan-run.ts';
import { type Feed, feedId } from '../../src/shared/core/feed.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import type { Planner, World } from './replay.ts';
import { genreCatalog } from './tables.ts';
import type { Traffic } from './traffic.ts';

/** Of series; those of films are the world's. */
const seriesGenres = [35, 18, 80, 10_765, 9_648];

/** The base plan, however it is read. */
export function fixedPlan(genres: readonly number[]): Planner {
  return planWith(genres, async () => undefined);
}

/** The adaptive plan, which learns from the counters. */
export function adaptivePlanner(genres: readonly number[]): Planner {
  return planWith(
    genres,
    async ({ counters, nowMs }, settings) => (await learnDemand(counters, nowMs, settings)).demand,
  );
}

/** The adaptive plan with the future in the place of the forecast. */
export function oraclePlanner(traffic: Traffic, genres: readonly number[]): Planner {
  return planWith(genres, async ({ counters, nowMs }, settings) => {
    const { pagesOfDay } = await readDemandHistory(counters, nowMs, settings);
    const quality = () => planQuality({ hours: [], nowMs: 0 }, planRules(settings));
    return { ...oracleOf(traffic), pagesOfDay, quality };
  });
}

function planWith(
  genres: readonly number[],
  demandOf: (world: World, settings: Settings) => Promise<LearnedDemand | undefined>,
): Planner {
  return async (schedule, world, settings): Promise<readonly PlannedFeed[]> => {
    const { nowMs } = world;
    const demand = await demandOf(world, settings);
    const sources = sourcesOf(world, settings, genres);
    return (await planOccurrence({ schedule, occurrenceMs: nowMs, nowMs }, demand, sources)).feeds;
  };
}

function oracleOf({ startMs, reads }: Traffic): Omit<LearnedDemand, 'pagesOfDay' | 'quality'> {
  const readsBetween = (id: string, fromMs: number, toMs: number) => {
    const minutes = reads.get(id) ?? [];
    return firstFrom(minutes, (toMs - startMs) / 60_000) - firstFrom(minutes, (fromMs - startMs) / 60_000);
  };
  return {
    reads: (feed: Feed, fromMs, toMs) => readsBetween(feedId(feed), fromMs, toMs),
    deeperShare: () => 0,
    changed: () => 1,
    planned: () => true,
    readFeeds: () => [...reads.keys()],
    readsSoFar: (id) => reads.get(id)?.length ?? 0,
  };
}

/** Index of the first of the ascending `minutes` that is not before `minute`. */
function firstFrom(minutes: ArrayLike<number>, minute: number): number {
  let [from, to] = [0, minutes.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((minutes[middle] ?? 0) < minute) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}

function sourcesOf(world: World, settings: Settings, genres: readonly number[]) {
  const clock = { nowMs: () => world.nowMs, monotonicMs: () => world.nowMs, sleep: async () => undefined };
  return {
    catalog: genreCatalog({ movie: genres, tv: seriesGenres }, world.nowMs, settings),
    heads: world.heads,
    clock,
    settings,
  };
}

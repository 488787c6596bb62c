/** Three ways to plan: the base plan, the adaptive plan as it is deployed, and one that knows what will be read. */
import { readDemandHistory } from '../../src/demand/demand-history.ts';
import { planQuality } from '../../src/demand/plan-quality.ts';
import { planRules } from '../../src/demand/plan-rules.ts';
import type { PlannedFeed } from '../../src/planner/base-plan.ts';
import { demandPlan } from '../../src/planner/demand-plan.ts';
import { keptFeeds } from '../../src/planner/kept-feeds.ts';
import type { LearnedDemand } from '../../src/planner/learned-demand.ts';
import { scheduledFeeds } from '../../src/planner/scheduled-feeds.ts';
import { isoFromMs } from '../../src/shared/core/clock.ts';
import { type Feed, feedId } from '../../src/shared/core/feed.ts';
import type { ScheduleName } from '../../src/shared/settings/schedule.ts';
import type { Settings } from '../../src/shared/settings/settings.ts';
import type { Planner, World } from './replay.ts';
import { genreCatalog } from './tables.ts';
import type { Traffic } from './traffic.ts';

/** Of series; those of films are the world's. */
const seriesGenres = [35, 18, 80, 10_765, 9_648];

/** The base plan, however it is read. */
export function fixedPlan(genres: readonly number[]): Planner {
  return async (schedule, world, settings) =>
    (await scheduledFeeds(requestOf(schedule, world), depsOf(world, settings, genres))).feeds;
}

/** The adaptive plan, which learns from the counters. */
export function adaptivePlanner(genres: readonly number[]): Planner {
  return async (schedule, world, settings) => {
    const deps = { ...depsOf(world, settings, genres), history: world.counters };
    return (await scheduledFeeds(requestOf(schedule, world), deps)).feeds;
  };
}

/** The adaptive plan with the future in the place of the forecast. */
export function oraclePlanner(traffic: Traffic, genres: readonly number[]): Planner {
  return async (schedule, world, settings): Promise<readonly PlannedFeed[]> => {
    const { pagesOfDay } = await readDemandHistory(world.counters, world.nowMs, settings);
    const demand = {
      ...oracleOf(traffic),
      pagesOfDay,
      quality: () => planQuality({ hours: [], nowMs: 0 }, planRules(settings)),
    };
    const kept = await keptFeeds(requestOf(schedule, world), demand, depsOf(world, settings, genres));
    const occurrence = { schedule, nowMs: world.nowMs, waiting: 0 };
    return (await demandPlan(kept, occurrence, demand, { heads: world.heads, settings })).feeds;
  };
}

function oracleOf({ startMs, reads }: Traffic): Omit<LearnedDemand, 'pagesOfDay' | 'quality'> {
  const within = (id: string, fromMs: number, toMs: number) => {
    const minutes = reads.get(id) ?? [];
    return firstFrom(minutes, (toMs - startMs) / 60_000) - firstFrom(minutes, (fromMs - startMs) / 60_000);
  };
  return {
    reads: (feed: Feed, fromMs, toMs) => within(feedId(feed), fromMs, toMs),
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

function requestOf(schedule: ScheduleName, { nowMs }: World) {
  return { kind: 'schedule' as const, version: 1 as const, schedule, occurrence: isoFromMs(nowMs) };
}

function depsOf(world: World, settings: Settings, genres: readonly number[]) {
  const clock = { nowMs: () => world.nowMs, monotonicMs: () => world.nowMs, sleep: async () => undefined };
  return {
    catalog: genreCatalog({ movie: genres, tv: seriesGenres }, world.nowMs, settings),
    heads: world.heads,
    clock,
    settings,
  };
}

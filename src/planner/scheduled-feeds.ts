/** The feeds of a schedule occurrence: the base plan, or, where the usage counters speak, what is worth fetching. */

import { msFromIso } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import type { ScheduledRequest } from '../shared/queues/plan-request.ts';
import { demandPlan, dueFeeds, headsOf, type Occurrence, type ScheduledFeeds } from './demand-plan.ts';
import { type KeptFeeds, keptFeeds } from './kept-feeds.ts';
import { learnDemand } from './learned-demand.ts';
import type { ScheduleSources } from './schedule-sources.ts';
import { trimPlan } from './trim-plan.ts';

/** Plans the occurrence. Reads the tables, sends nothing. */
export async function scheduledFeeds(request: ScheduledRequest, deps: ScheduleSources): Promise<ScheduledFeeds> {
  // Whichever is later: a clock that is a little behind must not take the occurrence itself for the next one.
  const nowMs = Math.max(deps.clock.nowMs(), msFromIso(request.occurrence));
  const { demand, notes } = await learnDemand(deps.history, nowMs, deps.settings);
  const kept = await keptFeeds(request, demand, deps);
  const backlog = await waitingJobs(deps);
  const occurrence = { schedule: request.schedule, nowMs, waiting: backlog.waiting };
  const plan =
    demand === undefined ? await basePlan(kept, occurrence, deps) : await demandPlan(kept, occurrence, demand, deps);
  return { ...plan, notes: [...notes, ...kept.notes, ...backlog.notes, ...plan.notes] };
}

/** All of a daily or weekly run; of a refresh what is due, trimmed from its bottom by a backlog. */
async function basePlan(
  kept: KeptFeeds,
  { schedule, nowMs, waiting }: Occurrence,
  { heads, settings }: ScheduleSources,
): Promise<ScheduledFeeds> {
  const nothing = { leftOut: [], warmed: [], expected: new Map() };
  if (schedule !== 'refresh') {
    return { feeds: kept.planned, notes: [], ...nothing };
  }
  const due = dueFeeds(kept, await headsOf(kept.planned, heads, nowMs), nowMs, settings);
  return { ...trimPlan(due, waiting, settings.planner.maxBacklogJobs), ...nothing };
}

/** A queue that cannot be asked trims nothing. */
async function waitingJobs({ backlog }: ScheduleSources): Promise<{ waiting: number; notes: string[] }> {
  try {
    const depth = await backlog?.read();
    return { waiting: depth === undefined ? 0 : depth.visible + depth.delayed, notes: [] };
  } catch (error) {
    return { waiting: 0, notes: [`the backlog is unknown, so nothing was trimmed: ${messageOf(error)}`] };
  }
}

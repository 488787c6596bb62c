import { type Clock, dayMs } from '../shared/core/clock.ts';
import { messageOf } from '../shared/core/errors.ts';
import { feedId } from '../shared/core/feed.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { feedCounterName, type PlanKind, planUsageId } from '../shared/tables/feed-counters.ts';
import type { UsageStore } from '../shared/tables/usage-store.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { RunPlan } from './plan-run.ts';

/** Where a plan is counted; without `usage` nothing is. */
export type PlanLedger = {
  usage?: Pick<UsageStore, 'add'> | undefined;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
};

/** Counters in one update: DynamoDB takes an expression of 4 KB. */
const mostCounters = 200;

/** Counts the pages that were sent by feed, those of warming, and the reads expected. When it fails, the report knows less. */
export async function countPlan(plan: RunPlan, { usage, telemetry, clock, settings }: PlanLedger): Promise<void> {
  const counters = [...countersOf(plan)];
  const nowMs = clock.nowMs();
  const expiresAtMs = nowMs + settings.reader.usage.keepDays * dayMs;
  try {
    for (let from = 0; from < counters.length; from += mostCounters) {
      const part = Object.fromEntries(counters.slice(from, from + mostCounters));
      await usage?.add(planUsageId(nowMs), part, expiresAtMs);
    }
  } catch (error) {
    telemetry.warn('the plan could not be counted', { detail: messageOf(error) });
  }
}

function countersOf({ jobs, warmed, expected }: RunPlan): Map<string, number> {
  const counters = new Map<string, number>();
  const add = (kind: PlanKind, feed: string, count: number) => {
    const name = feedCounterName(kind, feed);
    counters.set(name, (counters.get(name) ?? 0) + count);
  };
  const warm = new Set(warmed);
  for (const id of jobs.map(({ feed }) => feedId(feed))) {
    add('planned', id, 1);
    if (warm.has(id)) {
      add('warmed', id, 1);
    }
  }
  for (const [id, reads] of expected) {
    add('expected', id, reads);
  }
  return counters;
}

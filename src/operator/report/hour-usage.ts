import pLimit from 'p-limit';
import { type PlanHour, planHour, planHourIds } from '../../demand/plan-record.ts';
import {
  feedUsageId,
  type PipelineCounter,
  pipelineCounterName,
  pipelineCounters,
  pipelineUsageId,
  type UsageCounters,
  type UsageStore,
  usageIdsOfHour,
} from '../../shared/tables/usage-store.ts';
import { addReads, isCount, noReads, type ReadCounts, readsBySubject } from './read-figures.ts';

/** What the pipeline did. */
export type Activity = Record<PipelineCounter, number>;

/** What was counted in one hour. */
export type HourUsage = {
  hourMs: number;
  /** By feed id, and by `movie/550`; `~other` is what was not counted by name. */
  feeds: ReadonlyMap<string, ReadCounts>;
  titles: ReadonlyMap<string, ReadCounts>;
  activity: Activity;
  /** What was planned, and the reads to judge it by. */
  plan: PlanHour;
};

/** Hours whose items are asked for together, and how many such requests are under way at once. */
const hoursPerRequest = 24;
const requestsAtOnce = 4;

/** Reads what was counted in each of the hours, in their order; of hours without an item everything is zero. */
export async function readHours(store: UsageStore, hoursMs: readonly number[]): Promise<HourUsage[]> {
  const limit = pLimit(requestsAtOnce);
  const parts = Array.from({ length: Math.ceil(hoursMs.length / hoursPerRequest) }, (_, n) =>
    hoursMs.slice(n * hoursPerRequest, (n + 1) * hoursPerRequest),
  );
  const read = await Promise.all(parts.map((part) => limit(() => readPart(store, part))));
  return read.flat();
}

async function readPart(store: UsageStore, hoursMs: readonly number[]): Promise<HourUsage[]> {
  const items = await store.read(hoursMs.flatMap(itemIdsOf));
  return hoursMs.map((hourMs) => hourOf(hourMs, items));
}

/** A request must not name an item twice. */
function itemIdsOf(hourMs: number): string[] {
  return [...new Set([...usageIdsOfHour(hourMs), ...planHourIds(hourMs)])];
}

function hourOf(hourMs: number, items: ReadonlyMap<string, UsageCounters>): HourUsage {
  const [feeds, pipeline] = [feedUsageId(hourMs), pipelineUsageId(hourMs)];
  const titles = usageIdsOfHour(hourMs).filter((id) => id !== feeds && id !== pipeline);
  return {
    hourMs,
    feeds: readsBySubject(items.get(feeds) ?? {}),
    titles: sumBySubject(titles.map((id) => readsBySubject(items.get(id) ?? {}))),
    activity: activityOf(items.get(pipeline) ?? {}),
    plan: planHour(hourMs, items),
  };
}

/** Reads by subject, over several counts of them. */
export function sumBySubject(counts: readonly ReadonlyMap<string, ReadCounts>[]): Map<string, ReadCounts> {
  const sums = new Map<string, ReadCounts>();
  for (const [subject, reads] of counts.flatMap((bySubject) => [...bySubject])) {
    sums.set(subject, addReads(sums.get(subject) ?? noReads, reads));
  }
  return sums;
}

/** All reads of one count. */
export function sumOf(counts: ReadonlyMap<string, ReadCounts>): ReadCounts {
  return [...counts.values()].reduce(addReads, noReads);
}

function activityOf(counters: UsageCounters): Activity {
  return activityFrom((counter) => {
    const count = counters[pipelineCounterName(counter)];
    return isCount(count) ? count : 0;
  });
}

/** What was done in all of them. */
export function sumActivity(parts: readonly Activity[]): Activity {
  return activityFrom((counter) => parts.reduce((sum, part) => sum + part[counter], 0));
}

function activityFrom(count: (counter: PipelineCounter) => number): Activity {
  return Object.fromEntries(pipelineCounters.map((counter) => [counter, count(counter)])) as Activity;
}

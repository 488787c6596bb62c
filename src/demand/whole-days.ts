/** Days of reads: from the items they were rolled up into, or from their hours. */

import { dayMs, hourMs } from '../shared/core/clock.ts';
import { type DemandDay, demandDayId } from '../shared/tables/demand-days.ts';
import { feedUsageId, otherSubject, parseCounterName, type UsageCounters } from '../shared/tables/usage-store.ts';
import type { HistorySources } from './history-sources.ts';

/** A reader writes its counts every few minutes, one that rests with its next read: so much later a day is whole. */
const settledMs = 6 * hourMs;
/** A damaged counter can say anything; sums must stay numbers. */
const mostReads = 1e9;

/** Each day's reads: rolled up, or from its hours, and then rolled up for the next time. */
export async function wholeDays(
  { usage, days }: HistorySources,
  daysMs: readonly number[],
  nowMs: number,
  keepDays: number,
): Promise<Map<number, DemandDay>> {
  const rolled = await days.read(daysMs.map(demandDayId));
  const missing = daysMs.filter((atMs) => !rolled.has(demandDayId(atMs)));
  const hours = await usage.read(missing.flatMap((atMs) => hoursOf(atMs, nowMs)).map(feedUsageId));
  const made = new Map(missing.map((atMs) => [atMs, dayFrom(atMs, hours)]));
  const settled = [...made].filter(([atMs]) => nowMs >= atMs + dayMs + settledMs);
  await Promise.all(settled.map(([atMs, day]) => days.put?.(demandDayId(atMs), day, atMs + keepDays * dayMs)));
  return new Map(daysMs.map((atMs) => [atMs, rolled.get(demandDayId(atMs)) ?? made.get(atMs) ?? { feeds: {} }]));
}

/** The day that begins at `dayStartMs`, from the items of its hours. */
export function dayFrom(dayStartMs: number, items: ReadonlyMap<string, UsageCounters>): DemandDay {
  const feeds: DemandDay['feeds'] = {};
  for (let hour = 0; hour < 24; hour += 1) {
    for (const [name, count] of Object.entries(items.get(feedUsageId(dayStartMs + hour * hourMs)) ?? {})) {
      const counter = parseCounterName(name);
      if (counter !== undefined && counter.subject !== otherSubject) {
        const feed = feeds[counter.subject] ?? { reads: Array.from({ length: 24 }, () => 0), deep: 0 };
        feeds[counter.subject] = feed;
        addCount(feed, hour, counter.kind, Math.min(count, mostReads));
      }
    }
  }
  return { feeds };
}

function addCount(feed: DemandDay['feeds'][string], hour: number, kind: string, count: number): void {
  if (kind === 'reads') {
    feed.reads[hour] = count;
  } else if (kind === 'deep') {
    feed.deep += count;
  }
}

/** Starts of the hours of a day that have begun by `nowMs`. */
export function hoursOf(dayStartMs: number, nowMs: number): number[] {
  return Array.from({ length: 24 }, (_, hour) => dayStartMs + hour * hourMs).filter((atMs) => atMs <= nowMs);
}

/**
 * What the usage counters tell of the last weeks, by feed. Days that are over are rolled up once into an item each; what is read
 * for an occurrence is one item a day, the hours since then, and the plans of the last week.
 */
import type { DemandDays } from '../shared/ports/demand-days.ts';
import type { UsageStore } from '../shared/ports/usage-store.ts';
import { type DemandDay, demandDayId } from '../shared/table/demand-day.ts';
import { changesId, feedCounts, planUsageId } from '../shared/table/feed-counters.ts';
import { feedUsageId, otherSubject, parseCounterName, type UsageCounters } from '../shared/table/usage-row.ts';
import type { ChangeCounts } from './change-chance.ts';
import type { HourSeries } from './hour-series.ts';

/** Where counters are read, and days rolled up. Without `days.put` nothing is written. */
export type HistorySources = { usage: Pick<UsageStore, 'read'>; days: Pick<DemandDays, 'read'> & Partial<DemandDays> };

/** What is known of one feed. */
export type FeedHistory = {
  /** From the first hour of the history to the one before the present; no gaps except at its end. */
  reads: HourSeries;
  /** Pages asked for beyond the first. */
  deep: number;
  changes: ChangeCounts;
  /** Whether a run planned it within the last week. */
  planned: boolean;
};

/** What is known of all that was read, planned or compared. */
export type DemandHistory = {
  /** Hours since the epoch: the first hour that is not in the history. */
  untilHour: number;
  /** Pages that runs of the last 24 hours planned. */
  pagesOfDay: number;
  feeds: ReadonlyMap<string, FeedHistory>;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A reader writes its counts every few minutes, one that rests with its next read: so much later a day is whole. */
const settledMs = 6 * hourMs;
/** The present hour's predecessor is not whole before every reader's window is over. */
const windowMs = 10 * 60_000;
const plannedDays = 7;
/** A damaged counter can say anything; sums must stay numbers. */
const mostReads = 1e9;

/** Reads the history of `historyDays` days before `nowMs`. */
export async function readDemandHistory(
  sources: HistorySources,
  nowMs: number,
  historyDays: number,
  keepDays: number,
): Promise<DemandHistory> {
  const today = Math.floor(nowMs / dayMs);
  const days = Array.from({ length: historyDays }, (_, index) => (today - historyDays + index) * dayMs);
  const [whole, changes, plans] = await Promise.all([
    wholeDays(sources, days, nowMs, keepDays),
    sources.usage.read([...days, today * dayMs].map(changesId)),
    sources.usage.read(hoursBefore(nowMs, plannedDays * 24).map(planUsageId)),
  ]);
  const present = dayFrom(today * dayMs, await sources.usage.read(hoursOf(today * dayMs, nowMs).map(feedUsageId)));
  return together([...days.map((atMs) => whole.get(atMs) ?? { feeds: {} }), present], changes, plans, nowMs);
}

/** Each day's reads: rolled up, or from its hours, and then rolled up for the next time. */
async function wholeDays(
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

function dayFrom(dayStartMs: number, items: ReadonlyMap<string, UsageCounters>): DemandDay {
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

function together(
  days: readonly DemandDay[],
  changes: ReadonlyMap<string, UsageCounters>,
  plans: ReadonlyMap<string, UsageCounters>,
  nowMs: number,
): DemandHistory {
  const startHour = Math.floor(nowMs / dayMs) * 24 - 24 * (days.length - 1);
  const untilHour = Math.floor(nowMs / hourMs);
  const changed = sumChanges([...changes.values()]);
  const planned = new Set(
    [...plans.values()].flatMap((item) => [...feedCounts(item)].flatMap(([feed, { planned: f }]) => (f ? [feed] : []))),
  );
  const read = days.flatMap(({ feeds }) => Object.keys(feeds));
  const ids = new Set([...read, ...changed.keys(), ...planned]);
  const ofDay = new Set(hoursBefore(nowMs, 24).map(planUsageId));
  const pagesOfDay = [...plans].reduce((sum, [id, item]) => sum + (ofDay.has(id) ? pagesIn(item) : 0), 0);
  const lastIsWhole = nowMs - untilHour * hourMs >= windowMs;
  const feeds = new Map(
    [...ids].map((id) => {
      const counts = days.flatMap((day) => day.feeds[id]?.reads ?? noReads).slice(0, untilHour - startHour);
      const reads = { startHour, counts: lastIsWhole ? counts : [...counts.slice(0, -1), undefined] };
      const deep = days.reduce((sum, day) => sum + (day.feeds[id]?.deep ?? 0), 0);
      return [id, { reads, deep, changes: changed.get(id) ?? {}, planned: planned.has(id) }] as const;
    }),
  );
  return { untilHour, pagesOfDay, feeds };
}

function pagesIn(item: UsageCounters): number {
  return [...feedCounts(item).values()].reduce((sum, { planned = 0 }) => sum + planned, 0);
}

const noReads: readonly number[] = Array.from({ length: 24 }, () => 0);

function sumChanges(items: readonly UsageCounters[]): Map<string, ChangeCounts> {
  const sums = new Map<string, { compared: number; changed: number; rowHours: number }>();
  for (const [feed, { compared = 0, changed = 0, rowHours = 0 }] of items.flatMap((item) => [...feedCounts(item)])) {
    const sum = sums.get(feed) ?? { compared: 0, changed: 0, rowHours: 0 };
    sums.set(feed, {
      compared: sum.compared + compared,
      changed: sum.changed + changed,
      rowHours: sum.rowHours + rowHours,
    });
  }
  return sums;
}

/** Starts of the hours of a day that have begun by `nowMs`. */
function hoursOf(dayStartMs: number, nowMs: number): number[] {
  return Array.from({ length: 24 }, (_, hour) => dayStartMs + hour * hourMs).filter((atMs) => atMs <= nowMs);
}

function hoursBefore(nowMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, back) => nowMs - back * hourMs);
}

/**
 * What the usage counters tell of the last weeks, by feed. Days that are over are rolled up once into an item each; what is read
 * for an occurrence is one item a day, the hours since then, and the plans of the last week.
 */
import { dayMs, hourMs } from '../shared/core/clock.ts';
import { latestOccurrenceMs, scheduleNames } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { type DemandDay, type DemandDays, demandDayId } from '../shared/tables/demand-days.ts';
import { type ChangeKind, changesId, feedCounts, planUsageId } from '../shared/tables/feed-counters.ts';
import {
  feedUsageId,
  otherSubject,
  parseCounterName,
  pipelineCounterName,
  pipelineUsageId,
  type UsageCounters,
  type UsageStore,
} from '../shared/tables/usage-store.ts';
import type { HourSeries } from './hour-series.ts';
import type { PlanCounts } from './plan-record.ts';

/** Where counters are read, and days rolled up. Without `days.put` nothing is written. */
export type HistorySources = { usage: Pick<UsageStore, 'read'>; days: Pick<DemandDays, 'read'> & Partial<DemandDays> };

/** What is known of a list's changes; see feed-counters.ts. */
export type ChangeCounts = Partial<Record<ChangeKind, number>>;

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
  /** Pages of the last 24 hours: those that workers called for, whoever asked, or those that runs planned, whichever are more. */
  pagesOfDay: number;
  /** Plans of the last week's occurrences, by the hour (since the epoch). */
  plans: ReadonlyMap<number, ReadonlyMap<string, PlanCounts>>;
  feeds: ReadonlyMap<string, FeedHistory>;
};

/** A reader writes its counts every few minutes, one that rests with its next read: so much later a day is whole. */
const settledMs = 6 * hourMs;
/** A damaged counter can say anything; sums must stay numbers. */
const mostReads = 1e9;
/** The present hour's predecessor is not whole before every reader's window is over. */
const windowMs = 10 * 60_000;
const plannedDays = 7;

/** Reads the history of the days before `nowMs`. */
export async function readDemandHistory(
  sources: HistorySources,
  nowMs: number,
  { planner, reader, schedules }: Settings,
): Promise<DemandHistory> {
  const { historyDays } = planner.adaptive;
  const today = Math.floor(nowMs / dayMs);
  const days = Array.from({ length: historyDays }, (_, index) => (today - historyDays + index) * dayMs);
  const planHours = hoursBefore(nowMs, plannedDays * 24).filter((hour) => isOccurrence(hour * hourMs, schedules));
  const [whole, changes, plans, work] = await Promise.all([
    rolledUpDays(sources, days, nowMs, reader.usage.keepDays),
    sources.usage.read([...days, today * dayMs].map(changesId)),
    sources.usage.read(planHours.map((hour) => planUsageId(hour * hourMs))),
    sources.usage.read(hoursBefore(nowMs, 24).map((hour) => pipelineUsageId(hour * hourMs))),
  ]);
  const present = dayFrom(today * dayMs, await sources.usage.read(hoursOf(today * dayMs, nowMs).map(feedUsageId)));
  const planned = new Map(planHours.map((hour) => [hour, feedCounts(plans.get(planUsageId(hour * hourMs)) ?? {})]));
  return {
    untilHour: Math.floor(nowMs / hourMs),
    pagesOfDay: Math.max(pagesPlanned(planned, nowMs), callsIn([...work.values()])),
    plans: planned,
    feeds: together(
      [...days.map((atMs) => whole.get(atMs) ?? { feeds: {} }), present],
      sumChanges(changes),
      planned,
      nowMs,
    ),
  };
}

/** Each day's reads: rolled up, or from its hours, and then rolled up for the next time. */
async function rolledUpDays(
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

/** Starts of the hours of a day that have begun by `nowMs`. */
function hoursOf(dayStartMs: number, nowMs: number): number[] {
  return Array.from({ length: 24 }, (_, hour) => dayStartMs + hour * hourMs).filter((atMs) => atMs <= nowMs);
}

function together(
  days: readonly DemandDay[],
  changes: ReadonlyMap<string, ChangeCounts>,
  plans: DemandHistory['plans'],
  nowMs: number,
): Map<string, FeedHistory> {
  const startHour = Math.floor(nowMs / dayMs) * 24 - 24 * (days.length - 1);
  const untilHour = Math.floor(nowMs / hourMs);
  const planned = new Set(
    [...plans.values()].flatMap((plan) => [...plan].flatMap(([id, one]) => (one.planned ? [id] : []))),
  );
  const ids = new Set([...days.flatMap(({ feeds }) => Object.keys(feeds)), ...changes.keys(), ...planned]);
  const lastIsWhole = nowMs - untilHour * hourMs >= windowMs;
  return new Map(
    [...ids].map((id) => {
      const counts = days.flatMap((day) => day.feeds[id]?.reads ?? noReads).slice(0, untilHour - startHour);
      const reads = { startHour, counts: lastIsWhole ? counts : [...counts.slice(0, -1), undefined] };
      const deep = days.reduce((sum, day) => sum + (day.feeds[id]?.deep ?? 0), 0);
      return [id, { reads, deep, changes: changes.get(id) ?? {}, planned: planned.has(id) }] as const;
    }),
  );
}

function pagesPlanned(plans: DemandHistory['plans'], nowMs: number): number {
  const recent = [...plans].filter(([hour]) => hour > Math.floor(nowMs / hourMs) - 24);
  return recent.flatMap(([, plan]) => [...plan.values()]).reduce((sum, { planned = 0 }) => sum + planned, 0);
}

function callsIn(items: readonly UsageCounters[]): number {
  return items.reduce((sum, item) => sum + (item[pipelineCounterName('calls')] ?? 0), 0);
}

function isOccurrence(atMs: number, schedules: Settings['schedules']): boolean {
  return scheduleNames.some((name) => latestOccurrenceMs(name, atMs, schedules) === atMs);
}

const noReads: readonly number[] = Array.from({ length: 24 }, () => 0);

function sumChanges(days: ReadonlyMap<string, UsageCounters>): Map<string, ChangeCounts> {
  const sums = new Map<string, { compared: number; changed: number; rowHours: number }>();
  for (const [feed, { compared = 0, changed = 0, rowHours = 0 }] of [...days.values()].flatMap((item) => [
    ...feedCounts(item),
  ])) {
    const sum = sums.get(feed) ?? { compared: 0, changed: 0, rowHours: 0 };
    sums.set(feed, {
      compared: sum.compared + compared,
      changed: sum.changed + changed,
      rowHours: sum.rowHours + rowHours,
    });
  }
  return sums;
}

/** The present hour and those before it, since the epoch. */
function hoursBefore(nowMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, back) => Math.floor(nowMs / hourMs) - back);
}

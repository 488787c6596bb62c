/**
 * What the usage counters tell of the last weeks, by feed and by title. Days that are over are rolled up once into an item each; what is read
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
  titleUsageIdsOfHour,
  type UsageCounters,
  type UsageStore,
} from '../shared/tables/usage-store.ts';
import type { HourSeries } from './hour-series.ts';
import type { PlanCounts } from './plan-record.ts';
import { readsADay, titleDays, titlesOfDay } from './title-demand.ts';

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
  /** Pages of lists of the last 24 hours: those that workers called for, whoever asked, or those that runs planned, whichever are more. */
  pagesOfDay: number;
  /** Expected reads a day of each title that was read within the last days, by `movie/550`; none where no details are kept. */
  titles: ReadonlyMap<string, number>;
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
  { planner, reader, schedules, details }: Settings,
): Promise<DemandHistory> {
  const { historyDays } = planner.adaptive;
  const today = Math.floor(nowMs / dayMs);
  const days = Array.from({ length: historyDays }, (_, index) => (today - historyDays + index) * dayMs);
  const titlesFromMs = details.enabled ? (today - titleDays) * dayMs : Number.POSITIVE_INFINITY;
  const planHours = hoursBefore(nowMs, plannedDays * 24).filter((hour) => isOccurrence(hour * hourMs, schedules));
  const [whole, changes, plans, work] = await Promise.all([
    rolledUpDays(sources, { daysMs: days, titlesFromMs }, nowMs, reader.usage.keepDays),
    sources.usage.read([...days, today * dayMs].map(changesId)),
    sources.usage.read(planHours.map((hour) => planUsageId(hour * hourMs))),
    sources.usage.read(hoursBefore(nowMs, 24).map((hour) => pipelineUsageId(hour * hourMs))),
  ]);
  const present = await readDay(today * dayMs, sources, titlesFromMs, nowMs);
  const planned = new Map(planHours.map((hour) => [hour, feedCounts(plans.get(planUsageId(hour * hourMs)) ?? {})]));
  return {
    untilHour: Math.floor(nowMs / hourMs),
    pagesOfDay: Math.max(pagesPlanned(planned, nowMs), callsIn([...work.values()])),
    plans: planned,
    titles: readsADay([...days.map((atMs) => whole.get(atMs)?.titles), present.titles], nowMs),
    feeds: together(
      [...days.map((atMs) => whole.get(atMs) ?? { feeds: {} }), present],
      sumChanges(changes),
      planned,
      nowMs,
    ),
  };
}

/**
 * Each day's reads: rolled up, or from its hours, and then rolled up for the next time. Of days before `titlesFromMs` titles are not
 * read. One day after the other, since the counters of a day's titles are large.
 */
async function rolledUpDays(
  sources: HistorySources,
  { daysMs, titlesFromMs }: { daysMs: readonly number[]; titlesFromMs: number },
  nowMs: number,
  keepDays: number,
): Promise<Map<number, DemandDay>> {
  const rolled = await sources.days.read(daysMs.map(demandDayId));
  const made = new Map<number, DemandDay>();
  for (const atMs of daysMs) {
    const known = rolled.get(demandDayId(atMs));
    if (known === undefined || (atMs >= titlesFromMs && known.titles === undefined)) {
      made.set(atMs, await readDay(atMs, sources, titlesFromMs, nowMs));
    }
  }
  const settled = [...made].filter(([atMs]) => nowMs >= atMs + dayMs + settledMs);
  await Promise.all(settled.map(([atMs, day]) => sources.days.put?.(demandDayId(atMs), day, atMs + keepDays * dayMs)));
  return new Map(daysMs.map((atMs) => [atMs, made.get(atMs) ?? rolled.get(demandDayId(atMs)) ?? { feeds: {} }]));
}

/** A day from the counters of those of its hours that have begun. */
async function readDay(
  dayStartMs: number,
  { usage }: HistorySources,
  titlesFromMs: number,
  nowMs: number,
): Promise<DemandDay> {
  const hours = hoursOf(dayStartMs, nowMs);
  if (dayStartMs < titlesFromMs) {
    return dayFrom(dayStartMs, await usage.read(hours.map(feedUsageId)));
  }
  const slots = hours.flatMap(titleUsageIdsOfHour);
  const items = await usage.read([...hours.map(feedUsageId), ...slots]);
  return { ...dayFrom(dayStartMs, items), titles: titlesOfDay(slots.map((id) => items.get(id) ?? {})) };
}

/** The feeds of the day that begins at `dayStartMs`, from the items of its hours. */
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

/** Calls for pages of lists. */
function callsIn(items: readonly UsageCounters[]): number {
  const sumOf = (counter: 'calls' | 'titleCalls') =>
    items.reduce((sum, item) => sum + (item[pipelineCounterName(counter)] ?? 0), 0);
  return Math.max(0, sumOf('calls') - sumOf('titleCalls'));
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

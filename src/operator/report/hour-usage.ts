import pLimit from 'p-limit';
import { type PlanHour, planHour, planHourIds } from '../../demand/plan-record.ts';
import { dayMs, hourMs, isoFromMs } from '../../shared/core/clock.ts';
import { groupBy } from '../../shared/core/group-by.ts';
import { planUsageId } from '../../shared/tables/feed-counters.ts';
import {
  feedUsageId,
  type PipelineCounter,
  parseCounterName,
  pipelineCounterName,
  pipelineCounters,
  pipelineUsageId,
  type UsageCounters,
  type UsageStore,
  usageIdsOfHour,
} from '../../shared/tables/usage-store.ts';
import { type TitleCounts, titleCounts } from './title-figures.ts';

/** Reads of something: each was a hit or a miss, and some were answered with what was stale. */
export type ReadCounts = { reads: number; hits: number; misses: number; stale: number };

/** The same with shares from 0 to 1; `null` where nothing was read. */
export type ReadFigures = ReadCounts & { hitRatio: number | null; staleShare: number | null };

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
  /** What was counted of whole titles. */
  wholeTitles: TitleCounts;
};

/** A period in whole hours, the grain of the counters. */
export type ReportPeriod = {
  /** The hours that belong to it, by their start in epoch milliseconds. */
  hoursMs: readonly number[];
  from: string;
  /** The end of its last hour, or now where that hour is not over. */
  to: string;
};

/** What one point of a series covers. */
export type SeriesStep = 'hour' | 'day' | 'week';

/** Reads and work of one hour, day or week, of which the period may hold a part only. */
export type SeriesPoint = { from: string } & ReadFigures & Activity;

/** A period as points in time, each step of it once. */
export type UsageSeries = { step: SeriesStep; points: SeriesPoint[] };

/** Hours whose items are asked for together, and how many such requests are in flight at once. */
const hoursPerRequest = 24;
const requestsAtOnce = 4;
/** Epoch time began on a Thursday; weeks begin on Mondays. */
const firstMondayMs = 4 * dayMs;
/** Up to so many hours a point is an hour, up to so many days a day. */
const mostHours = 49;
const mostDays = 93;

/** Every hour that the `sinceMs` before `untilMs` touch. */
export function reportPeriod(untilMs: number, sinceMs: number, nowMs: number): ReportPeriod {
  const fromMs = hourStartMs(untilMs - sinceMs);
  const count = Math.ceil((untilMs - fromMs) / hourMs);
  const toMs = fromMs + count * hourMs;
  return {
    hoursMs: Array.from({ length: count }, (_, n) => fromMs + n * hourMs),
    from: isoFromMs(fromMs),
    to: isoFromMs(Math.max(fromMs, Math.min(toMs, nowMs))),
  };
}

function hourStartMs(atMs: number): number {
  return Math.floor(atMs / hourMs) * hourMs;
}

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
  return hoursMs.map((hourMs) => hourFrom(hourMs, items));
}

/** A request must not name an item twice. */
function itemIdsOf(hourMs: number): string[] {
  return [...new Set([...usageIdsOfHour(hourMs), ...planHourIds(hourMs)])];
}

function hourFrom(hourMs: number, items: ReadonlyMap<string, UsageCounters>): HourUsage {
  const [feeds, pipeline] = [feedUsageId(hourMs), pipelineUsageId(hourMs)];
  const titleIds = usageIdsOfHour(hourMs).filter((id) => id !== feeds && id !== pipeline);
  const titles = titleIds.map((id) => items.get(id) ?? {});
  return {
    hourMs,
    feeds: readsBySubject(items.get(feeds) ?? {}),
    titles: sumBySubject(titles.map(readsBySubject)),
    activity: activityOf(items.get(pipeline) ?? {}),
    plan: planHour(hourMs, items),
    wholeTitles: titleCounts(titles, items.get(planUsageId(hourMs)) ?? {}),
  };
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

export const noReads: ReadCounts = { reads: 0, hits: 0, misses: 0, stale: 0 };

const shownKinds = ['reads', 'misses', 'stale'] as const;

/** The reads that an item counts, by subject. */
export function readsBySubject(counters: UsageCounters): Map<string, ReadCounts> {
  const counted = new Map<string, Record<'reads' | 'misses' | 'stale', number>>();
  for (const [name, count] of Object.entries(counters)) {
    const parsed = parseCounterName(name);
    const kind = shownKinds.find((shown) => shown === parsed?.kind);
    if (parsed !== undefined && kind !== undefined && isCount(count)) {
      const known = counted.get(parsed.subject) ?? { reads: 0, misses: 0, stale: 0 };
      counted.set(parsed.subject, { ...known, [kind]: count });
    }
  }
  return new Map([...counted].map(([subject, counts]) => [subject, wholeCounts(counts)]));
}

/** A miss and a stale answer are reads: an item that says otherwise is damaged, and its reads are raised to the larger figure. */
function wholeCounts({ reads, misses, stale }: Record<'reads' | 'misses' | 'stale', number>): ReadCounts {
  const all = Math.max(reads, misses, stale);
  return { reads: all, hits: all - misses, misses, stale };
}

/** Whether a value can have been counted: a damaged item must not stop a report. */
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
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

/** Two sums of reads as one. */
export function addReads(a: ReadCounts, b: ReadCounts): ReadCounts {
  return {
    reads: a.reads + b.reads,
    hits: a.hits + b.hits,
    misses: a.misses + b.misses,
    stale: a.stale + b.stale,
  };
}

/** Counts with their shares, to four digits. */
export function withShares(counts: ReadCounts): ReadFigures {
  const share = (part: number) => (counts.reads === 0 ? null : Math.round((part / counts.reads) * 1e4) / 1e4);
  return { ...counts, hitRatio: share(counts.hits), staleShare: share(counts.stale) };
}

/** A step that makes a series neither of two points nor of a thousand. */
export function stepFor({ hoursMs }: Pick<ReportPeriod, 'hoursMs'>): SeriesStep {
  if (hoursMs.length <= mostHours) {
    return 'hour';
  }
  return hoursMs.length <= mostDays * 24 ? 'day' : 'week';
}

/** Start of the hour, the UTC day or the week of Monday that `atMs` lies in. */
export function stepStartMs(atMs: number, step: SeriesStep): number {
  if (step === 'hour') {
    return hourStartMs(atMs);
  }
  return step === 'day'
    ? Math.floor(atMs / dayMs) * dayMs
    : Math.floor((atMs - firstMondayMs) / (7 * dayMs)) * 7 * dayMs + firstMondayMs;
}

/** Sums of the hours by step. */
export function usageSeries(hours: readonly HourUsage[], step: SeriesStep): UsageSeries {
  const groups = groupBy(hours, ({ hourMs }) => stepStartMs(hourMs, step));
  return { step, points: [...groups].map(([startMs, group]) => pointOf(startMs, group)) };
}

function pointOf(startMs: number, hours: readonly HourUsage[]): SeriesPoint {
  const reads = hours.flatMap(({ feeds, titles }) => [sumOf(feeds), sumOf(titles)]).reduce(addReads, noReads);
  return { from: isoFromMs(startMs), ...withShares(reads), ...sumActivity(hours.map(({ activity }) => activity)) };
}

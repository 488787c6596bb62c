/** What the counters tell of titles: how often each is read, and what was planned for titles of late. */
import { dayMs, hourMs } from '../shared/core/clock.ts';
import type { ScheduleName } from '../shared/settings/schedule.ts';
import { planUsageId, titlePlanCounts } from '../shared/tables/feed-counters.ts';
import {
  parseCounterName,
  parseTitleSubject,
  type UsageCounters,
  type UsageStore,
} from '../shared/tables/usage-store.ts';

/** Expected reads a day by title, `movie/550`. */
export type TitleReads = ReadonlyMap<string, number>;

/** Days before the present one whose reads of titles count. */
export const titleDays = 7;
/** The most titles of one day that are told apart: some 80 KB, a fifth of what an item may hold. */
const mostTitlesOfDay = 5_000;
/** The weight of a day's reads halves in so many days. */
const halfLifeDays = 2;
/** A damaged counter can say anything; sums must stay numbers. */
const mostReads = 1e9;

/** The reads of a day by title, from the items of its times: of the titles that were read most. */
export function titlesOfDay(items: readonly UsageCounters[]): Record<string, number> {
  const reads = new Map<string, number>();
  for (const [name, count] of items.flatMap((item) => Object.entries(item))) {
    const counter = parseCounterName(name);
    if (counter?.kind === 'reads' && parseTitleSubject(counter.subject) !== undefined) {
      reads.set(counter.subject, Math.min((reads.get(counter.subject) ?? 0) + count, mostReads));
    }
  }
  return Object.fromEntries([...reads].sort(byReads).slice(0, mostTitlesOfDay));
}

/**
 * Reads a day of each title, from the reads of days that follow one another up to the present one, of which only a part is over. A day of
 * which nothing is known counts for nothing.
 */
export function readsADay(
  days: readonly (Readonly<Record<string, number>> | undefined)[],
  nowMs: number,
): Map<string, number> {
  const weights = days.map((_, index) => 0.5 ** ((days.length - 1 - index) / halfLifeDays));
  const partOfToday = (nowMs % dayMs) / dayMs;
  const whole = days.reduce(
    (sum, day, index) => sum + (day ? (weights[index] ?? 0) * (index === days.length - 1 ? partOfToday : 1) : 0),
    0,
  );
  const reads = new Map<string, number>();
  for (const [index, day] of days.entries()) {
    for (const [subject, count] of Object.entries(day ?? {})) {
      const weighted = ((weights[index] ?? 0) * Math.min(count, mostReads)) / Math.max(whole, 1 / 24);
      reads.set(subject, (reads.get(subject) ?? 0) + weighted);
    }
  }
  return reads;
}

function byReads([a, x]: [string, number], [b, y]: [string, number]): number {
  return y - x || (a < b ? -1 : 1);
}

/** What runs did for titles within the last 24 hours. */
export type TitleRecord = {
  /** Title jobs that were planned, whoever asked, and calls for lists of changes. */
  calls: number;
  /** Start of the hour in which a title was planned last, epoch milliseconds, by `movie/550`. */
  plannedAtMs: ReadonlyMap<string, number>;
  /** Whether an occurrence of `schedule` was planned at `sinceMs` or after it. */
  hasPlanned(schedule: ScheduleName, sinceMs: number): boolean;
};

/** Reads the record: 25 items, because the counters are by the hour and a budget holds for any 24 hours. */
export async function readTitleRecord(usage: Pick<UsageStore, 'read'>, nowMs: number): Promise<TitleRecord> {
  const hours = Array.from({ length: 25 }, (_, back) => (Math.floor(nowMs / hourMs) - back) * hourMs).reverse();
  const items = await usage.read(hours.map(planUsageId));
  const plans = hours.map((atMs) => ({ atMs, ...titlePlanCounts(items.get(planUsageId(atMs)) ?? {}) }));
  return {
    calls: plans.reduce((sum, { calls }) => sum + calls, 0),
    plannedAtMs: new Map(plans.flatMap(({ atMs, titles }) => titles.map((subject) => [subject, atMs] as const))),
    hasPlanned: (schedule, sinceMs) =>
      plans.some(({ atMs, schedules }) => atMs + hourMs > sinceMs && schedules.includes(schedule)),
  };
}

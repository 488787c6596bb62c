/** The modelled month: what the planner's own rules fetch, without its tables. */
import { type BasePlan, dailyPlan, dueFeeds, type PlannedFeed, weeklyPlan } from '../../planner/base-plan.ts';
import { hourMs, isoFromMs } from '../../shared/core/clock.ts';
import { type Feed, feedId, globalRegion } from '../../shared/core/feed.ts';
import type { MonthPlan } from '../../shared/cost/month-cost.ts';
import { latestOccurrenceMs, type ScheduleName } from '../../shared/settings/schedule.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import { type FeedHead, feedHeadId } from '../../shared/tables/feed-head.ts';
import { listPageLife } from '../../shared/tables/row-life.ts';

const daysPerMonth = 30;
const weekHours = 7 * 24;
/** Any Monday. */
const startMs = Date.parse('2026-11-02T00:00:00Z');
const countedWeeks = 4;
const countedDays = 7 * countedWeeks;

/** What the plan spends beyond the schedules' own feeds: deeper pages, warming. */
const byDemand = 'by demand';

/** A month's jobs, also by where they are for: `global`, `DE:de-DE`, `by demand`. */
export type PlannedMonth = MonthPlan & {
  jobsByRegion: Record<string, number>;
  /** Lists that the schedules keep. */
  lists: number;
  /** Jobs of the largest occurrence of the base plan, which also is the first one on an empty table. */
  largestRun: number;
};

/** The plans that can run: `base` fetches all that is stale; `demand` follows reads within its budget. */
export type PlanKind = 'base' | 'demand';

/** What the base plan fetches at one occurrence. */
type CountedOccurrence = { schedule: ScheduleName; feeds: readonly PlannedFeed[] };

/**
 * Jobs and occurrences of a month of 30 days. The base plan fetches all that is stale. The plan that follows demand is modelled as one
 * that spends its whole budget: the world's part of the daily and weekly runs first, then of all others an equal share of what
 * the base plan would fetch.
 */
export function monthPlan(settings: Settings, kind: PlanKind): PlannedMonth {
  const { pagesPerDay } = settings.planner.adaptive;
  const counted = [...countedOccurrences(settings)];
  const base = jobsOf(counted.flatMap(({ feeds }) => feeds));
  const minimum = jobsOf(counted.flatMap(minimumOf)).get(globalRegion) ?? 0;
  const facts = {
    occurrences: Math.round(ofMonth(counted.length)),
    lists: new Set(counted.flatMap(({ feeds }) => feeds.map(({ feed }) => feedId(feed)))).size,
    largestRun: Math.max(...counted.map(({ feeds }) => feeds.reduce((sum, { pages }) => sum + pages, 0))),
  };
  const [all, most] = [sumOf(base), Math.max(minimum, pagesPerDay * daysPerMonth)];
  if (kind === 'base') {
    return { ...facts, ...rounded(base) };
  }
  if (all <= most) {
    return { ...facts, ...rounded(new Map([...base, [byDemand, most - all]])) };
  }
  const share = (most - minimum) / (all - minimum);
  const shared = [...base].map(([place, count]) => {
    const least = place === globalRegion ? minimum : 0;
    return [place, least + (count - least) * share] as const;
  });
  return { ...facts, ...rounded(new Map(shared)) };
}

/** Four weeks of the base plan by the planner's own rules, after a first week that fills the table. */
function* countedOccurrences(settings: Settings): Generator<CountedOccurrence> {
  const heads = new Map<string, FeedHead>();
  const base = basePlan(settings);
  for (let hour = 0; hour < (countedWeeks + 1) * weekHours; hour += 1) {
    const atMs = startMs + hour * hourMs;
    for (const schedule of ['refresh', 'daily', 'weekly'] as const) {
      if (latestOccurrenceMs(schedule, atMs, settings.schedules) === atMs) {
        const feeds = dueFeeds({ schedule, occurrenceMs: atMs, nowMs: atMs }, base, heads, settings);
        fetchAll(feeds, atMs, heads, settings);
        if (hour >= weekHours) {
          yield { schedule, feeds };
        }
      }
    }
  }
}

/** Which genres the weekly run keeps changes nothing in their number. */
function basePlan(settings: Settings): BasePlan {
  const genres = Array.from({ length: settings.feeds.genre.topGenres }, (_, index) => index + 1);
  return { daily: dailyPlan(settings), weekly: weeklyPlan({ movie: genres, tv: genres }, settings) };
}

function fetchAll(feeds: readonly PlannedFeed[], atMs: number, heads: Map<string, FeedHead>, settings: Settings): void {
  for (const { feed, pages } of feeds) {
    const fetchedAt = isoFromMs(atMs);
    const { freshUntilMs, expiresAtMs } = listPageLife(feed, fetchedAt, atMs, settings);
    const id = feedHeadId(feed);
    heads.set(id, {
      id,
      feed: id,
      snapshot: fetchedAt,
      pagesApplied: Array.from({ length: pages }, (_, index) => index + 1),
      pages,
      fetchedAt,
      freshUntil: isoFromMs(freshUntilMs),
      lastOutcome: 'complete',
      expiration: Math.floor(expiresAtMs / 1_000),
    });
  }
}

/** What the plan never cuts. */
function minimumOf({ schedule, feeds }: CountedOccurrence): CountedOccurrence['feeds'] {
  return schedule === 'refresh' ? [] : feeds.filter(({ feed }) => feed.region === globalRegion);
}

/** Jobs of a month by place. */
function jobsOf(feeds: CountedOccurrence['feeds']): Map<string, number> {
  const jobs = new Map<string, number>();
  for (const { feed, pages } of feeds) {
    jobs.set(placeOf(feed), (jobs.get(placeOf(feed)) ?? 0) + ofMonth(pages));
  }
  return jobs;
}

function rounded(jobs: ReadonlyMap<string, number>): { jobs: number; jobsByRegion: Record<string, number> } {
  const jobsByRegion = Object.fromEntries([...jobs].map(([place, count]) => [place, Math.round(count)]));
  return { jobs: Math.round(sumOf(jobs)), jobsByRegion };
}

function sumOf(jobs: ReadonlyMap<string, number>): number {
  return [...jobs.values()].reduce((sum, count) => sum + count, 0);
}

function ofMonth(count: number): number {
  return (count * daysPerMonth) / countedDays;
}

/** As `cost --regions` takes it; what is not of a country is `global`, whatever its language. */
function placeOf({ region, language }: Feed): string {
  return region === globalRegion ? region : `${region}:${language}`;
}

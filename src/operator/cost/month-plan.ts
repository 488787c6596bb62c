import { type Feed, globalRegion } from '../../shared/core/feed.ts';
import type { MonthPlan } from '../../shared/cost/month-cost.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { type CountedOccurrence, countedDays, countedOccurrences } from './counted-occurrences.ts';

const daysPerMonth = 30;

/** What the plan spends beyond the schedules' own feeds: deeper pages, warming. */
const byDemand = 'by demand';

/** A month's jobs, also by where they are for: `global`, `DE:de-DE`, `by demand`. */
export type PlannedMonth = MonthPlan & { jobsByRegion: Record<string, number> };

/**
 * Jobs and occurrences of a month of 30 days. The base plan fetches all that is stale. The plan that follows demand is modelled as one
 * that spends its whole budget: the world's part of the daily and weekly runs first, then of all others an equal share of what
 * the base plan would fetch.
 */
export function monthPlan(settings: Settings): PlannedMonth {
  const { enabled, pagesPerDay } = settings.planner.adaptive;
  const counted = [...countedOccurrences(settings)];
  const base = jobsOf(counted.flatMap(({ feeds }) => feeds));
  const minimum = jobsOf(counted.flatMap(minimumOf)).get(globalRegion) ?? 0;
  const occurrences = Math.round(ofMonth(counted.length));
  if (!enabled) {
    return { occurrences, ...rounded(base) };
  }
  const [all, most] = [sumOf(base), Math.max(minimum, pagesPerDay * daysPerMonth)];
  if (all <= most) {
    return { occurrences, ...rounded(new Map([...base, [byDemand, most - all]])) };
  }
  const share = (most - minimum) / (all - minimum);
  const shared = [...base].map(([place, count]) => {
    const least = place === globalRegion ? minimum : 0;
    return [place, least + (count - least) * share] as const;
  });
  return { occurrences, ...rounded(new Map(shared)) };
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

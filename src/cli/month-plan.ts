import { dailyPlan, type PlannedFeed, weeklyPlan } from '../planner/base-plan.ts';
import { refreshPlan } from '../planner/refresh-plan.ts';
import type { MonthPlan } from '../shared/cost/month-cost.ts';
import { type Feed, globalRegion } from '../shared/feed.ts';
import { isoFromMs } from '../shared/ports/clock.ts';
import { placementLife } from '../shared/row-life.ts';
import { latestOccurrenceMs, nextOccurrenceMs, type ScheduleName } from '../shared/schedule.ts';
import type { Settings } from '../shared/settings.ts';
import { type FeedHead, feedHeadId } from '../shared/table/feed-head.ts';

const hourMs = 3_600_000;
const weekHours = 7 * 24;
/** Any Monday. */
const startMs = Date.parse('2026-11-02T00:00:00Z');
const countedWeeks = 4;
const daysPerMonth = 30;

/** A month's jobs, also by where they are for: `global`, `DE:de-DE`. */
export type PlannedMonth = MonthPlan & { jobsByRegion: Record<string, number> };

/**
 * Jobs and occurrences of a month of 30 days: five weeks of the planner's own rules, of which the first fills the table and is not
 * counted. A refresh that falls on the minute of a daily run does not see its pages yet, so it comes first.
 */
export function monthPlan(settings: Settings): PlannedMonth {
  const jobs = new Map<string, number>();
  let occurrences = 0;
  for (const feeds of countedOccurrences(settings)) {
    occurrences += 1;
    for (const { feed, pages } of feeds) {
      jobs.set(placeOf(feed), (jobs.get(placeOf(feed)) ?? 0) + pages);
    }
  }
  const ofMonth = (count: number) => Math.round((count * daysPerMonth) / (7 * countedWeeks));
  return {
    jobs: ofMonth([...jobs.values()].reduce((sum, count) => sum + count, 0)),
    occurrences: ofMonth(occurrences),
    jobsByRegion: Object.fromEntries([...jobs].map(([place, count]) => [place, ofMonth(count)])),
  };
}

/** What each occurrence of the counted weeks fetches. */
function* countedOccurrences(settings: Settings): Generator<readonly PlannedFeed[]> {
  const heads = new Map<string, FeedHead>();
  for (let hour = 0; hour < (countedWeeks + 1) * weekHours; hour += 1) {
    const atMs = startMs + hour * hourMs;
    for (const schedule of ['refresh', 'daily', 'weekly'] as const) {
      if (latestOccurrenceMs(schedule, atMs, settings.schedules) === atMs) {
        const feeds = feedsOf(schedule, atMs, heads, settings);
        fetchAll(feeds, atMs, heads, settings);
        if (hour >= weekHours) {
          yield feeds;
        }
      }
    }
  }
}

/** As `cost --regions` takes it; what is not of a country is `global`, whatever its language. */
function placeOf({ region, language }: Feed): string {
  return region === globalRegion ? region : `${region}:${language}`;
}

function feedsOf(
  schedule: ScheduleName,
  atMs: number,
  heads: ReadonlyMap<string, FeedHead>,
  settings: Settings,
): PlannedFeed[] {
  // Which genres they are changes nothing in their number.
  const genres = Array.from({ length: settings.feeds.genre.topGenres }, (_, index) => index + 1);
  const daily = dailyPlan(settings);
  const weekly = weeklyPlan({ movie: genres, tv: genres }, settings);
  switch (schedule) {
    case 'daily':
      return daily;
    case 'weekly':
      return weekly;
    case 'refresh':
      return refreshPlan([...daily, ...weekly], heads, atMs, nextOccurrenceMs('refresh', atMs, settings.schedules));
  }
}

function fetchAll(feeds: readonly PlannedFeed[], atMs: number, heads: Map<string, FeedHead>, settings: Settings): void {
  for (const { feed, pages } of feeds) {
    const fetchedAt = isoFromMs(atMs);
    const { freshUntilMs, expiresAtMs } = placementLife(feed, fetchedAt, atMs, settings);
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

import { dailyPlan, type PlannedFeed, weeklyPlan } from '../planner/base-plan.ts';
import { refreshPlan } from '../planner/refresh-plan.ts';
import type { MonthPlan } from '../shared/cost/month-cost.ts';
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

/**
 * Jobs and occurrences of a month of 30 days: five weeks of the planner's own rules, of which the first fills the table and is not
 * counted. A refresh that falls on the minute of a daily run does not see its pages yet, so it comes first.
 */
export function monthPlan(settings: Settings): MonthPlan {
  const heads = new Map<string, FeedHead>();
  const total = { jobs: 0, occurrences: 0 };
  for (let hour = 0; hour < (countedWeeks + 1) * weekHours; hour += 1) {
    const atMs = startMs + hour * hourMs;
    for (const schedule of ['refresh', 'daily', 'weekly'] as const) {
      if (latestOccurrenceMs(schedule, atMs, settings.schedules) === atMs) {
        const feeds = feedsOf(schedule, atMs, heads, settings);
        fetchAll(feeds, atMs, heads, settings);
        if (hour >= weekHours) {
          total.jobs += feeds.reduce((sum, { pages }) => sum + pages, 0);
          total.occurrences += 1;
        }
      }
    }
  }
  const scale = daysPerMonth / (7 * countedWeeks);
  return { jobs: Math.round(total.jobs * scale), occurrences: Math.round(total.occurrences * scale) };
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

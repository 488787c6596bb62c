import { dailyPlan, type PlannedFeed, weeklyPlan } from '../../planner/base-plan.ts';
import { dueFeeds } from '../../planner/demand-plan.ts';
import { hourMs, isoFromMs } from '../../shared/core/clock.ts';
import { feedId } from '../../shared/core/feed.ts';
import { latestOccurrenceMs, type ScheduleName } from '../../shared/settings/schedule.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { type FeedHead, feedHeadId } from '../../shared/tables/feed-head.ts';
import { listPageLife } from '../../shared/tables/row-life.ts';

const weekHours = 7 * 24;
/** Any Monday. */
const startMs = Date.parse('2026-11-02T00:00:00Z');
const countedWeeks = 4;

/** Days that are counted. */
export const countedDays = 7 * countedWeeks;

/** What the base plan fetches at one occurrence. */
export type CountedOccurrence = { schedule: ScheduleName; feeds: readonly PlannedFeed[] };

/** Four weeks of the base plan by the planner's own rules, after a first week that fills the table. */
export function* countedOccurrences(settings: Settings): Generator<CountedOccurrence> {
  const heads = new Map<string, FeedHead>();
  for (let hour = 0; hour < (countedWeeks + 1) * weekHours; hour += 1) {
    const atMs = startMs + hour * hourMs;
    for (const schedule of ['refresh', 'daily', 'weekly'] as const) {
      if (latestOccurrenceMs(schedule, atMs, settings.schedules) === atMs) {
        const feeds = feedsOf(schedule, atMs, heads, settings);
        fetchAll(feeds, atMs, heads, settings);
        if (hour >= weekHours) {
          yield { schedule, feeds };
        }
      }
    }
  }
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
  const runsToo = (name: 'daily' | 'weekly') => latestOccurrenceMs(name, atMs, settings.schedules) === atMs;
  const elsewhere = [...(runsToo('daily') ? daily : []), ...(runsToo('weekly') ? weekly : [])];
  switch (schedule) {
    case 'daily':
      return daily;
    case 'weekly':
      return weekly;
    case 'refresh':
      return dueFeeds(
        { planned: [...daily, ...weekly], elsewhere: new Set(elsewhere.map(({ feed }) => feedId(feed))) },
        heads,
        atMs,
        settings,
      );
  }
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

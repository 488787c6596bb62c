import { type BasePlan, dailyPlan, dueFeeds, type PlannedFeed, weeklyPlan } from '../../planner/base-plan.ts';
import { hourMs, isoFromMs } from '../../shared/core/clock.ts';
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

/** The base plan: the feeds that the schedules keep, however much they are read, and which of them an occurrence fetches. */
import { msFromIso } from '../shared/core/clock.ts';
import { customCategory, type Feed, globalRegion, type MediaType, mediaTypes } from '../shared/core/feed.ts';
import { feedRules, notConfigured } from '../shared/core/feed-rules.ts';
import { latestOccurrenceMs, nextOccurrenceMs, type ScheduleName } from '../shared/settings/schedule.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { type FeedHead, feedHeadId, isAnswered, newestAnswer } from '../shared/tables/feed-head.ts';

/** A feed that a run will fetch, how many pages of it, and why. */
export type PlannedFeed = { feed: Feed; pages: number; why: string };

/** The genres with the most weight in what the table holds, heaviest first. */
export type TopGenres = Record<MediaType, readonly number[]>;

/** The feeds of the base plan, by the schedule that keeps them. */
export type BasePlan = { daily: readonly PlannedFeed[]; weekly: readonly PlannedFeed[] };

/** An occurrence of a schedule, and the time it is planned at, which may be later. Epoch milliseconds. */
export type Occurrence = { schedule: ScheduleName; occurrenceMs: number; nowMs: number };

/** Popular and trending, world-wide and for each configured region, and the own feeds of the daily run. */
export function dailyPlan(settings: Settings): PlannedFeed[] {
  const language = settings.defaultLanguage;
  const why = 'part of every daily run';
  return [
    ...planned('popular', mediaTypes, globalRegion, language, settings, why),
    ...planned('trending', [...mediaTypes, 'all'], globalRegion, language, settings, why),
    ...settings.regions.flatMap(({ region, language: regional }) =>
      (['popular', 'trending', 'local_originals'] as const).flatMap((category) =>
        planned(category, mediaTypes, region, regional, settings, `daily for the configured region ${region}`),
      ),
    ),
    ...ownFeeds('daily', settings),
  ];
}

function ownFeeds(kept: 'daily' | 'weekly', settings: Settings): PlannedFeed[] {
  const why = `own feed of every ${kept} run`;
  return settings.feeds.custom
    .filter(({ schedule }) => schedule === kept)
    .flatMap(({ name, media, language = settings.defaultLanguage }) =>
      planned(customCategory(name), [media], globalRegion, language, settings, why),
    );
}

/** The top genres, hidden gems and award winners, and the own feeds of the weekly run. */
export function weeklyPlan(topGenres: TopGenres, settings: Settings): PlannedFeed[] {
  const language = settings.defaultLanguage;
  const why = 'part of every weekly run';
  const genres = mediaTypes.flatMap((media) =>
    topGenres[media].flatMap((id, place) =>
      planned(
        `genre_${id}`,
        [media],
        globalRegion,
        language,
        settings,
        `genre ${place + 1} by weight in the table's lists`,
      ),
    ),
  );
  return [
    ...genres,
    ...planned('hidden_gems', mediaTypes, globalRegion, language, settings, why),
    ...planned('award_winning', mediaTypes, globalRegion, language, settings, why),
    ...ownFeeds('weekly', settings),
  ];
}

function planned(
  category: string,
  media: readonly Feed['media'][],
  region: string,
  language: string,
  settings: Settings,
  why: string,
): PlannedFeed[] {
  const { pages } = feedRules({ category }, settings);
  return media.map((medium) => ({ feed: { category, media: medium, region, language }, pages, why }));
}

/** What the schedule keeps: a refresh all that the daily and the weekly run keep. */
export function keptFeeds(schedule: ScheduleName, { daily, weekly }: BasePlan): readonly PlannedFeed[] {
  return { daily, weekly, refresh: [...daily, ...weekly] }[schedule];
}

/**
 * What the base plan fetches at an occurrence. A daily or weekly run fetches all that it keeps. A refresh fetches what is stale or will
 * be before the next refresh, and what TMDB has not answered with a list though there was one or should be one. `heads` by id; a feed
 * without a head was never fetched, or has expired.
 */
export function dueFeeds(
  { schedule, occurrenceMs, nowMs }: Occurrence,
  base: BasePlan,
  heads: ReadonlyMap<string, FeedHead>,
  { schedules }: Settings,
): PlannedFeed[] {
  if (schedule !== 'refresh') {
    return [...keptFeeds(schedule, base)];
  }
  const nextRefreshMs = nextOccurrenceMs('refresh', nowMs, schedules);
  return (['daily', 'weekly'] as const).flatMap((keeper) => {
    const runsNow = latestOccurrenceMs(keeper, occurrenceMs, schedules) === occurrenceMs;
    return base[keeper].flatMap((one) => {
      const head = heads.get(feedHeadId(one.feed));
      // By the run of the same minute. What is not in the table at all is fetched by both: its readers have nothing.
      const isPlannedElsewhere = runsNow && head !== undefined;
      const why = isPlannedElsewhere ? undefined : whyDue(head, nowMs, nextRefreshMs);
      return why === undefined ? [] : [{ ...one, why }];
    });
  });
}

function whyDue(head: FeedHead | undefined, nowMs: number, nextRefreshMs: number): string | undefined {
  if (head === undefined) {
    return 'not in the table';
  }
  const unanswered = whyUnanswered(head);
  if (unanswered !== undefined) {
    return unanswered;
  }
  const freshUntilMs = msFromIso(head.freshUntil);
  if (freshUntilMs <= nowMs) {
    return `stale since ${head.freshUntil}`;
  }
  if (freshUntilMs < nextRefreshMs) {
    return `will be stale at ${head.freshUntil}, before the next refresh`;
  }
  if (head.lastOutcome === 'partial') {
    const { snapshot } = newestAnswer(head);
    return snapshot === head.snapshot
      ? `only ${head.pagesApplied.length} of ${head.pages} pages are in the table`
      : `no page of ${snapshot} with titles is in the table`;
  }
  return undefined;
}

/** A list that is empty for good is a row like any other; an answer that left an older list standing, or nothing, is not. */
function whyUnanswered(head: FeedHead): string | undefined {
  const { at, without } = newestAnswer(head);
  const code = without[0]?.absence?.code;
  switch (head.lastOutcome) {
    case 'empty':
      return isAnswered(head) ? undefined : `TMDB answered with an empty list at ${at}`;
    case 'rejected':
      return `none of the rows that TMDB sent at ${at} could be read`;
    case 'not-found':
      if (code === notConfigured) {
        return `the worker's settings did not have it at ${at}`;
      }
      return `TMDB did not find it at ${at}${code === undefined ? '' : ` (${code})`}`;
    default:
      return undefined;
  }
}

import { type Feed, globalRegion, type MediaType, mediaTypes } from '../shared/core/feed.ts';
import { type FetchRequest, feedsOf } from '../shared/queues/plan-request.ts';
import { feedKindOf, regionLanguage, type Settings } from '../shared/settings/settings.ts';

/** A feed that a run will fetch, how many pages of it, and why. */
export type PlannedFeed = { feed: Feed; pages: number; why: string };

/** The genres with the most weight in what the table holds, heaviest first. */
export type TopGenres = Record<MediaType, readonly number[]>;

/** Popular and trending, world-wide and for each configured region. */
export function dailyPlan(settings: Settings): PlannedFeed[] {
  const language = settings.defaultLanguage;
  const why = 'part of every daily run';
  return [
    ...keptFeeds('popular', mediaTypes, globalRegion, language, settings, why),
    ...keptFeeds('trending', [...mediaTypes, 'all'], globalRegion, language, settings, why),
    ...settings.regions.flatMap(({ region, language: regional }) =>
      (['popular', 'trending', 'local_originals'] as const).flatMap((category) =>
        keptFeeds(category, mediaTypes, region, regional, settings, `daily for the configured region ${region}`),
      ),
    ),
  ];
}

/** The top genres, hidden gems and award winners. */
export function weeklyPlan(topGenres: TopGenres, settings: Settings): PlannedFeed[] {
  const language = settings.defaultLanguage;
  const why = 'part of every weekly run';
  const genres = mediaTypes.flatMap((media) =>
    topGenres[media].flatMap((id, place) =>
      keptFeeds(
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
    ...keptFeeds('hidden_gems', mediaTypes, globalRegion, language, settings, why),
    ...keptFeeds('award_winning', mediaTypes, globalRegion, language, settings, why),
  ];
}

/** Every feed an ad-hoc request names; a region without a language has its own. */
export function adHocPlan(request: FetchRequest, settings: Settings): PlannedFeed[] {
  return feedsOf(request, (region) => regionLanguage(region, settings)).map((feed) => ({
    feed,
    pages: request.pages,
    why: 'asked for ad hoc',
  }));
}

function keptFeeds(
  category: string,
  media: readonly Feed['media'][],
  region: string,
  language: string,
  settings: Settings,
  why: string,
): PlannedFeed[] {
  const { pages } = settings.feeds[feedKindOf({ category })];
  return media.map((medium) => ({ feed: { category, media: medium, region, language }, pages, why }));
}

/** What the settings say of a feed: of one kind, or of one of its own feeds (`feeds.custom`). */
import { dayMs } from '../core/clock.ts';
import { customCategory, type Feed, feedKindOf, isCustomCategory } from '../core/feed.ts';
import { regionLanguage } from './settings.ts';
import type { Settings } from './settings-schema.ts';

/** What an own feed has where the settings name nothing else. */
export const customDefaults = { pages: 1, softTtlHours: 24, schedule: 'daily' } as const;

/** Where a job ends as not found because the settings have no such feed. */
export const notConfigured = 'feed_not_configured';

/** An own feed: any query of TMDB's `/discover`. */
export type CustomFeed = Settings['feeds']['custom'][number];

/** The own feed of a category; `undefined` for other categories, and where the settings do not have it. */
export function customFeedOf(category: string, { feeds }: Pick<Settings, 'feeds'>): CustomFeed | undefined {
  return isCustomCategory(category) ? feeds.custom.find(({ name }) => customCategory(name) === category) : undefined;
}

/**
 * Pages and soft TTL of a feed. An own feed that the settings no longer have gets the defaults of own feeds: what was fetched of it may still
 * be on a queue or in the table, and needs a life.
 */
export function feedRules(
  feed: Pick<Feed, 'category'>,
  settings: Pick<Settings, 'feeds'>,
): { pages: number; softTtlHours: number } {
  const kind = feedKindOf(feed);
  return kind === 'custom' ? (customFeedOf(feed.category, settings) ?? customDefaults) : settings.feeds[kind];
}

/** The language of a feed if a request names none: that of an own feed, else the region's. `region` is in canonical form. */
export function feedLanguage(
  { category, region }: Pick<Feed, 'category' | 'region'>,
  settings: Pick<Settings, 'feeds' | 'regions' | 'defaultLanguage'>,
): string {
  return customFeedOf(category, settings)?.language ?? regionLanguage(region, settings);
}

/** Why the settings have no such own feed, as a sentence; `undefined` if they have it, and for feeds of all other kinds. */
export function customFeedProblem(
  { category, media }: { category: string; media: string },
  settings: Pick<Settings, 'feeds'>,
): string | undefined {
  if (!isCustomCategory(category)) {
    return undefined;
  }
  const known = customFeedOf(category, settings);
  if (known === undefined) {
    const names = settings.feeds.custom.map(({ name }) => customCategory(name)).join(', ');
    const allowed = names === '' ? 'none, since feeds.custom is empty' : names;
    return `the settings have no own feed '${category}': allowed are ${allowed}`;
  }
  return known.media === media
    ? undefined
    : `the own feed '${category}' lists ${known.media} titles: allowed is media '${known.media}', not '${media}'`;
}

/** The query of an own feed at a time: days that are relative to today become dates (UTC). */
export function queryAt({ query }: Pick<CustomFeed, 'query'>, atMs: number): Record<string, string> {
  const isoDay = (text: string) => new Date(atMs + daysFromToday(text) * dayMs).toISOString().slice(0, 10);
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const isRelative = /_date\.[gl]te$/.test(name) && value.startsWith('today');
      return [name, isRelative ? isoDay(value) : value];
    }),
  );
}

/** The days that `today-42d` is away from today; 0 for `today` itself. */
export function daysFromToday(text: string): number {
  return Number(/^today([+-]\d+)d$/.exec(text)?.[1] ?? 0);
}

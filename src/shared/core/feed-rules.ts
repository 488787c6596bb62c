/** What the settings say of a feed: of one kind, or of one of its own feeds (`feeds.custom`). */
import { dayMs } from './clock.ts';
import {
  askedFeedSchema,
  customCategory,
  customDefaults,
  daysFromToday,
  type Feed,
  type FeedKind,
  feedKindOf,
  isCustomCategory,
  type MediaType,
} from './feed.ts';

/** An own feed: any query of TMDB's `/discover`, checked when the settings were read. */
export type CustomFeed = {
  name: string;
  media: MediaType;
  query: Readonly<Record<string, string>>;
  pages: number;
  softTtlHours: number;
  schedule: 'daily' | 'weekly';
  language?: string | undefined;
};

type Rules = { pages: number; softTtlHours: number };

/** The part of the settings that these rules read. */
type FeedSettings = {
  feeds: Readonly<Record<Exclude<FeedKind, 'custom'>, Rules>> & { custom: readonly CustomFeed[] };
};

/** Where a job ends as not found because the settings have no such feed. */
export const notConfigured = 'feed_not_configured';

/** The own feed of a category; `undefined` for other categories, and where the settings do not have it. */
export function customFeedOf(category: string, { feeds }: FeedSettings): CustomFeed | undefined {
  return isCustomCategory(category) ? feeds.custom.find(({ name }) => customCategory(name) === category) : undefined;
}

/**
 * Pages and soft TTL of a feed. An own feed that the settings no longer have gets the defaults of own feeds: what was fetched of it may still
 * be on a queue or in the table, and needs a life.
 */
export function feedRules(feed: Pick<Feed, 'category'>, settings: FeedSettings): Rules {
  const kind = feedKindOf(feed);
  return kind === 'custom' ? (customFeedOf(feed.category, settings) ?? customDefaults) : settings.feeds[kind];
}

/** Why the settings have no such own feed, as a sentence; `undefined` if they have it, and for feeds of all other kinds. */
export function customFeedProblem(
  { category, media }: { category: string; media: string },
  settings: FeedSettings,
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

/** A feed as a person enters it: one that TMDB has, or an own feed of the settings. */
export function configuredFeedSchema(settings: FeedSettings) {
  return askedFeedSchema.superRefine((feed, context) => {
    const message = customFeedProblem(feed, settings);
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message, path: ['category'] });
    }
  });
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

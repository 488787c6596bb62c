import * as z from 'zod';
import { closeLanguages, closeRegions } from './places/close-matches.ts';
import { canonicalLanguage, canonicalRegion, isLanguageTag, knownCountries } from './places/known-places.ts';
import { shown } from './shown-text.ts';

/** TMDB serves pages 1 to 500 of any list (its code 22 beyond). Source: TMDB error list, November 2026. */
export const maxPage = 500;

/** Rows of one TMDB list page, as a rule: 21 have been recorded (November 2026). */
export const rowsPerPage = 20;

/** Rank of the last row that TMDB serves. */
export const maxRank = maxPage * rowsPerPage;

/** Outcomes of a page, worst first: if one job was answered twice, the better answer counts. */
export const pageOutcomes = ['not-found', 'rejected', 'empty', 'titles'] as const;

/**
 * `titles`: at least one. `empty`: TMDB lists no title, because the list is empty or the page is beyond its end.
 * `rejected`: TMDB sent rows, and none was readable. `not-found`: TMDB does not have this list.
 */
export type PageOutcome = (typeof pageOutcomes)[number];

/** The better of two outcomes, in the order of `pageOutcomes`. */
export function betterOutcome<T extends PageOutcome>(a: T, b: T): T {
  return pageOutcomes.indexOf(a) >= pageOutcomes.indexOf(b) ? a : b;
}

/**
 * Categories whose name is fixed. Others are called `genre_<TMDB genre id>`, `keyword_<TMDB keyword id>`, and `custom_<name>` for the own feeds
 * of the settings.
 */
export const namedCategories = ['popular', 'trending', 'hidden_gems', 'award_winning', 'local_originals'] as const;

/** Kinds of feeds in the settings. All genre feeds share the entry `genre`, all keyword feeds `keyword`; own feeds are the list `custom`. */
export type FeedKind = (typeof namedCategories)[number] | 'genre' | 'keyword' | 'custom';

/** What a feed lists. `all` (movies and series mixed) exists for the global trend only. */
export const feedMedia = ['movie', 'tv', 'all'] as const;

/** A title is one of these two; TMDB's movie and series ids overlap, so the key is always media type + id. */
export const mediaTypes = ['movie', 'tv'] as const;

export type MediaType = (typeof mediaTypes)[number];

/** Region of a feed that is not restricted to a country. */
export const globalRegion = 'global';

const genreCategory = /^genre_([1-9]\d{0,6})$/;
const keywordCategory = /^keyword_([1-9]\d{0,6})$/;
/** Names of own feeds: they are a part of keys and addresses. */
export const customNamePattern = /^[a-z0-9_]{1,40}$/;
const customPrefix = 'custom_';

/** The category of the own feed that the settings call `name`. */
export function customCategory(name: string): string {
  return `${customPrefix}${name}`;
}

/** What an own feed has where the settings name nothing else. */
export const customDefaults = { pages: 1, softTtlHours: 24, schedule: 'daily' } as const;

/** The days that `today-42d`, as the query of an own feed has it, is away from today; 0 for `today` itself. */
export function daysFromToday(text: string): number {
  return Number(/^today([+-]\d+)d$/.exec(text)?.[1] ?? 0);
}

/** Whether a category is that of an own feed. Which of them exist is up to the settings (feed-rules.ts). */
export function isCustomCategory(category: string): boolean {
  return category.startsWith(customPrefix) && customNamePattern.test(category.slice(customPrefix.length));
}

export const categorySchema = z.string().refine(isCategory, {
  abort: true,
  error: (issue) =>
    `unknown category '${shown(issue.input)}': allowed are ${namedCategories.join(', ')}, genre_<TMDB genre id>, keyword_<TMDB keyword id> and custom_<name of an own feed>`,
});

export const feedMediaSchema = z.enum(feedMedia, {
  error: (issue) => `unknown media '${shown(issue.input)}': allowed are ${feedMedia.join(', ')}`,
});

/** `global`, or a country that TMDB knows, in canonical form. Messages and rows hold this form. */
export const regionSchema = z.string().refine((text) => text === globalRegion || knownCountries.has(text), {
  abort: true,
  error: ({ input }) =>
    `unknown region '${shown(input)}': allowed are '${globalRegion}' and ISO 3166-1 alpha-2 codes TMDB knows${matches(
      closeRegions(String(input)),
      'US, GB, DE, JP, IN',
    )}`,
});

/** A language of TMDB with a country where it is spoken, in canonical form. Messages and rows hold this form. */
export const languageSchema = z.string().refine(isLanguageTag, {
  abort: true,
  error: ({ input }) =>
    `unknown language '${shown(input)}': allowed are tags of a language and a region TMDB knows${matches(
      closeLanguages(String(input)),
      'en-US, de-DE, ja-JP',
    )}`,
});

/** A region as a person enters it, in upper or lower case. */
export const askedRegionSchema = z.string().overwrite(canonicalRegion).pipe(regionSchema);

/** A language as a person enters it, in upper or lower case. A language without a country (`ja`) gets its usual country. */
export const askedLanguageSchema = z.string().overwrite(canonicalLanguage).pipe(languageSchema);

/** One TMDB listing: category × media × region × language. */
export const feedSchema = feedWith(regionSchema, languageSchema);

/** A feed as a person enters it. */
export const askedFeedSchema = feedWith(askedRegionSchema, askedLanguageSchema);

export type Feed = z.infer<typeof feedSchema>;

/** The id of a feed as text: `popular/movie/DE/de-DE`. */
export function feedId(feed: Feed): string {
  return `${feed.category}/${feed.media}/${feed.region}/${feed.language}`;
}

/** The feed of an id; `undefined` if the text is not a valid id. */
export function parseFeedId(id: string): Feed | undefined {
  const [category, media, region, language] = id.split('/');
  const feed = feedSchema.safeParse({ category, media, region, language });
  return feed.success && feedId(feed.data) === id ? feed.data : undefined;
}

/** The genre id of a `genre_<id>` category; `undefined` for other categories. */
export function genreIdOf(category: string): number | undefined {
  const match = genreCategory.exec(category);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** The keyword id of a `keyword_<id>` category; `undefined` for other categories. */
export function keywordIdOf(category: string): number | undefined {
  const match = keywordCategory.exec(category);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** The settings entry of a feed. */
export function feedKindOf(feed: Pick<Feed, 'category'>): FeedKind {
  if (isCustomCategory(feed.category)) {
    return 'custom';
  }
  if (keywordIdOf(feed.category) !== undefined) {
    return 'keyword';
  }
  return genreIdOf(feed.category) === undefined ? (feed.category as FeedKind) : 'genre';
}

function feedWith(region: z.ZodType<string, string>, language: z.ZodType<string, string>) {
  return z
    .object({ category: categorySchema, media: feedMediaSchema, region, language })
    .superRefine((feed, context) => {
      const problem = feedProblem(feed);
      if (problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem });
      }
    });
}

function isCategory(text: string): boolean {
  const isNamed = (namedCategories as readonly string[]).includes(text);
  return isNamed || genreCategory.test(text) || keywordCategory.test(text) || isCustomCategory(text);
}

/** Why TMDB has no such listing, as a sentence; `undefined` if it has one. */
function feedProblem(feed: { category: string; media: string; region: string }): string | undefined {
  const { category, media, region } = feed;
  if (media === 'all' && (category !== 'trending' || region !== globalRegion)) {
    return `media 'all' exists only for category 'trending' in region '${globalRegion}', not for '${category}' in '${region}'`;
  }
  if (category === 'local_originals' && region === globalRegion) {
    return `category 'local_originals' needs a country as its region, for example DE`;
  }
  const regional = category === 'popular' || category === 'trending' || category === 'local_originals';
  if (!regional && region !== globalRegion) {
    return `category '${category}' exists only in region '${globalRegion}', not in '${region}'`;
  }
  return undefined;
}

/** The end of an error message: close matches, or examples if there are none. */
export function matches(close: readonly string[], examples: string): string {
  if (close.length === 0) {
    return `, such as ${examples}`;
  }
  return close.length === 1 ? `; a close match is ${close[0]}` : `; close matches are ${close.join(', ')}`;
}

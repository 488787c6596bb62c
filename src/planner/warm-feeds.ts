import { byReads, type LearnedDemand } from '../demand/learned-demand.ts';
import { dayMs, hourMs } from '../shared/core/clock.ts';
import { type Feed, feedId, globalRegion, type MediaType, mediaTypes, parseFeedId } from '../shared/core/feed.ts';
import { customFeedProblem } from '../shared/core/feed-rules.ts';
import { isInDayPart } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import type { PlannedFeed } from './base-plan.ts';

/** A feed that warming proposes. `trial`: it may be fetched once a week although nobody has read it yet. */
export type WarmFeed = { feed: Feed; why: string; trial: boolean };

/** Proposals whose state in the table is looked up: the most read come first. */
const mostProposals = 40;

/**
 * What no schedule keeps and readers are expected to ask for until `untilMs`: what they have read before, the genres of the day-parts
 * that come, and the themes in season, these in each configured language and also where nobody has read them yet.
 */
export function warmFeeds(
  kept: readonly Pick<PlannedFeed, 'feed'>[],
  demand: LearnedDemand,
  nowMs: number,
  untilMs: number,
  settings: Settings,
): WarmFeed[] {
  const proposed = new Map<string, WarmFeed>();
  const known = new Set(kept.map(({ feed }) => feedId(feed)));
  for (const one of [
    ...readBefore(demand, settings),
    ...ofDayParts(nowMs, untilMs, settings),
    ...inSeason(nowMs, settings),
  ]) {
    const id = feedId(one.feed);
    const before = proposed.get(id);
    if (!known.has(id)) {
      proposed.set(id, { ...one, why: before?.why ?? one.why, trial: one.trial || (before?.trial ?? false) });
    }
  }
  const { leastReads } = settings.planner.adaptive;
  return [...proposed.values()]
    .filter(({ feed, trial }) => trial || demand.reads(feed, nowMs, untilMs) >= leastReads)
    .slice(0, mostProposals);
}

function readBefore(demand: LearnedDemand, settings: Settings): WarmFeed[] {
  return byReads(demand).flatMap((id) => {
    const feed = parseFeedId(id);
    // An own feed that was read before may have been removed from the settings.
    return feed === undefined || customFeedProblem(feed, settings) !== undefined
      ? []
      : [{ feed, why: 'read, though no schedule keeps it', trial: false }];
  });
}

/** Day-parts are hours of the viewer's day. Viewers are treated as if they lived by UTC, so at any hour one applies. */
function ofDayParts(nowMs: number, untilMs: number, { reader, defaultLanguage }: Settings): WarmFeed[] {
  const hours = Array.from({ length: Math.ceil((untilMs - nowMs) / hourMs) }, (_, n) =>
    new Date(nowMs + n * hourMs).getUTCHours(),
  );
  return reader.dayParts
    .filter((dayPart) => hours.some((hour) => isInDayPart(hour, dayPart)))
    .flatMap(({ name, genres }) =>
      genres.flatMap((id) =>
        mediaTypes.map((media) => ({
          feed: worldWide(`genre_${id}`, media, defaultLanguage),
          why: `for the ${name}`,
          trial: false,
        })),
      ),
    );
}

function inSeason(nowMs: number, settings: Settings): WarmFeed[] {
  return placesOf(settings).flatMap(({ region, language }) =>
    themesInSeason(region, nowMs).flatMap(({ name, categories }) =>
      mediaTypes.flatMap((media) =>
        categories[media].map((category) => ({
          feed: worldWide(category, media, language),
          why: `${name} is in season in ${region}`,
          trial: true,
        })),
      ),
    ),
  );
}

/** The configured regions, and the country of the default language. */
function placesOf({ regions, defaultLanguage }: Settings): { region: string; language: string }[] {
  return [{ region: defaultLanguage.slice(-2), language: defaultLanguage }, ...regions];
}

function worldWide(category: string, media: Feed['media'], language: string): Feed {
  return { category, media, region: globalRegion, language };
}

/**
 * What people look for at which time of the year, as data: an editorial choice, of proposals only. The forecast
 * drops what nobody reads. Ids are TMDB's: genres as its genre lists name them, keywords as its keyword pages do (November 2026).
 */

/** Where a theme is in season: everywhere, on one half of the earth, or in some countries (ISO 3166-1). */
type ThemePlace = 'everywhere' | 'north' | 'south' | readonly string[];

/** A season: from and to are `MM-DD`, both included, and may pass the turn of the year; or days that move, `YYYY-MM-DD`. */
type Theme = {
  name: string;
  where: ThemePlace;
  season: { from: string; to: string } | { days: readonly string[]; daysBefore: number; daysAfter: number };
  /** Categories of feeds: `genre_<id>`, `keyword_<id>`. */
  categories: Readonly<Record<MediaType, readonly string[]>>;
};

/** Countries south of the equator by most of their people. */
const southern = new Set('AO AR AU BO BR BW CL FJ ID KE LS MG MU MW MZ NA NZ PE PG PY RW SZ TZ UY ZA ZM ZW'.split(' '));

/** The dates that move are those of the official calendars of 2026 to 2030. */
export const themes: readonly Theme[] = [
  {
    name: 'Christmas',
    where: 'everywhere',
    season: { from: '11-25', to: '12-31' },
    // The keyword "christmas".
    categories: { movie: ['keyword_207317', 'genre_10751'], tv: ['keyword_207317', 'genre_10751'] },
  },
  {
    name: 'Halloween',
    where: 'everywhere',
    season: { from: '10-10', to: '11-01' },
    categories: { movie: ['genre_27'], tv: ['genre_9648'] },
  },
  {
    name: "Valentine's Day",
    where: 'everywhere',
    season: { from: '02-01', to: '02-15' },
    categories: { movie: ['genre_10749'], tv: ['genre_10766'] },
  },
  {
    name: 'summer',
    where: 'north',
    season: { from: '06-15', to: '08-31' },
    categories: { movie: ['genre_12', 'genre_28'], tv: ['genre_10759'] },
  },
  {
    name: 'summer',
    where: 'south',
    season: { from: '12-15', to: '02-28' },
    categories: { movie: ['genre_12', 'genre_28'], tv: ['genre_10759'] },
  },
  {
    name: 'Diwali',
    where: ['IN', 'NP', 'SG', 'MU', 'FJ'],
    season: {
      days: ['2026-11-08', '2027-10-29', '2028-10-17', '2029-11-05', '2030-10-26'],
      daysBefore: 7,
      daysAfter: 5,
    },
    categories: { movie: ['genre_10751', 'genre_10749'], tv: ['genre_10751'] },
  },
  {
    name: 'Lunar New Year',
    where: ['CN', 'HK', 'TW', 'SG', 'MY', 'VN', 'KR'],
    season: { days: ['2027-02-06', '2028-01-26', '2029-02-13', '2030-02-03'], daysBefore: 7, daysAfter: 8 },
    categories: { movie: ['genre_10751', 'genre_35'], tv: ['genre_35'] },
  },
  {
    name: 'Thanksgiving',
    where: ['US'],
    season: {
      days: ['2026-11-26', '2027-11-25', '2028-11-23', '2029-11-22', '2030-11-28'],
      daysBefore: 3,
      daysAfter: 3,
    },
    categories: { movie: ['genre_10751'], tv: ['genre_10751'] },
  },
];

/** The themes that are in season in `country` (ISO 3166-1) at `atMs`, epoch milliseconds; dates are taken in UTC. */
export function themesInSeason(country: string, atMs: number, calendar: readonly Theme[] = themes): Theme[] {
  return calendar.filter(({ where, season }) => isThere(where, country) && isSeason(season, atMs));
}

function isThere(where: ThemePlace, country: string): boolean {
  if (typeof where !== 'string') {
    return where.includes(country);
  }
  return where === 'everywhere' || (where === 'south') === southern.has(country);
}

function isSeason(season: Theme['season'], atMs: number): boolean {
  if ('days' in season) {
    return season.days.some((day) => {
      const startMs = Date.parse(day);
      return atMs >= startMs - season.daysBefore * dayMs && atMs < startMs + (season.daysAfter + 1) * dayMs;
    });
  }
  const day = new Date(atMs).toISOString().slice(5, 10);
  const { from, to } = season;
  return from <= to ? from <= day && day <= to : from <= day || day <= to;
}

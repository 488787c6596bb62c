/**
 * What people look for at which time of the year, as data: an editorial choice, which only proposes. What nobody reads is dropped by
 * the forecast. Ids are TMDB's: genres as its genre lists name them, keywords as its keyword pages do (November 2026).
 */

import { dayMs } from '../shared/core/clock.ts';
import type { MediaType } from '../shared/core/feed.ts';

/** Where a theme is in season: everywhere, on one half of the earth, or in some countries (ISO 3166-1). */
export type ThemePlace = 'everywhere' | 'north' | 'south' | readonly string[];

/** A season: from and to are `MM-DD`, both included, and may pass the turn of the year; or days that move, `YYYY-MM-DD`. */
export type Theme = {
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

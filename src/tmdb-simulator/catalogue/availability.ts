import { unitFrom } from '../seeded-random.ts';
import type { CatalogueTitle } from './catalogue.ts';

/** One episode of a series: season and number count from 1; the day is whole days since 1970-01-01. */
export type Episode = { season: number; number: number; day: number };

const daysBetweenEpisodes = 7;
/** 52 weeks, so that every season of a series airs on the same day of the week. */
const daysBetweenSeasons = 364;

/** Every episode of a series in the order it airs; none for movies and for series without a first air date. */
export function episodesOf(title: CatalogueTitle): readonly Episode[] {
  const { releaseDay, seasons } = title;
  if (releaseDay === undefined || seasons === undefined) {
    return [];
  }
  const all = { length: seasons.count * seasons.episodesEach };
  return Array.from(all, (_, index) => {
    const season = Math.floor(index / seasons.episodesEach);
    const number = index % seasons.episodesEach;
    const day = releaseDay + season * daysBetweenSeasons + number * daysBetweenEpisodes;
    return { season: season + 1, number: number + 1, day };
  });
}

/** Whether an episode airs from day `from` to day `to`, both included; `undefined` leaves that end open. */
export function airsBetween(title: CatalogueTitle, from = -Infinity, to = Infinity): boolean {
  const { releaseDay, seasons } = title;
  if (releaseDay === undefined || seasons === undefined) {
    return false;
  }
  for (let season = 0; season < seasons.count; season += 1) {
    const first = releaseDay + season * daysBetweenSeasons;
    const last = first + (seasons.episodesEach - 1) * daysBetweenEpisodes;
    if (weeklyDayWithin(first, Math.max(first, from), Math.min(last, to))) {
      return true;
    }
  }
  return false;
}

/** Whether a day that lies whole weeks after `first` falls from `from` to `to`. */
function weeklyDayWithin(first: number, from: number, to: number): boolean {
  const weeks = Math.ceil((from - first) / daysBetweenEpisodes);
  return first + weeks * daysBetweenEpisodes <= to;
}

/** The probability that a title is offered in a region under a monetization type. */
const monetizationChances: Readonly<Record<string, number>> = {
  flatrate: 0.5,
  free: 0.1,
  ads: 0.15,
  rent: 0.4,
  buy: 0.35,
};
const providerChance = 0.25;
const keywordChance = 0.06;
const releasedAbroadChance = 0.75;

/** Whether a title is offered in a region (ISO 3166-1) under a monetization type; never under one that TMDB does not have. */
export function isOfferedAs(title: CatalogueTitle, region: string, monetization: string): boolean {
  const chance = Object.hasOwn(monetizationChances, monetization) ? monetizationChances[monetization] : undefined;
  const atHome = title.originCountries.includes(region) ? 1.5 : 1;
  return unitFrom(title.seed, 'watch', region, monetization) < (chance ?? 0) * atHome;
}

/** Whether a provider (TMDB's provider id as text) offers a title in a region. */
export function isOfferedBy(title: CatalogueTitle, region: string, provider: string): boolean {
  return unitFrom(title.seed, 'provider', region, provider) < providerChance;
}

/** Whether a title carries a keyword (TMDB's keyword id as text); about one in seventeen does, whatever the keyword. */
export function hasKeyword(title: CatalogueTitle, keyword: string): boolean {
  return unitFrom(title.seed, 'keyword', keyword) < keywordChance;
}

/**
 * The day a movie comes out in a region: its own day at home, up to three weeks later elsewhere. `undefined` where it does
 * not come out there, or its date is unknown.
 */
export function regionalReleaseDay(title: CatalogueTitle, region: string): number | undefined {
  if (title.releaseDay === undefined || title.originCountries.includes(region)) {
    return title.releaseDay;
  }
  const chance = unitFrom(title.seed, 'released', region);
  return chance < releasedAbroadChance
    ? title.releaseDay + Math.floor(unitFrom(title.seed, 'delay', region) * 22)
    : undefined;
}

import { unitFrom } from '../seeded-random.ts';
import type { CatalogueTitle } from './catalogue-title.ts';

/** How likely a title can be watched in a region under a monetization type; subscriptions reach furthest. */
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

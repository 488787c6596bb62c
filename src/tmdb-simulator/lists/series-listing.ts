import { dayOfMs } from '../calendar-day.ts';
import { airsBetween } from '../catalogue/air-days.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { popularityAt, voteCountAt } from '../catalogue/figures-at.ts';
import type { World } from '../world.ts';
import type { Listing, ListTotals } from './listing.ts';
import { rankBy } from './rank-by.ts';

/** The fixed series lists, by the last part of their path. None of them knows a region. */
export type SeriesListName = 'popular' | 'top_rated' | 'airing_today' | 'on_the_air';

/** What `/tv/popular` reports in TMDB's OpenAPI example. */
const claimedPopular: ListTotals = { pages: 7416, results: 148_302 };

/** Fewer votes than this keep a series out of the best rated. */
const topRatedMinVotes = 200;

/** On the air means an episode within a week, today included. */
const onTheAirDays = 7;

/** A fixed series list on the day of `world`. */
export function seriesListing(world: World, name: SeriesListName): Listing {
  const day = dayOfMs(world.nowMs);
  const key = `tv/${name}`;
  const entries = world.orders.get(`${key}/${day}`, () => orderOf(world, name, day));
  return { key, entries, ...(name === 'popular' ? { claimed: claimedPopular } : {}) };
}

function orderOf(world: World, name: SeriesListName, day: number): readonly CatalogueTitle[] {
  const listed = world.catalogue.titles.tv.filter((title) => !title.adult && isIn(title, name, day));
  return rankBy(listed, (title) => (name === 'top_rated' ? title.voteAverage : popularityAt(title, day)));
}

function isIn(title: CatalogueTitle, name: SeriesListName, day: number): boolean {
  switch (name) {
    case 'popular':
      return true;
    case 'top_rated':
      return voteCountAt(title, day) >= topRatedMinVotes;
    case 'airing_today':
      return airsBetween(title, day, day);
    case 'on_the_air':
      return airsBetween(title, day, day + onTheAirDays - 1);
  }
}

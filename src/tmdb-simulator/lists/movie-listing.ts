import { dateOfDay, dayOfMs } from '../calendar-day.ts';
import { regionalReleaseDay } from '../catalogue/availability.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { popularityAt, voteCountAt } from '../catalogue/figures-at.ts';
import { unitFrom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import type { Listing, ListTotals } from './listing.ts';
import { rankBy } from './rank-by.ts';

/** The fixed movie lists, by the last part of their path. */
export type MovieListName = 'popular' | 'top_rated' | 'now_playing' | 'upcoming';

/** What `/movie/popular` reported in January 2024 (recorded by github.com/jdrouet/tmdb-api). */
const claimedPopular: ListTotals = { pages: 42_471, results: 849_412 };

/** Fewer votes than this keep a movie out of the best rated. */
const topRatedMinVotes = 300;

/** The windows TMDB reported in January 2024 (recorded there too): six weeks back to six days ahead are playing, the three weeks after are upcoming. */
const windows = { now_playing: { from: -42, to: 6 }, upcoming: { from: 7, to: 28 } };

/** How much more a region cares for its own titles. */
const homeAffinity = 6;

/** A fixed movie list on the day of `world`; with a region only what comes out there, in the order of that region. */
export function movieListing(world: World, name: MovieListName, region: string | undefined): Listing {
  const day = dayOfMs(world.nowMs);
  const key = `movie/${name}/${region ?? 'global'}`;
  const entries = world.orders.get(`${key}/${day}`, () => orderOf(world, name, region, day));
  return {
    key,
    entries,
    ...(region === undefined ? {} : { region }),
    ...(name === 'popular' && region === undefined ? { claimed: claimedPopular } : {}),
    ...(name === 'now_playing' || name === 'upcoming' ? { dates: windowDates(name, day) } : {}),
  };
}

function orderOf(
  world: World,
  name: MovieListName,
  region: string | undefined,
  day: number,
): readonly CatalogueTitle[] {
  const listed = world.catalogue.titles.movie.filter((title) => !title.adult && isIn(title, name, region, day));
  if (name === 'top_rated') {
    return rankBy(listed, (title) => title.voteAverage);
  }
  return rankBy(listed, (title) => popularityAt(title, day) * affinity(title, region));
}

function isIn(title: CatalogueTitle, name: MovieListName, region: string | undefined, day: number): boolean {
  const released = region === undefined ? title.releaseDay : regionalReleaseDay(title, region);
  if (region !== undefined && released === undefined) {
    return false;
  }
  switch (name) {
    case 'popular':
      return true;
    case 'top_rated':
      return voteCountAt(title, day) >= topRatedMinVotes;
    default:
      return released !== undefined && released >= day + windows[name].from && released <= day + windows[name].to;
  }
}

function affinity(title: CatalogueTitle, region: string | undefined): number {
  if (region === undefined) {
    return 1;
  }
  const taste = 0.3 + 2 * unitFrom(title.seed, 'taste', region);
  return title.originCountries.includes(region) ? taste * homeAffinity : taste;
}

function windowDates(name: 'now_playing' | 'upcoming', day: number): { maximum: string; minimum: string } {
  return { maximum: dateOfDay(day + windows[name].to), minimum: dateOfDay(day + windows[name].from) };
}

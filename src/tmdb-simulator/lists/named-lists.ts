import { airsBetween, regionalReleaseDay } from '../catalogue/availability.ts';
import { type CatalogueTitle, popularityAt, voteCountAt } from '../catalogue/catalogue.ts';
import { type Person, personAt, personCount } from '../catalogue/person.ts';
import { dateOfDay, dayOfMs, hourMs } from '../clock.ts';
import { smoothNoise, unitFrom } from '../seeded-random.ts';
import { type ListEntry, type Listing, type ListTotals, rankBy, type World } from './listing.ts';

/** The fixed movie lists, by the last part of their path. */
export type MovieListName = 'popular' | 'top_rated' | 'now_playing' | 'upcoming';

/** What `/movie/popular` reported in January 2024 (recorded by github.com/jdrouet/tmdb-api). */
const claimedMovies: ListTotals = { pages: 42_471, results: 849_412 };

/** A movie with fewer votes is not in `top_rated`. */
const ratedMovieMinVotes = 300;

/** The windows TMDB reported in January 2024 (same recording), in days from today. */
const windows = { now_playing: { from: -42, to: 6 }, upcoming: { from: 7, to: 28 } };

/** How much more popular a title is at home than abroad. */
const homeAffinity = 6;

/** A fixed movie list on the day of `world`; with a region, only movies released there, in the order of that region. */
export function movieListing(world: World, name: MovieListName, region: string | undefined): Listing {
  const day = dayOfMs(world.nowMs);
  const key = `movie/${name}/${region ?? 'global'}`;
  const entries = world.orders.get(`${key}/${day}`, () => movieOrder(world, name, region, day));
  return {
    key,
    entries,
    ...(region === undefined ? {} : { region }),
    ...(name === 'popular' && region === undefined ? { claimed: claimedMovies } : {}),
    ...(name === 'now_playing' || name === 'upcoming' ? { dates: windowDates(name, day) } : {}),
  };
}

function movieOrder(
  world: World,
  name: MovieListName,
  region: string | undefined,
  day: number,
): readonly CatalogueTitle[] {
  const listed = world.catalogue.titles.movie.filter(
    (title) => !title.adult && isListedMovie(title, name, region, day),
  );
  if (name === 'top_rated') {
    return rankBy(listed, (title) => title.voteAverage);
  }
  return rankBy(listed, (title) => popularityAt(title, day) * affinity(title, region));
}

function isListedMovie(title: CatalogueTitle, name: MovieListName, region: string | undefined, day: number): boolean {
  const released = region === undefined ? title.releaseDay : regionalReleaseDay(title, region);
  if (region !== undefined && released === undefined) {
    return false;
  }
  switch (name) {
    case 'popular':
      return true;
    case 'top_rated':
      return voteCountAt(title, day) >= ratedMovieMinVotes;
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

/** The fixed series lists, by the last part of their path. None of them knows a region. */
export type SeriesListName = 'popular' | 'top_rated' | 'airing_today' | 'on_the_air';

/** What `/tv/popular` reports in TMDB's OpenAPI example. */
const claimedSeries: ListTotals = { pages: 7416, results: 148_302 };

/** A series with fewer votes is not in `top_rated`. */
const ratedSeriesMinVotes = 200;

/** On the air means an episode within a week, today included. */
const onTheAirDays = 7;

/** A fixed series list on the day of `world`. */
export function seriesListing(world: World, name: SeriesListName): Listing {
  const day = dayOfMs(world.nowMs);
  const key = `tv/${name}`;
  const entries = world.orders.get(`${key}/${day}`, () => seriesOrder(world, name, day));
  return { key, entries, ...(name === 'popular' ? { claimed: claimedSeries } : {}) };
}

function seriesOrder(world: World, name: SeriesListName, day: number): readonly CatalogueTitle[] {
  const listed = world.catalogue.titles.tv.filter((title) => !title.adult && isListedSeries(title, name, day));
  return rankBy(listed, (title) => (name === 'top_rated' ? title.voteAverage : popularityAt(title, day)));
}

function isListedSeries(title: CatalogueTitle, name: SeriesListName, day: number): boolean {
  switch (name) {
    case 'popular':
      return true;
    case 'top_rated':
      return voteCountAt(title, day) >= ratedSeriesMinVotes;
    case 'airing_today':
      return airsBetween(title, day, day);
    case 'on_the_air':
      return airsBetween(title, day, day + onTheAirDays - 1);
  }
}

/** What a trending list holds. */
export type TrendingMedia = 'all' | 'movie' | 'tv' | 'person';

/** The period a trending list covers. */
export type TrendingWindow = 'day' | 'week';

/** What every trending list reports, whatever its length (examples of TMDB's OpenAPI document). */
const claimedTrending: ListTotals = { pages: 1000, results: 20_000 };

/** Hours between two turning points of a title's trend: lists change from hour to hour, and wholly within days. */
const knotHours: Readonly<Record<TrendingWindow, number>> = { day: 10, week: 70 };

const newDays = 120;
const newTitleWeight = 4;
/** One row in this many is a person where persons are mixed in. */
const personStep = 7;

/** A trending list in the hour of `world`. Under `all` persons appear only with the oddity `personsInTrending`. */
export function trendingListing(world: World, media: TrendingMedia, window: TrendingWindow): Listing {
  const hour = Math.floor(world.nowMs / hourMs);
  const withPersons = media === 'all' && world.oddities.personsInTrending;
  const key = `trending/${media}/${window}`;
  const entries = world.orders.get(`${key}/${hour}/${withPersons}`, () => {
    const order =
      media === 'person' ? trendingPersons(world, window, hour) : trendingTitles(world, media, window, hour);
    return withPersons ? mixInPersons(order, trendingPersons(world, window, hour)) : order;
  });
  return { key, entries, claimed: claimedTrending, withMediaType: true };
}

function trendingTitles(
  world: World,
  media: 'all' | 'movie' | 'tv',
  window: TrendingWindow,
  hour: number,
): readonly CatalogueTitle[] {
  const { movie, tv } = world.catalogue.titles;
  const listed = [...(media === 'tv' ? [] : movie), ...(media === 'movie' ? [] : tv)].filter(({ adult }) => !adult);
  const day = dayOfMs(world.nowMs);
  return rankBy(listed, (title) => trendOf(title, window, hour) * newness(title, day));
}

function trendOf({ seed, popularity }: CatalogueTitle | Person, window: TrendingWindow, hour: number): number {
  // The factor ranges from 1 to 100, so that a trend is more than popularity.
  return Math.sqrt(popularity) * 100 ** smoothNoise(seed, `trend ${window}`, hour / knotHours[window]);
}

function newness(title: CatalogueTitle, day: number): number {
  const age = title.releaseDay === undefined ? Number.POSITIVE_INFINITY : day - title.releaseDay;
  return Math.abs(age) < newDays ? newTitleWeight : 1;
}

function trendingPersons(world: World, window: TrendingWindow, hour: number): readonly Person[] {
  const persons = Array.from({ length: personCount }, (_, index) => personAt(world.catalogue.seed, index));
  return persons.sort((one, other) => trendOf(other, window, hour) - trendOf(one, window, hour) || one.id - other.id);
}

function mixInPersons(titles: readonly ListEntry[], persons: readonly Person[]): readonly ListEntry[] {
  const places = personStep - 1;
  return titles.flatMap((title, index) => {
    const person = index % places === places - 1 ? persons[(index + 1) / places - 1] : undefined;
    return person === undefined ? [title] : [title, person];
  });
}

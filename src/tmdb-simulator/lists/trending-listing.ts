import { dayOfMs, hourMs } from '../calendar-day.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { type Person, personAt, personCount } from '../catalogue/person.ts';
import { smoothNoise } from '../seeded-random.ts';
import type { World } from '../world.ts';
import type { ListEntry, Listing, ListTotals } from './listing.ts';
import { rankBy } from './rank-by.ts';

/** What trends. */
export type TrendingMedia = 'all' | 'movie' | 'tv' | 'person';

/** Over what time it trends. */
export type TrendingWindow = 'day' | 'week';

/** What every trending list reports (examples of TMDB's OpenAPI document), whatever it holds. */
const claimedTotals: ListTotals = { pages: 1000, results: 20_000 };

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
    const order = media === 'person' ? personOrder(world, window, hour) : titleOrder(world, media, window, hour);
    return withPersons ? mixIn(order, personOrder(world, window, hour)) : order;
  });
  return { key, entries, claimed: claimedTotals, withMediaType: true };
}

function titleOrder(
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
  // A hundredfold between a quiet and a loud hour: a trend is more than popularity.
  return Math.sqrt(popularity) * 100 ** smoothNoise(seed, `trend ${window}`, hour / knotHours[window]);
}

function newness(title: CatalogueTitle, day: number): number {
  const age = title.releaseDay === undefined ? Number.POSITIVE_INFINITY : day - title.releaseDay;
  return Math.abs(age) < newDays ? newTitleWeight : 1;
}

function personOrder(world: World, window: TrendingWindow, hour: number): readonly Person[] {
  const persons = Array.from({ length: personCount }, (_, index) => personAt(world.catalogue.seed, index));
  return persons.sort((one, other) => trendOf(other, window, hour) - trendOf(one, window, hour) || one.id - other.id);
}

function mixIn(titles: readonly ListEntry[], persons: readonly Person[]): readonly ListEntry[] {
  const places = personStep - 1;
  return titles.flatMap((title, index) => {
    const person = index % places === places - 1 ? persons[(index + 1) / places - 1] : undefined;
    return person === undefined ? [title] : [title, person];
  });
}

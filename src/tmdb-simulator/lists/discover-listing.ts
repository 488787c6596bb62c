import { dayOfMs } from '../calendar-day.ts';
import type { World } from '../world.ts';
import { matchesDiscover } from './discover-filter.ts';
import type { DiscoverQuery } from './discover-query.ts';
import { sortDiscovered } from './discover-sort.ts';
import type { Listing } from './listing.ts';

/** The list a discover query gives on the day of `world`. `text` is the query without its page: what the order hangs on. */
export function discoverListing(world: World, query: DiscoverQuery, text: string): Listing {
  const day = dayOfMs(world.nowMs);
  const key = `discover/${query.mediaType}?${text}`;
  const entries = world.orders.get(`${key}/${day}`, () => {
    const found = world.catalogue.titles[query.mediaType].filter((title) => matchesDiscover(title, query, day));
    return sortDiscovered(found, query.sort, day);
  });
  return { key, entries, ...(query.region === undefined ? {} : { region: query.region }) };
}

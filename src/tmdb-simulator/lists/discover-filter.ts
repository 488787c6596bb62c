import { airsBetween } from '../catalogue/air-days.ts';
import { hasKeyword, isOfferedAs, isOfferedBy, regionalReleaseDay } from '../catalogue/availability.ts';
import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { voteCountAt } from '../catalogue/figures-at.ts';
import type { DiscoverQuery, WatchQuery } from './discover-query.ts';
import { type Choice, isBounded, isWithin, matchesChoice } from './query-params.ts';

/** One condition of a query; `day` is today in whole days since 1970-01-01. */
type Condition = (title: CatalogueTitle, query: DiscoverQuery, day: number) => boolean;

const conditions: readonly Condition[] = [
  (title, query) => query.includeAdult || !title.adult,
  (title, query) => isWithin(query.voteAverage, title.voteAverage),
  (title, query, day) => isWithin(query.voteCount, voteCountAt(title, day)),
  (title, query) => isWithin(query.primaryDay, title.releaseDay),
  (title, query) => matchesChoice(query.genres, (id) => title.genreIds.includes(Number(id))),
  (title, query) => !carriesAny(query.withoutGenres, (id) => title.genreIds.includes(Number(id))),
  (title, query) => matchesChoice(query.originCountries, (country) => title.originCountries.includes(country)),
  (title, query) => matchesChoice(query.originalLanguages, (language) => title.originalLanguage === language),
  (title, query) => matchesChoice(query.keywords, (keyword) => hasKeyword(title, keyword)),
  (title, query) => !isBounded(query.airDay) || airsBetween(title, query.airDay.from, query.airDay.to),
  (title, query) => isReleased(title, query),
  (title, query) => isWatchable(title, query.watch),
];

/** Whether a title answers a discover query on a day (whole days since 1970-01-01). */
export function matchesDiscover(title: CatalogueTitle, query: DiscoverQuery, day: number): boolean {
  return conditions.every((holds) => holds(title, query, day));
}

function carriesAny(choice: Choice | undefined, has: (value: string) => boolean): boolean {
  return choice?.flat().some(has) === true;
}

/** With a region a movie must come out there, and the release dates are the region's; without one they are the primary. */
function isReleased(title: CatalogueTitle, query: DiscoverQuery): boolean {
  if (query.region === undefined) {
    return isWithin(query.releaseDay, title.releaseDay);
  }
  const regional = regionalReleaseDay(title, query.region);
  return regional !== undefined && isWithin(query.releaseDay, regional);
}

function isWatchable(title: CatalogueTitle, watch: WatchQuery | undefined): boolean {
  if (watch === undefined) {
    return true;
  }
  return (
    matchesChoice(watch.monetization, (type) => isOfferedAs(title, watch.region, type)) &&
    matchesChoice(watch.providers, (provider) => isOfferedBy(title, watch.region, provider))
  );
}

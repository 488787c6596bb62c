import type { CatalogueTitle } from '../catalogue/catalogue-title.ts';
import { popularityAt, voteCountAt } from '../catalogue/figures-at.ts';
import { originalTitle } from '../catalogue/title-text.ts';
import type { DiscoverQuery, SortKey } from './discover-query.ts';

type Sortable = number | string;

/** What each key reads of a title on a day (whole days since 1970-01-01); unknown dates come last in the descending order. */
const sortValues: Readonly<Record<SortKey, (title: CatalogueTitle, day: number) => Sortable>> = {
  popularity: popularityAt,
  voteAverage: (title) => title.voteAverage,
  voteCount: voteCountAt,
  releaseDay: (title) => title.releaseDay ?? -Infinity,
  originalTitle: (title) => originalTitle(title),
};

/** The titles in the order a query asks for; the smaller id first where the values are equal. */
export function sortDiscovered(
  titles: readonly CatalogueTitle[],
  sort: DiscoverQuery['sort'],
  day: number,
): readonly CatalogueTitle[] {
  const direction = sort.descending ? -1 : 1;
  return titles
    .map((title) => ({ title, value: sortValues[sort.key](title, day) }))
    .sort((one, other) => direction * compare(one.value, other.value) || one.title.id - other.title.id)
    .map(({ title }) => title);
}

/** Texts compare by code unit, as on the live API: no locale. */
function compare(one: Sortable, other: Sortable): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}

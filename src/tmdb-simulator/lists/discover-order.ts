/** In which order a discover request lists titles. */
import { type CatalogueTitle, type MediaType, popularityAt, voteCountAt } from '../catalogue/catalogue.ts';
import { originalTitle } from '../catalogue/title-text.ts';

/** The properties of a title that a query can sort by. */
type SortKey = 'popularity' | 'voteAverage' | 'voteCount' | 'releaseDay' | 'originalTitle';

/** An order, as a query asks for it. */
export type Order = { key: SortKey; descending: boolean };

/**
 * The names `sort_by` takes for each medium. Titles sort by the original title whatever the language, and a name of the
 * other medium is ignored: both as seen on the live API (seerr-team/seerr pull request 3305, 2026-07).
 */
const sortKeys: Readonly<Record<MediaType, Readonly<Record<string, SortKey>>>> = {
  movie: {
    popularity: 'popularity',
    vote_average: 'voteAverage',
    vote_count: 'voteCount',
    primary_release_date: 'releaseDay',
    title: 'originalTitle',
    original_title: 'originalTitle',
  },
  tv: {
    popularity: 'popularity',
    vote_average: 'voteAverage',
    vote_count: 'voteCount',
    first_air_date: 'releaseDay',
    name: 'originalTitle',
    original_name: 'originalTitle',
  },
};

type Sortable = number | string;

/** The value to sort by on a day (whole days since 1970-01-01); unknown dates come last in the descending order. */
const sortValues: Readonly<Record<SortKey, (title: CatalogueTitle, day: number) => Sortable>> = {
  popularity: popularityAt,
  voteAverage: (title) => title.voteAverage,
  voteCount: voteCountAt,
  releaseDay: (title) => title.releaseDay ?? -Infinity,
  originalTitle: (title) => originalTitle(title),
};

/** The order that `sort_by` names; by popularity where it names none. */
export function orderOf(mediaType: MediaType, text: string): Order {
  const parts = /^([a-z_]+)\.(asc|desc)$/.exec(text);
  const key =
    parts?.[1] !== undefined && Object.hasOwn(sortKeys[mediaType], parts[1])
      ? sortKeys[mediaType][parts[1]]
      : undefined;
  return key === undefined ? { key: 'popularity', descending: true } : { key, descending: parts?.[2] === 'desc' };
}

/** The titles in the order of a query; the smaller id first where the values are equal. */
export function sortDiscovered(titles: readonly CatalogueTitle[], sort: Order, day: number): readonly CatalogueTitle[] {
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

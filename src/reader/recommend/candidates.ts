import { type Feed, globalRegion, type MediaType } from '../../shared/core/feed.ts';
import type { Card } from '../../shared/queues/card-fields.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { ListRow } from '../../shared/tables/read-list.ts';
import type { TitleFacts } from '../filters/title-filter.ts';
import type { TitleRef } from '../reader-api.ts';

/** A liked title that is in the cache, and what is known of it beyond its card. */
export type LikedTitle = TitleRef & { card: Card; facts?: TitleFacts | undefined };

/** What a viewer asks for and has liked, in terms that titles can be compared by. */
export type Taste = {
  /** Weight of each TMDB genre id, 0 to 1; empty when nothing is known. */
  genres: ReadonlyMap<number, number>;
  /** Share of the liked titles that is in each original language. */
  languages: ReadonlyMap<string, number>;
  /** How many of the liked titles were released in each year. */
  years: ReadonlyMap<number, number>;
  liked: readonly LikedTitle[];
  /** Genres that were asked for by name. */
  askedGenres: ReadonlySet<number>;
};

/** A genre that is asked for weighs as much as this many liked titles with that genre alone. */
const askedGenreWeight = 2;

/** The taste of a viewer. A liked title gives each of its n genres 1/√n, because a title with few genres tells more about each. */
export function tasteOf(liked: readonly LikedTitle[], askedGenres: readonly number[]): Taste {
  const genres = new Map<number, number>();
  const add = (genre: number, weight: number) => genres.set(genre, (genres.get(genre) ?? 0) + weight);
  for (const { card } of liked) {
    for (const genre of card.genreIds) {
      add(genre, 1 / Math.sqrt(card.genreIds.length));
    }
  }
  for (const genre of askedGenres) {
    add(genre, askedGenreWeight);
  }
  const heaviest = Math.max(0, ...genres.values());
  const languages = new Map<string, number>();
  const years = new Map<number, number>();
  for (const { card } of liked) {
    languages.set(card.originalLanguage, (languages.get(card.originalLanguage) ?? 0) + 1 / liked.length);
    const year = yearOf(card);
    if (year !== undefined) {
      years.set(year, (years.get(year) ?? 0) + 1);
    }
  }
  return {
    genres: new Map([...genres].map(([genre, weight]) => [genre, weight / heaviest])),
    languages,
    years,
    liked,
    askedGenres: new Set(askedGenres),
  };
}

/** The year of the first release; `undefined` without a date. */
export function yearOf({ releaseDate }: Pick<Card, 'releaseDate'>): number | undefined {
  const year = Number(releaseDate?.slice(0, 4) || Number.NaN);
  return Number.isNaN(year) ? undefined : year;
}

/** A title as a key: `movie/550`. */
export function refKey({ mediaType, id }: TitleRef): string {
  return `${mediaType}/${id}`;
}

/** The genres of a taste, heaviest first, at most `count`; equal weights go to the smaller id. */
export function heaviestGenres({ genres }: Taste, count: number): number[] {
  return [...genres]
    .sort(([idA, weightA], [idB, weightB]) => weightB - weightA || idA - idB)
    .slice(0, count)
    .map(([id]) => id);
}

/** A title that may be recommended, with every place that it has in the lists. */
export type Candidate = {
  row: ListRow;
  /** What is known of it beyond its row. */
  facts?: TitleFacts | undefined;
  /** Language of the row's texts. */
  language: string;
  places: readonly { feed: Feed; rank: number }[];
};

/** How many rows are read of each feed: as many as feeds usually have. */
export const rowsPerFeed = 60;

/**
 * Feeds that candidates come from: the world's lists, those of the region in its configured languages, and those of the genres in the
 * taste. Some may not exist; these hold no titles.
 */
export function candidateFeeds(
  media: readonly MediaType[],
  region: string,
  genres: readonly number[],
  settings: Settings,
): Feed[] {
  const world = { region: globalRegion, language: settings.defaultLanguage };
  const inRegion = settings.regions.filter((known) => known.region === region);
  return media.flatMap((medium): Feed[] => [
    ...(['popular', 'trending', 'hidden_gems', 'award_winning'] as const).map((category) => ({
      category,
      media: medium,
      ...world,
    })),
    ...inRegion.flatMap(({ language }) =>
      (['popular', 'trending', 'local_originals'] as const).map((category) => ({
        category,
        media: medium,
        region,
        language,
      })),
    ),
    ...genres.map((genre) => ({ category: `genre_${genre}`, media: medium, ...world })),
  ]);
}

/** Titles of the feeds without those in `without`, each once, with the row that was fetched last. */
export function gatherCandidates(
  lists: readonly { feed: Feed; rows: readonly ListRow[] }[],
  without: readonly TitleRef[],
  includeAdult: boolean,
): Candidate[] {
  const excluded = new Set(without.map(refKey));
  const allowed = (row: ListRow) => !excluded.has(refKey(row)) && (includeAdult || !row.adult);
  const candidates = new Map<string, Candidate>();
  for (const { feed, rows } of lists) {
    for (const row of rows.filter(allowed)) {
      const key = refKey(row);
      candidates.set(key, joined(candidates.get(key), row, feed));
    }
  }
  return [...candidates.values()];
}

function joined(known: Candidate | undefined, row: ListRow, feed: Feed): Candidate {
  const place = { feed, rank: row.rank };
  if (known === undefined) {
    return { row, language: feed.language, places: [place] };
  }
  const places = [...known.places, place];
  return row.fetchedAt > known.row.fetchedAt ? { row, language: feed.language, places } : { ...known, places };
}

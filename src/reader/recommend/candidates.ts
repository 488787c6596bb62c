import { customCategory, type Feed, genreIdOf, globalRegion, type MediaType } from '../../shared/core/feed.ts';
import { isOriginalLanguage } from '../../shared/core/places/known-places.ts';
import type { Card } from '../../shared/queues/card-fields.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { ListRow } from '../../shared/tables/read-list.ts';
import type { TitleFacts } from '../filters/title-filter.ts';
import type { InLanguage } from '../language-fallback.ts';
import type { Aged } from '../provenance.ts';
import type { ScoreParts, TitleRef } from '../reader-api.ts';

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

/** A candidate with its score. `means`: of each part over all candidates. */
export type Scored = { candidate: Candidate; score: number; parts: ScoreParts; means: ScoreParts };

/** How many rows are read of each feed: all that feeds have. */
export const rowsPerFeed = 1_000;

/** Feeds whose candidates every viewer of a region gets: the world's, the own ones, and those of the region. Some may not exist, and hold no titles. */
export function sharedFeeds(media: readonly MediaType[], region: string, settings: Settings): Feed[] {
  const { defaultLanguage, feeds, regions } = settings;
  const world = { region: globalRegion, language: defaultLanguage };
  const inRegion = regions.filter((known) => known.region === region);
  return media.flatMap((medium): Feed[] => [
    ...(['popular', 'trending', 'hidden_gems', 'award_winning'] as const).map((category) => ({
      category,
      media: medium,
      ...world,
    })),
    ...feeds.custom
      .filter((own) => own.media === medium)
      .map(({ name, language }) => ({
        category: customCategory(name),
        media: medium,
        ...world,
        ...(language !== undefined && { language }),
      })),
    ...inRegion.flatMap(({ language }) =>
      (['popular', 'trending', 'local_originals'] as const).map((category) => ({
        category,
        media: medium,
        region,
        language,
      })),
    ),
  ]);
}

/** What a viewer's language must have of the liked titles, for lists of countries where it is spoken to count. */
const leastOfLanguage = 0.2;

/**
 * Feeds that fit a taste: those of its heaviest genres and of the `common` ones, and what is made in other configured countries where a
 * language of the taste is spoken. Nobody knows here which genres are kept: feeds that do not exist hold no titles.
 */
export function tasteFeeds(
  media: readonly MediaType[],
  region: string,
  taste: Taste,
  common: Readonly<Partial<Record<MediaType, readonly number[]>>>,
  settings: Settings,
): Feed[] {
  const world = { region: globalRegion, language: settings.defaultLanguage };
  const abroad = settings.regions.filter(
    (known) =>
      known.region !== region &&
      [...taste.languages].some(
        ([language, share]) => share >= leastOfLanguage && isOriginalLanguage(known.language, language),
      ),
  );
  return media.flatMap((medium): Feed[] => [
    ...[...new Set([...heaviestGenres(taste, genresRead), ...(common[medium] ?? [])])].map((genre) => ({
      category: `genre_${genre}`,
      media: medium,
      ...world,
    })),
    ...abroad.map((known) => ({ category: 'local_originals', media: medium, ...known })),
  ]);
}

/** The number of genres of a taste whose feeds are read. */
const genresRead = 3;

/** The `count` genres that are most at the top of lists, which is what the planner keeps feeds of; equal ones by id. */
export function commonGenres(rows: readonly ListRow[], medium: MediaType, count: number): number[] {
  const weights = new Map<number, number>();
  for (const { mediaType, genreIds, rank } of rows) {
    for (const genre of mediaType === medium ? genreIds : []) {
      weights.set(genre, (weights.get(genre) ?? 0) + 1 / Math.log2(rank + 1));
    }
  }
  return [...weights]
    .filter(([id]) => isGenre(id))
    .sort(([idA, a], [idB, b]) => b - a || idA - idB)
    .slice(0, count)
    .map(([id]) => id);
}

/** A row of TMDB's may name what is no genre, such as 0: there is no feed of it. */
function isGenre(id: number): boolean {
  return genreIdOf(`genre_${id}`) === id;
}

/** A title that is in none of the lists that were read. */
export function unlisted(ref: TitleRef, version: InLanguage & Aged): Candidate {
  const { language, card, fetchedAt, freshUntilMs, expiresAtMs } = version;
  const { mediaType, id } = ref;
  const row = { ...card, mediaType, id, rank: 0, snapshot: '', fetchedAt, freshUntilMs, expiresAtMs };
  return { row, language, places: [] };
}

/** Titles of the feeds without those in `without`, each once, with the row that was fetched last; then those of `others` that no feed has. */
export function gatherCandidates(
  lists: readonly { feed: Feed; rows: readonly ListRow[] }[],
  without: readonly TitleRef[],
  others: readonly Candidate[] = [],
): Candidate[] {
  const excluded = new Set(without.map(refKey));
  const allowed = (row: ListRow) => !excluded.has(refKey(row));
  const candidates = new Map<string, Candidate>();
  for (const { feed, rows } of lists) {
    for (const row of rows.filter(allowed)) {
      const key = refKey(row);
      candidates.set(key, joined(candidates.get(key), row, feed));
    }
  }
  return [...candidates.values(), ...others.filter(({ row }) => allowed(row) && !candidates.has(refKey(row)))];
}

function joined(known: Candidate | undefined, row: ListRow, feed: Feed): Candidate {
  const place = { feed, rank: row.rank };
  if (known === undefined) {
    return { row, language: feed.language, places: [place] };
  }
  const places = [...known.places, place];
  return row.fetchedAt > known.row.fetchedAt ? { row, language: feed.language, places } : { ...known, places };
}

/** Jaccard index of two lists without repetitions: shared members divided by all. 0 for two empty lists. */
export function jaccard(a: readonly number[], b: readonly number[]): number {
  const shared = a.filter((member) => b.includes(member)).length;
  return shared === 0 ? 0 : shared / (a.length + b.length - shared);
}

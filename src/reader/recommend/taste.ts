import type { Card } from '../../shared/queues/card-fields.ts';
import type { TitleRef } from '../reader-api.ts';

/** A liked title that something is known of. */
export type LikedTitle = TitleRef & { card: Card };

/** What a viewer asks for and has liked, as far as titles can be compared by it. */
export type Taste = {
  /** Weight of each TMDB genre id, 0 to 1; empty when nothing is known. */
  genres: ReadonlyMap<number, number>;
  /** Share of the liked titles that is in each original language. */
  languages: ReadonlyMap<string, number>;
  liked: readonly LikedTitle[];
  /** Genres that were asked for by name. */
  askedGenres: ReadonlySet<number>;
};

/** A genre that is asked for weighs as much as so many liked titles that have no other genre. */
const askedGenreWeight = 2;

/** A liked title gives each of its n genres 1/√n: few genres say more than many. */
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
  for (const { card } of liked) {
    languages.set(card.originalLanguage, (languages.get(card.originalLanguage) ?? 0) + 1 / liked.length);
  }
  return {
    genres: new Map([...genres].map(([genre, weight]) => [genre, weight / heaviest])),
    languages,
    liked,
    askedGenres: new Set(askedGenres),
  };
}

/** The genres of a taste, heaviest first, at most `count`; equal weights go to the smaller id. */
export function heaviestGenres({ genres }: Taste, count: number): number[] {
  return [...genres]
    .sort(([idA, weightA], [idB, weightB]) => weightB - weightA || idA - idB)
    .slice(0, count)
    .map(([id]) => id);
}

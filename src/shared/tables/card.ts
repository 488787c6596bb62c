import * as z from 'zod';
import type { ListedTitle } from '../queues/item-page.ts';
import type { DescribedTitle } from '../queues/item-title.ts';
import { dayOf } from '../queues/title-bounds.ts';
import { decodeOverview, encodeOverview } from './overview-codec.ts';

/** What a card on a screen needs of a title. */
export type Card = Omit<ListedTitle, 'rank' | 'id' | 'mediaType'>;

/**
 * A card as attributes of a row. What is empty is left out, and so is an original title that equals the title:
 * attribute names count towards the 1 KB of a write unit.
 */
export const storedCardSchema = z.object({
  title: z.string(),
  originalTitle: z.string().optional(),
  overview: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
  posterPath: z.string().optional(),
  backdropPath: z.string().optional(),
  releaseDate: z.string().optional(),
  voteAverage: z.number(),
  voteCount: z.number(),
  popularity: z.number(),
  genreIds: z.array(z.number()).optional(),
  originalLanguage: z.string(),
  originCountries: z.array(z.string()).optional(),
  adult: z.literal(true).optional(),
});

export type StoredCard = z.infer<typeof storedCardSchema>;

/** Card to attributes. */
export function encodeCard(card: Card): StoredCard {
  return {
    title: card.title,
    ...(card.originalTitle !== card.title && { originalTitle: card.originalTitle }),
    ...(card.overview !== '' && { overview: encodeOverview(card.overview) }),
    ...(card.posterPath !== null && { posterPath: card.posterPath }),
    ...(card.backdropPath !== null && { backdropPath: card.backdropPath }),
    ...(card.releaseDate !== null && { releaseDate: card.releaseDate }),
    voteAverage: card.voteAverage,
    voteCount: card.voteCount,
    popularity: card.popularity,
    ...(card.genreIds.length > 0 && { genreIds: card.genreIds }),
    originalLanguage: card.originalLanguage,
    ...(card.originCountries.length > 0 && { originCountries: card.originCountries }),
    ...(card.adult && { adult: true as const }),
  };
}

/** Attributes to card. @throws when a compressed overview is damaged. */
export function decodeCard(stored: StoredCard): Card {
  return {
    title: stored.title,
    originalTitle: stored.originalTitle ?? stored.title,
    overview: stored.overview === undefined ? '' : decodeOverview(stored.overview),
    posterPath: stored.posterPath ?? null,
    backdropPath: stored.backdropPath ?? null,
    releaseDate: dayOf(stored.releaseDate),
    voteAverage: stored.voteAverage,
    voteCount: stored.voteCount,
    popularity: stored.popularity,
    genreIds: stored.genreIds ?? [],
    originalLanguage: stored.originalLanguage,
    originCountries: stored.originCountries ?? [],
    adult: stored.adult ?? false,
  };
}

/** Attributes to card; `undefined` when they are damaged, which is as good as absent. */
export function tryDecodeCard(stored: StoredCard): Card | undefined {
  try {
    return decodeCard(stored);
  } catch {
    return undefined;
  }
}

/** The card's part of a title, listed or on its own. */
export function cardOf(title: DescribedTitle | ListedTitle): Card {
  const { rank: _rank, id: _id, mediaType: _mediaType, ...card } = { rank: 0, ...title };
  return card;
}

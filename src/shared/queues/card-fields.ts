/**
 * What a card tells of a title: its fields, each defined here and nowhere else. Derived from them are the schemas of messages (item-page.ts),
 * the reading of TMDB's rows (../tmdb/normalize-page.ts), the attributes of title rows and the packed cards of pages (../tables/card.ts), the
 * TypeScript types of the library, and by `npm run -s house -- --write` the OpenAPI document and docs/data-model.md.
 * How to add a field: CONTRIBUTING.md. The order is that of messages and rows.
 */
import type * as z from 'zod';
import { codes, day, type FieldKind, figure, flag, imagePath, prose, wholeNumbers, word } from './field-kinds.ts';

/** A field of a card. */
export type FieldDefinition = FieldKind<unknown> & {
  /** Members of TMDB's row, by its names: the first that says something counts. */
  from: readonly string[];
  /** For the OpenAPI document and docs/data-model.md. */
  words: string;
  /**
   * As an attribute of a title row: `always`, whatever it holds; `compressed`, as Brotli bytes where that is smaller; `unless-title`, left
   * out where it equals the title. Default: as it is, and left out where it is nothing.
   */
  inRow?: 'always' | 'compressed' | 'unless-title';
};

/** Fields that every build has sent: a message or a packed card without one of them is malformed. */
const firstFields = {
  title: {
    ...prose(500),
    from: ['title', 'name', 'original_title', 'original_name'],
    words: 'Title in the language of the row; in an answer in the asked one, or in the one that `fellBack` names.',
    inRow: 'always',
  },
  originalTitle: {
    ...prose(500),
    from: ['original_title', 'original_name', 'title', 'name'],
    words: 'Title in the original language.',
    inRow: 'unless-title',
  },
  overview: {
    ...prose(4_000),
    from: ['overview'],
    words: 'What it is about; empty where nobody has written it.',
    inRow: 'compressed',
  },
  posterPath: { ...imagePath(120), from: ['poster_path'], words: "Path below TMDB's image address." },
  backdropPath: { ...imagePath(120), from: ['backdrop_path'], words: "Path below TMDB's image address." },
  releaseDate: {
    ...day,
    from: ['release_date', 'first_air_date'],
    words: 'Day of release, `YYYY-MM-DD`; of a series the day it was first aired.',
  },
  voteAverage: {
    ...figure,
    from: ['vote_average'],
    words: 'Mean of the votes, 0 to 10.',
    json: { ...figure.json, maximum: 10 },
    inRow: 'always',
  },
  voteCount: { ...figure, from: ['vote_count'], words: 'Number of votes.', inRow: 'always' },
  popularity: { ...figure, from: ['popularity'], words: "TMDB's own figure.", inRow: 'always' },
  // Details name their genres instead: normalize-page.ts hands them on as ids.
  genreIds: { ...wholeNumbers(30), from: ['genre_ids'], words: 'TMDB genre ids.' },
  // Longer than any tag of BCP 47 in use.
  originalLanguage: { ...word(35), from: ['original_language'], words: 'ISO 639-1.', inRow: 'always' },
  originCountries: {
    ...codes(20, 4),
    from: ['origin_country'],
    words: 'ISO 3166-1 alpha-2; empty where TMDB does not tell, as in its movie lists.',
  },
  adult: { ...flag, from: ['adult'], words: 'Whether TMDB marks it as for adults.' },
} as const satisfies Record<string, FieldDefinition>;

/**
 * Fields that were added since. Messages and rows of earlier builds lack them, and are read as if they held nothing there; so none may be
 * stored `always`.
 */
const laterFields = {} as const satisfies Record<string, FieldDefinition & { inRow?: 'compressed' }>;

/** All fields of a card, by name. */
export const cardFields = { ...firstFields, ...laterFields };

export type CardFields = typeof cardFields;
export type CardField = keyof CardFields;

/** What a card on a screen needs of a title. Missing texts are `''`, missing images and dates `null`, missing figures 0. */
export type Card = { -readonly [Name in CardField]: ReturnType<CardFields[Name]['nothing']> };

/** The fields with their names, for loops. */
export const cardFieldList = Object.entries(cardFields) as [CardField, FieldDefinition][];

type MessageShape = { -readonly [Name in CardField]: z.ZodType<Card[Name]> };

/** The members of a card in messages and packed cards. */
export const cardShape = fromFields((field, name) =>
  Object.hasOwn(firstFields, name) ? field.message : (field.message as z.ZodType<unknown>).default(field.nothing),
) as MessageShape;

/** A card of which nothing is known. Tests and benches spread it and name only what they are about. */
export const emptyCard = fromFields(({ nothing }) => nothing()) as Card;

/** An object with a member for each field. */
export function fromFields<T>(member: (field: FieldDefinition, name: CardField) => T): Record<CardField, T> {
  const made: Partial<Record<CardField, T>> = {};
  for (const [name, field] of cardFieldList) {
    made[name] = member(field, name);
  }
  return made as Record<CardField, T>;
}

/** Whether `value` is what stands for nothing in `field`. */
export function isNothing(field: FieldDefinition, value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value === field.nothing();
}

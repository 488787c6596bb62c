import fc from 'fast-check';
import type { Feed } from '../../src/shared/core/feed.ts';
import {
  type Card,
  type CardField,
  emptyCard,
  type FieldDefinition,
  fromFields,
} from '../../src/shared/queues/card-fields.ts';
import type { ItemPage, ListedTitle } from '../../src/shared/queues/item-page.ts';
import { arbitraryText } from './arbitrary-text.ts';
import { sampleFeed, samplePage } from './sample-messages.ts';

/** An epoch time in the years 2000 to 2099, in milliseconds. */
export const arbitraryEpochMs: fc.Arbitrary<number> = fc.integer({
  min: Date.UTC(2000, 0, 1),
  max: Date.UTC(2099, 11, 31),
});

/** Eight hex digits. */
export const arbitraryRunId: fc.Arbitrary<string> = fc.nat(0xffffffff).map((n) => n.toString(16).padStart(8, '0'));

/** `<ISO second>Z.<run id>`. */
export const arbitrarySnapshot: fc.Arbitrary<string> = fc
  .tuple(arbitraryEpochMs, arbitraryRunId)
  .map(([atMs, runId]) => `${new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z')}.${runId}`);

const anyText = arbitraryText(60);

/** Anything that a field of the card may hold in a message: of its type, and within its bound. */
const arbitraryFields = fromFields(({ json, message }) => arbitraryOf(json).map((value) => message.parse(value))) as {
  [Name in CardField]: fc.Arbitrary<Card[Name]>;
};

/** A list row with anything that the message allows in it. */
export const arbitraryTitle: fc.Arbitrary<ListedTitle> = fc.record(
  {
    ...arbitraryFields,
    rank: fc.integer({ min: 1, max: 9_999 }),
    mediaType: fc.constantFrom('movie' as const, 'tv' as const),
    id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    overview: fc.oneof(anyText, arbitraryText(900, 100)),
    voteAverage: fc.double({ min: 0, max: 10, noNaN: true }),
    voteCount: fc.nat(50_000_000),
    originalLanguage: fc.constantFrom('', 'en', 'ja', 'cn'),
    originCountries: fc.array(fc.constantFrom('US', 'JP', 'FR'), { maxLength: 3 }),
  },
  { noNullPrototype: true },
);

/** A value of the type that a field has in the OpenAPI document; with null where it may be null. */
export function arbitraryOf({ type, items, pattern }: FieldDefinition['json']): fc.Arbitrary<unknown> {
  switch (String(type)) {
    case 'string':
      return anyText;
    case 'string,null':
      return fc.option(pattern === undefined ? anyText : fc.constantFrom('1895-12-28', '1999-10-15', '2027-02-28'));
    case 'number':
      return fc.double({ min: 0, max: 100_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    default:
      return JSON.stringify(items) === '{"type":"integer"}'
        ? fc.array(fc.nat(100_000), { maxLength: 6 })
        : fc.array(fc.constantFrom('', 'US', 'JP'), { maxLength: 3 });
  }
}

/**
 * One row on one page of `feed`, drawn from so few values that two draws are often equal, often differ in one member only
 * and always concern the same title: 550, a film.
 */
export function arbitraryCloseSighting(
  feed: Feed = sampleFeed(),
): fc.Arbitrary<{ page: ItemPage; listed: ListedTitle }> {
  return fc
    .record({
      snapshot: fc.constantFrom('2026-11-23T08:00:00Z.0badcafe', '2026-11-24T08:00:00Z.5eed5eed'),
      fetchedAt: fc.constantFrom('2026-11-23T08:00:07.250Z', '2026-11-23T08:00:07.251Z', '2026-11-24T21:00:00.000Z'),
      rank: fc.constantFrom(1, 2, 21),
      title: fc.constantFrom('Fight Club', 'Fight Club 2'),
      overview: fc.constantFrom('', 'A film.'),
      posterPath: fc.constantFrom(null, '', '/p.jpg'),
      releaseDate: fc.constantFrom(null, '1999-10-15'),
      voteAverage: fc.constantFrom(8.4, 8.438, 7),
      voteCount: fc.constantFrom(0, 27_044, 27_045, 31_000),
      popularity: fc.constantFrom(0, 73.433, 73.6, 1e-7),
      genreIds: fc.constantFrom([], [18], [18, 53]),
      adult: fc.boolean(),
    })
    .map(({ snapshot, fetchedAt, ...facts }) => {
      const listed: ListedTitle = { ...closeTitle, ...facts, genreIds: [...facts.genreIds] };
      return { page: samplePage({ feed, snapshot, fetchedAt, titles: [listed] }), listed };
    });
}

const closeTitle: ListedTitle = {
  rank: 1,
  mediaType: 'movie',
  id: 550,
  ...emptyCard,
  title: 'Fight Club',
  originalTitle: 'Fight Club',
  originalLanguage: 'en',
};

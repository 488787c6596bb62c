import fc from 'fast-check';
import { emptyCard } from '../../src/shared/queues/card-fields.ts';
import {
  detailFieldList,
  type PartName,
  partNames,
  type TitleParts,
} from '../../src/shared/queues/details/title-parts.ts';
import type { ItemDetails } from '../../src/shared/queues/item-page.ts';
import { arbitraryText } from './arbitrary-text.ts';
import { sampleItemDetails } from './sample-messages.ts';

const text = arbitraryText(40)
  .map((raw) => raw.trim())
  .filter((raw) => raw !== '');
const id = fc.integer({ min: 1, max: 2_000_000 });
const named = fc.record({ id, name: text }, { noNullPrototype: true });
const episode = fc.record(
  { season: fc.nat(20), episode: fc.nat(30), airDate: fc.constantFrom('2026-11-23', null), name: fc.option(text) },
  { noNullPrototype: true },
);

/** What each field may hold; a field that is missing here holds nothing. */
const values: Record<string, fc.Arbitrary<unknown>> = {
  runtimeMinutes: fc.option(fc.integer({ min: 1, max: 300 })),
  status: fc.constantFrom('Released', 'Ended', null),
  tagline: fc.option(text),
  genres: fc.array(named, { maxLength: 3 }),
  collection: fc.option(named),
  series: fc.option(
    fc.record(
      {
        ...{ seasons: fc.nat(20), episodes: fc.nat(400), inProduction: fc.boolean() },
        ...{ last: fc.option(episode), next: fc.option(episode) },
      },
      { noNullPrototype: true },
    ),
  ),
  originCountries: fc.option(fc.uniqueArray(fc.constantFrom('US', 'DE', 'FR', 'IN'), { maxLength: 3 })),
  keywords: fc.array(named, { maxLength: 4 }),
  cast: fc.array(
    fc.record({ id, name: text, character: fc.option(text), profilePath: fc.option(text) }, { noNullPrototype: true }),
    { maxLength: 3 },
  ),
  crew: fc.array(fc.record({ id, name: text, job: fc.constantFrom('Director', 'Writer') }, { noNullPrototype: true }), {
    maxLength: 2,
  }),
  externalIds: fc.record(
    {
      imdb: fc.constantFrom('tt0137523', 'tt0903747', null),
      tvdb: fc.constantFrom(81_189, null),
      wikidata: fc.constantFrom('Q190050', null),
    },
    { noNullPrototype: true },
  ),
  certifications: fc.record(
    { US: fc.constantFrom('R', 'PG-13', null), DE: fc.constantFrom('16', null) },
    { noNullPrototype: true },
  ),
  watch: fc.record(
    {
      US: fc.option(
        fc.record({ link: fc.constant(null), rent: fc.constantFrom([2], [2, 10]) }, { noNullPrototype: true }),
      ),
    },
    { noNullPrototype: true },
  ),
};

/** The parts of an answer: any of them may be missing. */
export const arbitraryParts: fc.Arbitrary<TitleParts> = fc.record(
  Object.fromEntries(partNames.map((part) => [part, arbitraryPart(part)])),
  { requiredKeys: [], noNullPrototype: true },
);

/** Messages about few titles, with few ids elsewhere, from times in few periods; parts and languages may be missing. */
export const arbitraryItemDetails: fc.Arbitrary<ItemDetails> = fc
  .record(
    {
      mediaType: fc.constantFrom('movie', 'tv'),
      id: fc.constantFrom(7, 550),
      fetchedAt: fc.constantFrom(
        ...[
          '2026-11-02T08:00:00.000Z',
          '2026-11-23T08:00:01.000Z',
          '2026-11-23T11:59:59.999Z',
          '2026-11-23T12:00:00.000Z',
        ],
      ),
      languages: fc.subarray(['en-US', 'de-DE'], { minLength: 1 }),
      voteCount: fc.constantFrom(90, 27_000),
      parts: arbitraryParts,
    },
    { noNullPrototype: true },
  )
  .map(({ languages, voteCount, ...item }) => ({
    ...sampleItemDetails(),
    ...item,
    cards: languages.map((language) => ({ language, ...emptyCard, title: language, voteCount })),
  }));

function arbitraryPart(part: PartName): fc.Arbitrary<unknown> {
  const fields = detailFieldList.filter((one) => one.part === part);
  return fc.record(
    Object.fromEntries(fields.map(({ name, field }) => [name, values[name] ?? fc.constant(field.nothing())])),
    { noNullPrototype: true },
  );
}

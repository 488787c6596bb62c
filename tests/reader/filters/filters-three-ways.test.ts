/** The library, HTTP and the command line take the same requests with the same meaning, and refuse the others in the same words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/shared/core/feed.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import { listThreeWays, type Outcome, recommendationThreeWays } from '../../support/asked-three-ways.ts';

const regions = [
  { region: 'DE', language: 'de-DE' },
  { region: 'US', language: 'en-US' },
  { region: 'AT', language: 'de-AT' },
];
const settings: readonly Settings[] = [
  defaultSettings,
  { ...defaultSettings, regions },
  { ...defaultSettings, details: { ...defaultSettings.details, enabled: false } },
];
const places = ['global', 'DE', 'US', 'AT', 'JP'];
const languages = ['en-US', 'de-DE', 'ja-JP'];

/** A member is right more often than not, so that whole requests are. */
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: wrong });
const oddNumber = fc.constantFrom(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21, 9_007_199_254_740_992);
const whole = (min: number, max: number) =>
  mostly(fc.integer({ min, max }), fc.oneof(oddNumber, fc.constantFrom(min - 1, max + 1)));
/** In thousandths, whose texts are digits with a point. */
const decimal = (max: number) =>
  mostly(
    fc.integer({ min: 0, max: max * 1_000 }).map((thousandths) => thousandths / 1_000),
    fc.constantFrom(-0.001, max + 0.001, Number.NaN),
  );
const ids = (most: number) =>
  mostly(
    fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9_999_999 })), { maxLength: 4 }),
    fc.oneof(
      fc.array(whole(1, 9_999_999), { maxLength: most + 2 }),
      fc.constantFrom(...[most, most + 1].map((count) => Array.from({ length: count }, (_, index) => index + 1))),
    ),
  );
const codes = (right: string[], wrong: string[]) =>
  mostly(fc.array(fc.constantFrom(...right), { maxLength: 4 }), fc.array(fc.constantFrom(...wrong), { maxLength: 2 }));
const languageCodes = (...right: string[]) => codes(right, ['zq', 'de-DE', 'german']);

const filters = {
  genres: ids(20),
  excludeGenres: ids(20),
  yearFrom: mostly(fc.integer({ min: 1_870, max: 1_960 }), whole(1_870, 2_100)),
  yearTo: whole(1_870, 2_100),
  minVotes: whole(0, 10_000_000),
  minVoteAverage: decimal(10),
  originalLanguages: languageCodes('de', 'DE', 'ja', 'cn'),
  excludeLanguages: languageCodes('xx', 'en', 'nb', 'EN', 'JA'),
  excludeCountries: codes(['US', 'us', 'IN', 'SU'], ['ZZ', 'USA', 'global']),
  maxCertification: mostly(
    fc.constantFrom('12', 'PG-13', 'pg-13', 'TV-14', '18', ' 16'),
    fc.constantFrom('NR', 'nonsense', ''),
  ),
  providers: ids(50),
  includeAdult: fc.boolean(),
  offset: whole(0, 10_000),
};
// Of an own maximum over HTTP, which answers with fewer titles at once.
const listed = fc.record({ ...filters, limit: fc.integer({ min: 1, max: 500 }) }, { requiredKeys: [] });
const recommended = fc.record(
  {
    ...filters,
    limit: whole(1, 100),
    variety: decimal(1),
    hour: whole(0, 23),
    region: mostly(fc.constantFrom(...places), fc.constant('uk')),
    language: mostly(fc.constantFrom(...languages, 'ja'), fc.constant('german')),
    media: mostly(fc.constantFrom('movie', 'tv', 'all'), fc.constant('book')),
  },
  { requiredKeys: [] },
);

/** What all ways must agree on; says whether the request was taken. */
function agreed([library, http, typed]: Outcome[]): boolean {
  if (library === undefined || 'taken' in library) {
    expect([http, typed]).toEqual([library, library]);
    return true;
  }
  const [[member = '', sentence = ''] = []] = Object.entries(library.refused);
  expect(sentence).toMatch(/allowed/);
  expect(typed).toEqual(library);
  // Over HTTP all is told that is wrong, not the first alone.
  expect(http).toMatchObject({ refused: { [member]: sentence } });
  return false;
}

/** Whether a good many of each were tried. */
function expectBoth(outcomes: readonly boolean[]): void {
  expect(outcomes.filter((taken) => taken).length).toBeGreaterThan(50);
  expect(outcomes.filter((taken) => !taken).length).toBeGreaterThan(50);
}

describe('a request is taken, or refused, by the three ways alike', () => {
  const kept = fc.constantFrom(0, 0, 1, 1, 1, 2);

  it('for a list', () => {
    const [place, language] = [fc.constantFrom(...places), fc.constantFrom(...languages)];
    const outcomes: boolean[] = [];
    fc.assert(
      fc.property(listed, kept, place, language, fc.constantFrom('movie', 'tv'), (asked, index, region, tag, media) => {
        const feed: Feed = { category: 'popular', media, region, language: tag };
        outcomes.push(agreed(listThreeWays(asked, feed, settings[index] ?? defaultSettings)));
      }),
      { numRuns: 700 },
    );
    expectBoth(outcomes);
  });

  it('for a recommendation', () => {
    const outcomes: boolean[] = [];
    fc.assert(
      fc.property(recommended, kept, (asked, index) => {
        outcomes.push(agreed(recommendationThreeWays(asked, settings[index] ?? defaultSettings)));
      }),
      { numRuns: 700 },
    );
    expectBoth(outcomes);
  });
});

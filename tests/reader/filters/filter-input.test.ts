/** Filters at their limits, beyond them, and against each other: what is taken, and in which sentence the rest is refused. */
import { describe, expect, it } from 'vitest';
import { checkedListOptions, checkedRecommendation } from '../../../src/reader/reader-input.ts';
import { UsageError } from '../../../src/shared/core/errors.ts';
import type { Feed } from '../../../src/shared/core/feed.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import type { Settings } from '../../../src/shared/settings/settings-schema.ts';
import { listThreeWays, type Members, type Outcome, recommendationThreeWays } from '../../support/asked-three-ways.ts';
import { caught } from '../../support/caught.ts';

const german: Settings = {
  ...defaultSettings,
  regions: [
    { region: 'DE', language: 'de-DE' },
    { region: 'AT', language: 'de-AT' },
  ],
};
const withoutDetails: Settings = { ...german, details: { ...german.details, enabled: false } };
const feedOf = (over: Partial<Feed> = {}): Feed => ({
  category: 'popular',
  media: 'movie',
  region: 'DE',
  language: 'de-DE',
  ...over,
});
const many = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const languages = 'aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs'.split(' ');
const countries =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO ' +
  'CR CU CV CX CY';

/** What all ways make of a request for a list, of films in Germany unless it is said otherwise. */
function expectAll(members: Members, outcome: Outcome, feed = feedOf(), settings = german): void {
  for (const way of listThreeWays(members, feed, settings)) {
    expect(way).toMatchObject(outcome);
  }
}

describe('a filter at its limits', () => {
  it.each<[Members, object?]>([
    [{ genres: many(20) }],
    [{ excludeGenres: [1, 9_999_999] }],
    [{ yearFrom: 1_870, yearTo: 2_100 }],
    [{ yearFrom: 1999, yearTo: 1999 }],
    [{ minVotes: 0, minVoteAverage: 0 }],
    [{ minVotes: 10_000_000, minVoteAverage: 10 }],
    [{ minVoteAverage: 6.123 }],
    [{ originalLanguages: languages.slice(0, 20) }],
    [{ originalLanguages: ['CN', 'Nb'], excludeLanguages: ['xx', 'vo'] }, { originalLanguages: ['cn', 'nb'] }],
    [{ excludeCountries: countries.split(' ').slice(0, 50) }],
    [{ excludeCountries: ['us', 'SU', 'xk'] }, { excludeCountries: ['US', 'SU', 'XK'] }],
    [{ maxCertification: '16' }],
    [{ maxCertification: ' 1 6' }, { maxCertification: '16' }],
    [{ providers: many(50) }],
    [{ includeAdult: true }],
    // What is given twice counts once, also beside the most that are allowed.
    [{ genres: [...many(20), ...many(20)] }, { genres: many(20) }],
    [{ excludeLanguages: ['ja', 'JA', 'ja'] }, { excludeLanguages: ['ja'] }],
    [{ genres: [], excludeGenres: [], providers: [], excludeCountries: [] }],
  ])('is taken: %j', (members, filter = members) => {
    expectAll(members, { taken: { filter } });
  });

  it('leaves nothing out that was not asked for', () => {
    const nothing = {
      genres: [],
      excludeGenres: [],
      originalLanguages: [],
      excludeLanguages: [],
      excludeCountries: [],
    };
    const filter = { ...nothing, providers: [], includeAdult: false, country: 'DE' };
    expectAll({}, { taken: { limit: 20, offset: 0, filter } });
    expect(checkedListOptions({}, feedOf(), german).filter).toEqual(filter);
  });

  it.each([10_000, 0])('pages from offset %d', (offset) => {
    expectAll({ offset }, { taken: { offset, limit: 20 } });
  });
});

const numbers = (least: number, most: number) => `allowed are whole numbers from ${least} to ${most}`;
const codes = 'allowed are ISO 639-1 codes TMDB knows';
const alpha2 = 'allowed are ISO 3166-1 alpha-2 codes TMDB knows';
const films = '0, 6, 12, 16, 18';

describe('a wrong filter is refused in one sentence', () => {
  it.each<[Members, string, string]>([
    [{ genres: [0] }, 'genres', `'0' is not allowed: ${numbers(1, 9_999_999)}`],
    [{ genres: [18, 1.5] }, 'genres', `'1.5' is not allowed: ${numbers(1, 9_999_999)}`],
    [{ excludeGenres: [10_000_000] }, 'excludeGenres', `'10000000' is not allowed: ${numbers(1, 9_999_999)}`],
    [{ excludeGenres: many(21) }, 'excludeGenres', 'more than 20 genres: at most 20 are allowed'],
    [{ genres: ['drama'] }, 'genres', `'drama' is not allowed: ${numbers(1, 9_999_999)}`],
    [{ genres: ['1e1'] }, 'genres', `'1e1' is not allowed: ${numbers(1, 9_999_999)}`],
    ...[1_869, 2_101, 1999.5, -1, Number.NaN, Number.POSITIVE_INFINITY, '0x7d0', '1e3', ''].flatMap((year) =>
      ['yearFrom', 'yearTo'].map((name): [Members, string, string] => [
        { [name]: year },
        name,
        `'${year}' is not allowed: ${numbers(1_870, 2_100)}`,
      ]),
    ),
    [{ minVotes: -1 }, 'minVotes', `'-1' is not allowed: ${numbers(0, 10_000_000)}`],
    [{ minVotes: 10_000_001 }, 'minVotes', `'10000001' is not allowed: ${numbers(0, 10_000_000)}`],
    ...[10.001, -0.5, Number.NaN, '1e1', '7,5', '.5', '5.', ' 5', ''].map((average): [Members, string, string] => [
      { minVoteAverage: average },
      'minVoteAverage',
      `'${average}' is not allowed: allowed are numbers from 0 to 10`,
    ]),
    [{ originalLanguages: ['de-DE'] }, 'originalLanguages', `unknown language 'de-DE': ${codes}; a close match is de`],
    [{ excludeLanguages: ['German'] }, 'excludeLanguages', `unknown language 'German': ${codes}; a close match is de`],
    [{ excludeLanguages: ['zq'] }, 'excludeLanguages', `unknown language 'zq': ${codes}`],
    [{ excludeLanguages: languages }, 'excludeLanguages', 'more than 20 languages: at most 20 are allowed'],
    [{ excludeCountries: ['UK'] }, 'excludeCountries', `unknown country 'UK': ${alpha2}; close matches are GB, UA`],
    [{ excludeCountries: ['global'] }, 'excludeCountries', `unknown country 'global': ${alpha2}, such as US, GB, DE`],
    [{ excludeCountries: countries.split(' ') }, 'excludeCountries', 'more than 50 countries: at most 50 are allowed'],
    [{ providers: many(51) }, 'providers', 'more than 50 services: at most 50 are allowed'],
    [{ providers: [-8] }, 'providers', `'-8' is not allowed: ${numbers(1, 9_999_999)}`],
    [{ maxCertification: 'PG-13' }, 'maxCertification', `'PG-13' is no certification of DE: allowed are ${films}`],
    [{ maxCertification: '' }, 'maxCertification', `'' is no certification of DE: allowed are ${films}`],
    [{ maxCertification: 'NR' }, 'maxCertification', `'NR' is no certification of DE: allowed are ${films}`],
    [{ offset: -1 }, 'offset', `'-1' is not allowed: ${numbers(0, 10_000)}`],
    [{ offset: 10_001 }, 'offset', `'10001' is not allowed: ${numbers(0, 10_000)}`],
    [{ includeAdult: 'yes' }, 'includeAdult', "'yes' is not allowed: allowed are true and false"],
  ])('%j', (members, name, sentence) => {
    expectAll(members, { refused: { [name]: expect.stringContaining(sentence) } });
  });

  it.each<[string, unknown, string]>([
    ['genres', '18', "'18' is not allowed: allowed is a list"],
    ['genres', null, "'null' is not allowed: allowed is a list"],
    ['excludeLanguages', [7], "'7' is not allowed: allowed is a text"],
    ['minVotes', '100', `'100' is not allowed: ${numbers(0, 10_000_000)}`],
    ['maxCertification', 12, "'12' is not allowed: allowed is a text"],
    ['includeAdult', 1, "'1' is not allowed: allowed are true and false"],
    ['variety', 1.5, "'1.5' is not allowed: allowed are numbers from 0 to 1"],
    ['variety', '0.5', "'0.5' is not allowed: allowed are numbers from 0 to 1"],
  ])('of another kind, in the library: %s %j', (name, value, sentence) => {
    const error = caught(() => checkedRecommendation({ [name]: value }, german));
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(/^recommend\.\w+(\.0)?: /);
    expect((error as UsageError).message).toContain(`.${name}`);
    expect((error as UsageError).message).toContain(sentence);
  });
});

const off =
  'needs details of titles, and details.enabled is false in the settings: allowed are filters by genre, year, votes and language';

describe('filters that contradict each other, or need what is not kept, are refused in one sentence', () => {
  it.each<[Members, string, string]>([
    [
      { genres: [18, 35], excludeGenres: [27, 35] },
      'excludeGenres',
      "'35' is in genres as well: allowed is one of them",
    ],
    [
      { originalLanguages: ['JA'], excludeLanguages: ['ko', 'ja'] },
      'excludeLanguages',
      "'ja' is in originalLanguages as well: allowed is one of them",
    ],
    [{ yearFrom: 2_001, yearTo: 2_000 }, 'yearFrom', "'2001' is after yearTo: allowed are years up to 2000"],
  ])('%j', (members, name, sentence) => {
    expectAll(members, { refused: { [name]: sentence } });
    for (const way of recommendationThreeWays(members, german)) {
      expect(way).toEqual({ refused: { [name]: sentence } });
    }
  });

  const needs = { maxCertification: '12', providers: [8], excludeCountries: ['US'] };
  it.each(Object.entries(needs))('where details are off: %s', (name, value) => {
    expectAll({ [name]: value }, { refused: { [name]: off } }, feedOf(), withoutDetails);
  });

  it('but not where lists tell by themselves where a series comes from', () => {
    const { excludeCountries } = needs;
    expectAll(
      { excludeCountries },
      { taken: { filter: { excludeCountries } } },
      feedOf({ media: 'tv' }),
      withoutDetails,
    );
    for (const media of ['movie', 'all']) {
      const asked = recommendationThreeWays({ media, excludeCountries }, withoutDetails);
      expect(asked).toEqual(asked.map(() => ({ refused: { excludeCountries: off } })));
    }
  });

  it.each<[Members, string]>([
    [{ maxCertification: '12' }, 'maxCertification'],
    [{ providers: [8] }, 'providers'],
    [{ providers: [8], maxCertification: 'nonsense', excludeCountries: ['US'] }, 'maxCertification and providers'],
  ])('of a country that is not kept: %j', (members, names) => {
    const region = `'FR' is not kept, which is needed for ${names}: allowed are DE, AT`;
    expectAll(members, { refused: { region } }, feedOf({ region: 'FR', language: 'fr-FR' }));
    const asked = recommendationThreeWays({ ...members, region: 'FR' }, german);
    expect(asked).toEqual(asked.map(() => ({ refused: { region } })));
  });

  it('and a list says whose region it is', () => {
    const error = caught(() => checkedListOptions({ providers: [8] }, feedOf({ region: 'FR' }), german));
    expect((error as UsageError).message).toMatch(/^feed\.region: 'FR' is not kept/);
  });

  it('but where a film comes from is the same in every country', () => {
    const members = { excludeCountries: ['US'] };
    expectAll(members, { taken: { filter: { ...members, country: 'FR' } } }, feedOf({ region: 'FR' }));
  });

  it('and no certification is one of a country that has none', () => {
    const none = 'TMDB lists no certifications of AT: allowed are regions with some, such as US and DE';
    expectAll({ maxCertification: '12' }, { refused: { maxCertification: none } }, feedOf({ region: 'AT' }));
  });
});

describe('the country of certifications and services', () => {
  it.each([
    ['the asked region', 'AT', 'de-DE', 'AT'],
    ['the kept country of the language', 'global', 'de-AT', 'AT'],
    ['the first that is kept', 'global', 'ja-JP', 'DE'],
  ])('is %s', (_name, region, language, country) => {
    expectAll({ providers: [8] }, { taken: { filter: { country } } }, feedOf({ region, language }));
    const [asked] = recommendationThreeWays({ providers: [8], region, language }, german);
    expect(asked).toMatchObject({ taken: { filter: { country } } });
  });
});

describe('several wrong members', () => {
  it('are all told of over HTTP, and the first of them elsewhere', () => {
    const members = { minVotes: -1, excludeLanguages: ['german'], yearFrom: 3_000, limit: 0 };
    const [library, http, typed] = listThreeWays(members, feedOf(), german);
    expect(Object.keys((http as { refused: object }).refused).sort()).toEqual(Object.keys(members).sort());
    expect(Object.keys((library as { refused: object }).refused)).toEqual(['yearFrom']);
    expect(typed).toEqual(library);
  });

  it('contradict each other in every way that they do', () => {
    const members = { genres: [1], excludeGenres: [1], yearFrom: 2_000, yearTo: 1_999, maxCertification: 'X' };
    const [, http] = listThreeWays(members, feedOf(), german);
    expect(Object.keys((http as { refused: object }).refused).sort()).toEqual([
      'excludeGenres',
      'maxCertification',
      'yearFrom',
    ]);
  });
});

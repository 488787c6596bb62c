import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/shared/core/errors.ts';
import type { MediaType } from '../../../src/shared/core/feed.ts';
import { discoverParameters } from '../../../src/shared/settings/discover-parameters.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
import { feedRequest } from '../../../src/shared/tmdb/feed-request.ts';
import { caught } from '../../support/caught.ts';
import { itWithSharedData, readSharedJson } from '../../support/shared-data.ts';

type Query = Record<string, unknown>;

function settingsWith(...custom: object[]) {
  return settingsFrom(JSON.stringify({ feeds: { custom } }));
}

function refusal(...custom: object[]): string {
  const error = caught(() => settingsWith(...custom));
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as UsageError;
  expect(message).toMatch(/^settings: [^\n]+$/);
  expect(message).toMatch(/allowed|has no effect|the pipeline's own|no parameter/);
  expect(message.length).toBeLessThan(400);
  return message;
}

const own = (media: MediaType, query: Query, over: object = {}) => ({ name: 'own', media, query, ...over });
const refused = (media: MediaType, query: Query) => refusal(own(media, query));
const queryOf = (media: MediaType, query: Query) => settingsWith(own(media, query)).feeds.custom[0]?.query;

/** The request on 30 November 2026. */
function requested(media: MediaType, query: Query) {
  const feed = { category: 'custom_own', media, region: 'global', language: 'de-DE' };
  return feedRequest({ feed, page: 2, snapshot: '2026-11-30T23:59:59Z.0badcafe' }, settingsWith(own(media, query)));
}

const parameterPath = 'tmdb/openapi.json';
type Parameter = { name: string; description?: string; schema: { type: string; enum?: string[]; format?: string } };

/** TMDB's own list of what discover takes. */
function documented(media: MediaType): Map<string, Parameter> {
  const document = readSharedJson(parameterPath) as {
    paths: Record<string, { get: { parameters: Parameter[] } }>;
  };
  const parameters = document.paths[`/3/discover/${media}`]?.get.parameters ?? [];
  return new Map(parameters.map((one) => [one.name, one]));
}

/** Whether TMDB's document allows a text for a parameter. Where its words speak of separators, each part is judged. */
function allows({ description = '', schema }: Parameter, text: string): boolean {
  const parts = /comma/.test(description) ? text.split(/[,|]/) : [text];
  const listed = /possible values are: \[([^\]]*)\]/.exec(description)?.[1]?.split(', ');
  return parts.every((part) => (listed?.includes(part) ?? true) && isOfSchema(schema, part));
}

function isOfSchema({ type, enum: names, format }: Parameter['schema'], text: string): boolean {
  if (names !== undefined) {
    return names.includes(text);
  }
  if (format === 'date') {
    return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  }
  const patterns: Record<string, RegExp> = {
    boolean: /^(true|false)$/,
    integer: /^\d+$/,
    number: /^\d+(\.\d+)?$/,
    string: /^.+$/,
  };
  return patterns[type]?.test(text) ?? false;
}

const id = fc.integer({ min: 1, max: 2_000_000 });
const ids: fc.Arbitrary<unknown> = fc.oneof(
  id,
  id.map(String),
  fc.array(id, { minLength: 1, maxLength: 5 }),
  fc.array(id, { minLength: 1, maxLength: 5 }).map((all) => all.join('|')),
  fc.array(id, { minLength: 1, maxLength: 5 }).map((all) => all.join(' , ')),
);
const day = fc.oneof(
  fc
    .date({ min: new Date('1950-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10)),
  fc.constant('today'),
  fc.tuple(fc.constantFrom('+', '-'), fc.nat(20_000)).map(([sign, days]) => `today${sign}${days}d`),
);
const whole = (min: number, max: number) => fc.integer({ min, max });
const average = fc.integer({ min: 0, max: 1_000 }).map((hundredths) => hundredths / 100);
const some = (...values: (string | number)[]) =>
  fc.oneof(
    fc.constantFrom(...values),
    fc.subarray(values, { minLength: 1 }),
    fc.subarray(values, { minLength: 1 }).map((all) => all.join('|')),
  );

/** Values by what a parameter is called, as a person reads TMDB's document. */
function arbitraryValue(name: string, { schema, description = '' }: Parameter): fc.Arbitrary<unknown> {
  const listed = /possible values are: \[([^\]]*)\]/.exec(description)?.[1]?.split(', ');
  if (schema.enum !== undefined) {
    return fc.constantFrom(...schema.enum);
  }
  if (listed !== undefined) {
    return some(...listed);
  }
  const byName: [RegExp, fc.Arbitrary<unknown>][] = [
    [/date\.[gl]te$/, day],
    [/^vote_average/, average],
    [/runtime|vote_count/, whole(0, 5_000)],
    [/year$/, whole(1900, 2030)],
    [/original_language$/, some('de', 'ja', 'cn')],
    [/origin_country$/, some('DE', 'jp', 'SU')],
    [/country$|region$/, fc.constantFrom('DE', 'jp', 'US')],
    [/^certification/, fc.constantFrom('6', 'PG-13', '12A')],
    [/^timezone$/, fc.constantFrom('Europe/Berlin', 'Etc/GMT+1', 'UTC')],
    [/^with_networks$/, id],
    [/^(with|without)_/, ids],
  ];
  return schema.type === 'boolean'
    ? fc.constantFrom(true, false, 'true', 'false')
    : (byName.find(([pattern]) => pattern.test(name))?.[1] ?? fc.constantFrom('?'));
}

/** Why a query is refused; `undefined` where it is not. */
function problemOf(media: MediaType, query: Query): string | undefined {
  try {
    queryOf(media, query);
    return undefined;
  } catch (error) {
    return (error as UsageError).message;
  }
}

/** The names, and those without which one of them has no effect. */
function withCompanions(names: string[]): string[] {
  const needs = (pattern: RegExp, companion: string) => (names.some((name) => pattern.test(name)) ? [companion] : []);
  return [
    ...new Set([
      ...names,
      ...needs(/_watch_/, 'watch_region'),
      ...needs(/^watch_region$/, 'with_watch_providers'),
      ...needs(/^certification($|\.)/, 'certification_country'),
      ...needs(/^certification_country$/, 'certification.lte'),
    ]),
  ];
}

describe.each(['movie', 'tv'] as const)('parameters of /discover/%s', (media) => {
  itWithSharedData('are those of TMDB’s document, less the pipeline’s own', parameterPath, () => {
    const names = [...documented(media).keys()].filter((name) => name !== 'page' && name !== 'language');
    expect(Object.keys(discoverParameters[media]).sort()).toEqual(names.sort());
  });

  itWithSharedData('take every value of its kind, and make requests that TMDB’s document allows', parameterPath, () => {
    const parameters = documented(media);
    const known = [...parameters].filter(([name]) => name !== 'page' && name !== 'language');
    const values = new Map(known.map(([name, one]) => [name, arbitraryValue(name, one)]));
    const query = fc
      .subarray([...values.keys()], { maxLength: 5 })
      .map(withCompanions)
      .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, values.get(name) ?? fc.constant(0)]))));
    let accepted = 0;
    fc.assert(
      fc.property(query, (asked) => {
        const problem = problemOf(media, asked);
        if (problem !== undefined) {
          // Values of their kinds can only be refused together.
          expect(problem).toMatch(/no title matches/);
          return;
        }
        accepted += 1;
        const sent = requested(media, asked);
        expect(sent.path).toBe(`/discover/${media}`);
        expect(Object.keys(asked).every((name) => name in sent.query)).toBe(true);
        for (const [name, text] of Object.entries(sent.query)) {
          expect(allows(parameters.get(name) as Parameter, text), `${name}=${text}`).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(150);
    for (const [name, one] of values) {
      for (const value of fc.sample(one, { numRuns: 20, seed: 1 })) {
        expect(problemOf(media, { [name]: value }) ?? 'has no effect alone', `${name}=${value}`).toContain(
          'has no effect alone',
        );
      }
    }
  });

  it('refuses whatever is of another kind, naming the parameter', () => {
    const odd = fc.oneof(
      fc.constantFrom<unknown>(null, {}, [[]], [null], [true], { a: 1 }, '', ' ', -1, '-1', 1e21, '\u0000', 'a\nb'),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
      fc.string({ minLength: 61 }).filter((text) => text.trim().length > 60),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(discoverParameters[media])), odd, (name, value) => {
        const sentence = refused(media, { [name]: value });
        expect(sentence.startsWith(`settings: feeds.custom.0.query.${name}: `), sentence).toBe(true);
        expect(sentence).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('refuses names that TMDB does not have, naming them', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_.]{1,30}$/), (name) => {
        fc.pre(!Object.hasOwn(discoverParameters[media], name) && name !== 'constructor' && name !== 'prototype');
        expect(refused(media, { [name]: 1 })).toContain(name);
      }),
    );
  });
});

describe('what is wrong in a query', () => {
  it.each<[MediaType, Query, string]>([
    [
      'movie',
      { with_genre: 16 },
      "with_genre: 'with_genre' is unknown: allowed are TMDB's parameters of /discover/movie; a close match is with_genres (found 16)",
    ],
    [
      'movie',
      { first_air_date_year: 2020 },
      "first_air_date_year: 'first_air_date_year' is a parameter of /discover/tv only: allowed are TMDB's parameters of /discover/movie",
    ],
    [
      'tv',
      { with_networks: 'HBO' },
      'with_networks: allowed are whole numbers from 1 to 9007199254740991 (found "HBO")',
    ],
    ['tv', { region: 'DE' }, "region: 'region' is a parameter of /discover/movie only"],
    ['movie', { page: 2 }, "page: 'page' is the pipeline's own: set 'pages' of the feed beside its query"],
    ['movie', { language: 'de-DE' }, "language: 'language' is the pipeline's own: set 'language' of the feed"],
    ['movie', { sort_by: 'popularity' }, 'sort_by: allowed are .asc and .desc of original_title, popularity'],
    ['tv', { sort_by: 'title.asc' }, 'sort_by: allowed are .asc and .desc of first_air_date, name'],
    ['movie', { with_genres: 'Family' }, 'with_genres: allowed are whole numbers from 1'],
    ['movie', { with_genres: '16|10751,35' }, 'with_genres: '],
    [
      'movie',
      { with_genres: [16, 'family'] },
      "with_genres: 'family' is not allowed: allowed are whole numbers from 1",
    ],
    ['movie', { with_genres: 16.5 }, 'with_genres: '],
    ['movie', { with_genres: true }, 'with_genres: '],
    [
      'movie',
      { with_genres: Array.from({ length: 51 }, (_, n) => n + 1) },
      "with_genres: a list of 51 is not allowed: allowed are whole numbers from 1 to 9007199254740991; several, at most 50, are joined by ',' (all of them) or '|' (any of them)",
    ],
    ['movie', { with_genres: Array.from({ length: 51 }, (_, n) => n + 1).join('|') }, 'with_genres: allowed are whole'],
    ['movie', { with_genres: [] }, 'with_genres: a list of 0 is not allowed: allowed are whole numbers from 1'],
    ['movie', { with_genres: ['16,18'] }, "with_genres: '16,18' is not allowed: allowed are whole numbers from 1"],
    ['tv', { with_networks: [213] }, 'with_networks: a list is not allowed: allowed are whole numbers from 1'],
    ['movie', { include_adult: [true] }, 'include_adult: a list is not allowed: allowed are true and false'],
    ['movie', { 'vote_average.gte': 11 }, 'vote_average.gte: allowed are numbers from 0 to 10 (found 11)'],
    ['movie', { 'vote_average.gte': '7,5' }, 'vote_average.gte: allowed are numbers from 0 to 10 (found "7,5")'],
    ['movie', { include_adult: 'yes' }, 'include_adult: allowed are true and false (found "yes")'],
    ['movie', { include_adult: 1 }, 'include_adult: allowed are true and false (found 1)'],
    ['movie', { 'release_date.gte': '2026-02-30' }, "release_date.gte: allowed are days such as 2026-11-30, 'today'"],
    ['movie', { 'release_date.gte': 'today - 42d' }, 'release_date.gte: allowed are days'],
    ['movie', { 'release_date.gte': 'yesterday' }, 'release_date.gte: allowed are days'],
    ['movie', { 'release_date.gte': 20261130 }, 'release_date.gte: allowed are days'],
    [
      'movie',
      { region: 'UK' },
      'region: allowed are ISO 3166-1 alpha-2 codes TMDB knows, such as DE; close matches are GB',
    ],
    [
      'movie',
      { region: 'Germany' },
      'region: allowed are ISO 3166-1 alpha-2 codes TMDB knows, such as DE; a close match is DE',
    ],
    ['movie', { region: 'SU' }, 'region: '],
    ['movie', { with_original_language: 'de-DE' }, 'with_original_language: allowed are ISO 639-1 codes'],
    ['movie', { with_original_language: 'de,fr' }, 'with_original_language: '],
    ['movie', { with_release_type: 7 }, 'with_release_type: allowed are whole numbers from 1 to 6'],
    ['tv', { timezone: 'Berlin' }, 'timezone: allowed are time zones such as Europe/Berlin (found "Berlin")'],
    [
      'movie',
      { watch_region: 'DE', with_watch_monetization_types: 'flat' },
      'with_watch_monetization_types: allowed are flatrate, free, ads, rent, buy',
    ],
    ['movie', { with_watch_providers: 8 }, 'with_watch_providers: has no effect alone: add watch_region (found 8)'],
    [
      'tv',
      { with_watch_monetization_types: 'free' },
      'with_watch_monetization_types: has no effect alone: add watch_region',
    ],
    ['tv', { watch_region: 'DE' }, 'watch_region: has no effect alone: add with_watch_providers or '],
    ['movie', { 'certification.lte': '6' }, 'certification.lte: has no effect alone: add certification_country'],
    ['movie', { certification_country: 'DE' }, 'certification_country: has no effect alone: add certification or '],
    [
      'movie',
      { 'vote_count.gte': 9, 'vote_count.lte': 8 },
      'vote_count.gte: is beyond vote_count.lte (8), so that no title matches',
    ],
    [
      'movie',
      { 'release_date.gte': 'today+1d', 'release_date.lte': 'today' },
      'release_date.gte: is beyond release_date.lte (today)',
    ],
    [
      'tv',
      { 'air_date.gte': '2026-12-02', 'air_date.lte': '2026-12-01' },
      'air_date.gte: is beyond air_date.lte (2026-12-01)',
    ],
    ['movie', { with_genres: '16,35', without_genres: 35 }, 'with_genres: 35 stands in without_genres too'],
    ['movie', { with_genres: '16|35', without_genres: '35,16' }, 'with_genres: 16, 35 stands in without_genres too'],
  ])('%s %j', (media, query, sentence) => {
    expect(refused(media, query)).toContain(`settings: feeds.custom.0.query.${sentence}`);
  });

  it.each(['api_key', 'session_id', 'access_token'])('tells nothing of the value of %s', (name) => {
    expect(refused('movie', { [name]: 'abcdef0123456789' })).not.toContain('abcdef');
  });

  it.each<[MediaType, Query]>([
    ['movie', { 'release_date.gte': 'today', 'release_date.lte': '2026-01-01' }],
    ['movie', { 'vote_count.gte': 8, 'vote_count.lte': '8' }],
    ['movie', { with_genres: '16|35', without_genres: '35' }],
    ['movie', { watch_region: 'DE', without_watch_providers: 8 }],
    ['tv', {}],
  ])('nothing is wrong with %s %j', (media, query) => {
    expect(Object.keys(queryOf(media, query) ?? {})).toEqual(Object.keys(query));
  });
});

describe('what is wrong with an own feed', () => {
  const query = {};
  it.each<[object[], string]>([
    [[{ media: 'movie', query }], 'feeds.custom.0.name: a name is missing or no text'],
    [[own('movie', query, { name: 'Kids' })], 'feeds.custom.0.name: allowed are names of 1 to 40 of a-z, 0-9 and _'],
    [[own('movie', query, { name: 'x'.repeat(41) })], 'feeds.custom.0.name: '],
    [[own('movie', query, { name: 'popular' })], "feeds.custom.0.name: the name 'popular' is reserved"],
    [[own('movie', query, { name: 'constructor' })], "feeds.custom.0.name: the name 'constructor' is reserved"],
    [
      [own('movie', query), own('tv', query)],
      "feeds.custom.1.name: two own feeds have the name 'own': allowed is each",
    ],
    [[own('movie', query, { media: 'all' })], 'feeds.custom.0.media: allowed are movie and tv (found "all")'],
    [[{ name: 'own', media: 'movie' }], 'feeds.custom.0.query: the query is missing or no object'],
    [[own('movie', query, { query: [] })], 'feeds.custom.0.query: the query is missing or no object'],
    [[own('movie', query, { schedule: 'hourly' })], 'feeds.custom.0.schedule: allowed are daily and weekly'],
    [[own('movie', query, { language: 'german' })], "feeds.custom.0.language: unknown language 'german': allowed are"],
    [
      Array.from({ length: 21 }, (_, n) => own('movie', query, { name: `n${n}` })),
      'feeds.custom: 21 own feeds: allowed are at most 20',
    ],
  ])('%j', (custom, sentence) => {
    expect(refusal(...custom)).toContain(`settings: ${sentence}`);
  });

  it.each([
    [own('movie', query, { pages: 0 }), 'feeds.custom.0.pages: '],
    [own('movie', query, { pages: 501 }), 'feeds.custom.0.pages: '],
    [own('movie', query, { softTtlHours: 0 }), 'feeds.custom.0.softTtlHours: '],
    [own('movie', query, { ttl: 5 }), 'feeds.custom.0: '],
  ])('%j', (one, start) => {
    expect((caught(() => settingsWith(one)) as UsageError).message.startsWith(`settings: ${start}`)).toBe(true);
  });

  it('is nothing where all members are left to their defaults', () => {
    const [feed] = settingsWith(own('tv', query)).feeds.custom;
    expect(feed).toEqual({ name: 'own', media: 'tv', query: {}, pages: 1, softTtlHours: 24, schedule: 'daily' });
  });
});

describe('the request of an own feed', () => {
  it('is its query, with the days of the snapshot, and without adult titles unless it asks for them', () => {
    expect(
      requested('movie', {
        'release_date.gte': 'today-42d',
        'release_date.lte': 'today+7d',
        with_genres: [16, 10751],
        with_original_language: ['DE', 'fr'],
        region: 'de',
      }),
    ).toEqual({
      path: '/discover/movie',
      query: {
        sort_by: 'popularity.desc',
        include_adult: 'false',
        'release_date.gte': '2026-10-19',
        'release_date.lte': '2026-12-07',
        with_genres: '16,10751',
        with_original_language: 'de|fr',
        region: 'DE',
        language: 'de-DE',
        page: '2',
      },
    });
    expect(requested('tv', { include_adult: true, sort_by: 'name.asc' }).query).toMatchObject({
      include_adult: 'true',
      sort_by: 'name.asc',
    });
  });

  it('is the same from settings that were written out whole, as functions have them', () => {
    const settings = settingsWith(own('movie', { 'release_date.gte': 'today', with_genres: [16, 35] }));
    expect(settingsFrom(JSON.stringify(settings))).toEqual(settings);
  });

  it('is none where the settings do not have the feed, or have it for another medium', () => {
    const ask = (category: string, media: MediaType) =>
      feedRequest(
        {
          feed: { category, media, region: 'global', language: 'en-US' },
          page: 1,
          snapshot: '2026-11-30T08:00:00Z.0badcafe',
        },
        settingsWith(own('movie', {})),
      );
    expect(() => ask('custom_other', 'movie')).toThrow("no own feed 'custom_other': allowed are custom_own");
    expect(() => ask('custom_own', 'tv')).toThrow("lists movie titles: allowed is media 'movie', not 'tv'");
    expect(ask('custom_own', 'movie').path).toBe('/discover/movie');
  });
});

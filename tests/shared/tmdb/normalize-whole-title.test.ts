import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titlePartsSchema } from '../../../src/shared/queues/details/title-parts.ts';
import { describedTitleSchema } from '../../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import {
  appendedMembers,
  normalizeWholeTitle,
  type WholeTitle,
} from '../../../src/shared/tmdb/normalize-whole-title.ts';
import { movieDetails, seriesDetails, wholeMovie, wholeSeries } from '../../support/tmdb-details.ts';

const settings = {
  ...defaultSettings,
  regions: [
    { region: 'US', language: 'en-US' },
    { region: 'DE', language: 'de-DE' },
  ],
};

function movieOf(over: Record<string, unknown>): WholeTitle {
  return normalizeWholeTitle(wholeMovie(over), 'movie', 550, settings) as WholeTitle;
}

function seriesOf(over: Record<string, unknown>): WholeTitle {
  return normalizeWholeTitle(wholeSeries(over), 'tv', 1396, settings) as WholeTitle;
}

describe('a usual answer', () => {
  it('about a film', () => {
    const { cards, parts } = movieOf({});
    expect(cards.map(({ language, title }) => [language, title.title, title.posterPath])).toEqual([
      ['en-US', 'Fight Club', '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg'],
      ['de-DE', 'Der Kampfklub', '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg'],
    ]);
    expect(parts).toMatchObject({
      base: {
        runtimeMinutes: 139,
        status: 'Released',
        tagline: null,
        genres: [
          { id: 18, name: 'Drama' },
          { id: 53, name: 'Thriller' },
        ],
        collection: null,
        series: null,
      },
      keywords: { keywords: [{ id: 825, name: 'support group' }] },
      credits: {
        cast: [
          { id: 819, name: 'Edward Norton', character: 'Narrator', profilePath: '/norton.jpg' },
          { id: 287, name: 'Brad Pitt', character: null, profilePath: null },
        ],
        crew: [{ id: 7467, name: 'David Fincher', job: 'Director' }],
      },
      externalIds: { externalIds: { imdb: 'tt0137523', tvdb: null, wikidata: 'Q190050' } },
      certifications: { certifications: { US: 'R', DE: '18' } },
      watch: {
        watch: {
          US: { link: 'https://www.themoviedb.org/movie/550/watch?locale=US', subscription: [9, 337], buy: [2] },
          DE: null,
        },
      },
      videos: { videos: [{ site: 'YouTube', key: 'dfeUzm6KF4g', type: 'Trailer', language: 'en', official: true }] },
      recommendations: { recommendations: [{ mediaType: 'movie', id: 807 }] },
    });
  });

  it('about a series', () => {
    expect(seriesOf({}).parts).toMatchObject({
      base: {
        runtimeMinutes: 47,
        collection: null,
        series: {
          ...{ seasons: 5, episodes: 62, inProduction: false, next: null },
          last: { season: 5, episode: 16, airDate: '2013-09-29', name: 'Felina' },
        },
      },
      credits: {
        cast: [
          { id: 17_419, name: 'Bryan Cranston', character: 'Walter White', profilePath: null },
          { id: 1, name: 'Somebody Else', character: 'Guest', profilePath: null },
        ],
        crew: [
          { id: 66_633, name: 'Vince Gilligan', job: 'Creator' },
          { id: 66_633, name: 'Vince Gilligan', job: 'Writer' },
        ],
      },
      externalIds: { externalIds: { imdb: 'tt0903747', tvdb: 81_189, wikidata: null } },
      certifications: { certifications: { US: 'TV-MA', DE: '18' } },
    });
  });

  it('is asked for with all its parts', () => {
    expect(appendedMembers('movie').join()).toBe(
      'keywords,credits,external_ids,release_dates,watch/providers,videos,recommendations,translations',
    );
    expect(appendedMembers('tv').join()).toBe(
      'keywords,aggregate_credits,external_ids,content_ratings,watch/providers,videos,recommendations,translations',
    );
  });
});

describe('a part that the answer lacks', () => {
  it.each([
    ['keywords', 'keywords'],
    ['credits', 'credits'],
    ['external_ids', 'externalIds'],
    ['release_dates', 'certifications'],
    ['watch/providers', 'watch'],
    ['videos', 'videos'],
    ['recommendations', 'recommendations'],
  ])('is unknown and not empty: %s', (member, part) => {
    const failed = { success: false, status_code: 11, status_message: 'Internal error' };
    for (const missing of [undefined, null, [], 'no', {}, failed]) {
      const { parts, cards } = movieOf({ [member]: missing });
      expect(Object.keys(parts)).toHaveLength(7);
      expect(parts).not.toHaveProperty(part);
      expect(cards).toHaveLength(2);
    }
  });

  it.each([
    ['keywords', 'keywords', { keywords: null }],
    ['credits', 'credits', { cast: null, crew: null }],
    ['release_dates', 'certifications', { results: null }],
    ['watch/providers', 'watch', { results: null }],
    ['videos', 'videos', { results: null }],
    ['recommendations', 'recommendations', { results: null }],
  ])('is unknown with null in place of its lists: %s', (member, part, body) => {
    expect(movieOf({ [member]: body }).parts).not.toHaveProperty(part);
  });

  it('is not unknown where TMDB knows no id elsewhere', () => {
    const none = { imdb_id: null, wikidata_id: null };
    expect(movieOf({ external_ids: none }).parts.externalIds?.externalIds).toMatchObject({
      imdb: null,
      wikidata: null,
    });
  });

  it('leaves the other languages’ cards unknown when it is the translations', () => {
    expect(movieOf({ translations: undefined }).cards.map(({ language }) => language)).toEqual(['en-US']);
    expect(movieOf({ translations: { translations: [{ iso_639_1: 'de', iso_3166_1: 'DE' }] } }).cards).toHaveLength(1);
  });

  it('of a series is not replaced by the credits of its newest season', () => {
    const credits = wholeMovie().credits;
    expect(seriesOf({ aggregate_credits: undefined, credits }).parts).not.toHaveProperty('credits');
  });

  it('may be every one of them: what is left is the base', () => {
    const whole = normalizeWholeTitle(movieDetails(), 'movie', 550, settings);
    expect(Object.keys(whole?.parts ?? {})).toEqual(['base']);
  });
});

describe('texts', () => {
  it('that nobody translated are those of an answer in that language: the original title, and no overview', () => {
    const german = { iso_639_1: 'de', iso_3166_1: 'DE', data: { title: '', overview: '' } };
    const austrian = { iso_639_1: 'de', iso_3166_1: 'AT', data: { title: 'Wiener Klub', overview: 'Oida.' } };
    for (const translations of [[german, austrian], [austrian], []]) {
      const over = { original_title: 'O Clube', translations: { translations } };
      expect(movieOf(over).cards[1]?.title).toMatchObject({ title: 'O Clube', overview: '' });
    }
  });

  it.each([
    ['tagline', ''],
    ['tagline', '   '],
    ['tagline', 7],
    ['status', ''],
    ['runtime', 0],
    ['runtime', -5],
    ['runtime', 12.5],
    ['belongs_to_collection', { id: 1, name: '' }],
    ['belongs_to_collection', 'Trilogy'],
  ])('and figures that say nothing are null: %s = %j', (member, value) => {
    const names = {
      tagline: 'tagline',
      status: 'status',
      runtime: 'runtimeMinutes',
      belongs_to_collection: 'collection',
    };
    const name = names[member as keyof typeof names];
    expect(movieOf({ [member]: value }).parts.base).toHaveProperty(name, null);
  });

  it('are cut where they are too long, and never within a character', () => {
    const tagline = `${'x'.repeat(198)}\u{1f600}${'y'.repeat(9)}`;
    const cut = movieOf({ tagline }).parts.base?.tagline ?? '';
    expect(cut).toBe(`${'x'.repeat(198)}…`);
    expect(cut.isWellFormed()).toBe(true);
  });
});

describe('certifications', () => {
  const rated = (...rows: [type: number, date: string, certification: string][]) =>
    movieOf({
      release_dates: {
        results: [
          {
            iso_3166_1: 'DE',
            release_dates: rows.map(([type, day, certification]) => ({
              type,
              release_date: `${day}T00:00:00.000Z`,
              certification,
            })),
          },
        ],
      },
    }).parts.certifications?.certifications.DE;

  it('of films are those for cinemas, then limited, digital, physical, TV, and premieres last', () => {
    const weights: [number, string][] = [
      [3, 'three'],
      [2, 'two'],
      [4, 'four'],
      [5, 'five'],
      [6, 'six'],
      [1, 'one'],
    ];
    for (const [n, [, best]] of weights.entries()) {
      const rows = weights.slice(n).map(([type, text]) => [type, '2000-01-01', text] as [number, string, string]);
      expect(rated(...rows.reverse())).toBe(best);
    }
  });

  it('are of one type the earliest, and of one day the same in any order', () => {
    expect(rated([3, '2001-01-01', '12'], [3, '2000-01-01', '16'])).toBe('16');
    expect(rated([3, '2000-01-01', '16'], [3, '2000-01-01', '18'])).toBe(
      rated([3, '2000-01-01', '18'], [3, '2000-01-01', '16']),
    );
  });

  it('without a date come after those of the same type that have one', () => {
    const releases = [
      { type: 3, release_date: '', certification: '0' },
      { type: 3, certification: '6' },
      { type: 3, release_date: '2000-01-01T00:00:00.000Z', certification: '12' },
      { type: 4, release_date: '1999-01-01T00:00:00.000Z', certification: '18' },
    ];
    const results = [{ iso_3166_1: 'DE', release_dates: releases }];
    expect(movieOf({ release_dates: { results } }).parts.certifications?.certifications.DE).toBe('12');
  });

  it('have no blanks around them, and empty ones do not count', () => {
    expect(rated([3, '2000-01-01', '  '], [4, '2000-01-01', 'PG12 '])).toBe('PG12');
    expect(rated([3, '2000-01-01', ''])).toBeNull();
    expect(rated()).toBeNull();
  });

  it.each([
    ['DE', ['16', '18'], '18'],
    ['IN', ['A', 'U'], 'A'],
    ['MX', ['C', 'B-15'], 'C'],
    ['FR', ['12', '16'], '16'],
    ['PT', ['12AP', '18'], '18'],
    ['US', ['TV-14', 'TV-MA', ''], 'TV-MA'],
    ['AU', ['R18+', 'R 18+'], 'R18+'],
    ['XX', ['something', 'other'], 'something'],
  ])('of series are the strictest: %s %j', (country, ratings, strictest) => {
    for (const inOrder of [ratings, [...ratings].reverse()]) {
      const results = inOrder.map((rating) => ({ iso_3166_1: country, rating }));
      const region = { region: country, language: 'en-US' };
      const whole = normalizeWholeTitle(wholeSeries({ content_ratings: { results } }), 'tv', 1396, {
        ...settings,
        regions: [region],
      });
      expect(whole?.parts.certifications?.certifications).toEqual({ [country]: strictest });
    }
  });
});

describe('videos', () => {
  const video = (over: object) => ({
    site: 'YouTube',
    key: 'k',
    type: 'Trailer',
    official: true,
    iso_639_1: 'en',
    ...over,
  });
  const keysOf = (results: object[], defaultLanguage = 'en-US') =>
    normalizeWholeTitle(wholeMovie({ videos: { results } }), 'movie', 550, {
      ...settings,
      defaultLanguage,
    })?.parts.videos?.videos.map(({ key }) => key);

  it('are trailers first, in the default language, official, and the latest', () => {
    const results = [
      video({ key: 'teaser', type: 'Teaser' }),
      video({ key: 'fan', official: false }),
      video({ key: 'old', published_at: '2015-01-01' }),
      video({ key: 'new', published_at: '2016-01-01' }),
      video({ key: 'german', iso_639_1: 'de', official: false }),
    ];
    expect(keysOf(results)).toEqual(['new', 'old', 'fan']);
    expect(keysOf(results, 'de-DE')).toEqual(['german', 'new', 'old']);
  });

  it('are three at most, and none of kinds and sites that a card cannot show', () => {
    expect(keysOf(Array.from({ length: 9 }, (_, n) => video({ key: `k${n}` })))).toHaveLength(3);
    expect(
      keysOf([video({ site: 'Dailymotion' }), video({ type: 'Bloopers' }), video({ key: '' }), video({ key: 7 })]),
    ).toEqual([]);
  });
});

describe('a series', () => {
  it.each([
    ['the last episode’s', { runtime: 47 }, { runtime: 50 }, [30], 47],
    ['the next one’s where that has none', { runtime: null }, { runtime: 50 }, [30], 50],
    ['what TMDB once listed', { runtime: 0 }, null, [30, 45], 30],
    ['none before it is aired', null, null, [], null],
  ])('has %s runtime', (_name, last, next, times, minutes) => {
    const over = { last_episode_to_air: last, next_episode_to_air: next, episode_run_time: times };
    expect(seriesOf(over).parts.base?.runtimeMinutes).toBe(minutes);
  });

  it('knows what comes next', () => {
    const next = { season_number: 6, episode_number: 1, air_date: '2027-01-03', name: '' };
    expect(seriesOf({ next_episode_to_air: next }).parts.base?.series?.next).toEqual({
      ...{ season: 6, episode: 1, airDate: '2027-01-03', name: null },
    });
  });
});

describe('services of a country', () => {
  const offers = (offer: unknown) => movieOf({ 'watch/providers': { results: { US: offer } } }).parts.watch?.watch.US;
  const link = 'https://www.themoviedb.org/movie/550/watch?locale=US';
  const one = (id: unknown, priority: unknown = 1) => ({ provider_id: id, display_priority: priority });

  it.each([
    ['only a link', { link }, { link }],
    ['empty buckets', { link, flatrate: [], rent: [one(2)], buy: null }, { link, rent: [2] }],
    ['no link', { flatrate: [one(8)] }, { link: null, subscription: [8] }],
    ['a link to nowhere', { link: 'http://elsewhere.example' }, { link: null }],
    ['a service twice', { link, ads: [one(73, 2), one(73, 1), one('12', 1)] }, { link, ads: [12, 73] }],
    ['services of one priority', { link, free: [one(9), one(3), one(5)] }, { link, free: [3, 5, 9] }],
    ['rows that are none', { link, rent: [null, {}, one(0), one('x'), one(10)] }, { link, rent: [10] }],
    ['a way that nobody knows', { link, lease: [one(8)] }, { link }],
    ['nothing', null, null],
    ['a list', [], null],
  ])('may have %s', (_name, offer, expected) => {
    expect(offers(offer)).toEqual(expected);
  });

  it('are 30 of each kind at most', () => {
    const many = Array.from({ length: 40 }, (_, n) => one(100 - n, 40 - n));
    expect(offers({ link, flatrate: many })).toEqual({
      link,
      subscription: Array.from({ length: 30 }, (_, n) => 61 + n),
    });
  });
});

describe('what TMDB sends of a wrong type', () => {
  it.each([
    ['tt123', 'an IMDb id that is too short'],
    ['nm0000093', 'a person’s'],
    ['123123', 'a number'],
    ['', 'none'],
    [7, 'no text'],
  ])('is no id elsewhere: %j, %s', (imdb, _what) => {
    expect(movieOf({ external_ids: { imdb_id: imdb } }).parts.externalIds?.externalIds).toEqual({
      ...{ imdb: null, tvdb: null, wikidata: null },
    });
  });

  it('costs only itself in a list', () => {
    const cast = [
      null,
      7,
      { id: 'x', name: 'No Id' },
      { id: 5 },
      { id: '6', name: 'As Text', character: 8 },
      { id: 6, name: 'Twice' },
    ];
    expect(movieOf({ credits: { cast, crew: 'none' } }).parts.credits).toEqual({
      cast: [{ id: 6, name: 'As Text', character: null, profilePath: null }],
      crew: [],
    });
  });

  it('is no link when it leads elsewhere', () => {
    const results = { US: { link: 'javascript:alert(1)' } };
    expect(movieOf({ 'watch/providers': { results } }).parts.watch?.watch).toEqual({ US: { link: null }, DE: null });
  });

  it('never stops a title, and what is read is what a message takes', () => {
    for (const [mediaType, whole, id] of [
      ['movie', wholeMovie, 550],
      ['tv', wholeSeries, 1396],
    ] as const) {
      const members = Object.keys(whole()).filter((member) => member !== 'id');
      const odd = fc.dictionary(fc.constantFrom(...members), fc.jsonValue(), { noNullPrototype: true });
      fc.assert(
        fc.property(odd, (over) => {
          const read = normalizeWholeTitle(whole(over), mediaType, id, settings) as WholeTitle;
          expect(titlePartsSchema.parse(read.parts)).toEqual(read.parts);
          expect(read.cards.map(({ title }) => describedTitleSchema.parse(title))).toEqual(
            read.cards.map(({ title }) => title),
          );
        }),
      );
    }
  });
});

/** Every place in `json` that holds a value, as a path to it. */
function placesIn(json: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof json !== 'object' || json === null) {
    return [[...path]];
  }
  const entries = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return [
    ...(path.length === 0 ? [] : [[...path]]),
    ...entries.flatMap(([key, value]) => placesIn(value, [...path, key])),
  ];
}

/** A copy of `json` with `value` at `path`. */
function withValueAt(json: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(json);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], copy);
  (parent as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  return copy;
}

describe('what TMDB sends in any one place of its answer', () => {
  const texts = ['', ' ', 'x', '7', '-1', '1e3', 'x'.repeat(1_000), '\ud83d'];
  const odd = [...texts, 0, 1, -1, 0.5, 1e300, true, null, [], {}, [[]]];

  it.each([
    ['movie', wholeMovie(), 550],
    ['tv', wholeSeries(), 1396],
  ] as const)('never stops the message about it: %s', (mediaType, whole, id) => {
    for (const path of placesIn(whole).filter((one) => one.join() !== 'id')) {
      for (const value of odd) {
        const { parts } = normalizeWholeTitle(withValueAt(whole, path, value), mediaType, id, settings) ?? {};
        const taken = titlePartsSchema.safeParse(parts);
        expect(taken.data, `${path.join('.')} = ${JSON.stringify(value)}`).toEqual(parts);
      }
    }
  });
});

describe('an answer about something else', () => {
  it.each([movieDetails({ id: 551 }), { page: 1, results: [] }, null, 'x', seriesDetails({ id: undefined })])(
    'is no title: %#',
    (json) => {
      expect(normalizeWholeTitle(json, 'movie', 550, settings)).toBeUndefined();
    },
  );
});

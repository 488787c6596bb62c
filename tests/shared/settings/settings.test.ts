import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/shared/core/errors.ts';
import { feedKindOf } from '../../../src/shared/core/feed.ts';
import { callsOfAWorker, defaultSettings } from '../../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';
import { settingsSchema } from '../../../src/shared/settings/settings-schema.ts';
import { arbitraryFeed } from '../../support/arbitrary-feed.ts';
import { caught } from '../../support/caught.ts';

function refusal(overridesJson: string): string {
  const error = caught(() => settingsFrom(overridesJson));
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ code: 'usage' });
  const { message } = error as UsageError;
  expect(message).toMatch(/^settings: [^\n]+$/);
  expect(message.length).toBeLessThan(250);
  return message;
}

describe('regions and languages', () => {
  it('are taken as people write them, and kept in their canonical form', () => {
    const { defaultLanguage, regions } = settingsFrom(
      '{"defaultLanguage":"de","regions":[{"region":"jp","language":"JA"},{"region":"AZ","language":"az-az"}]}',
    );
    expect(defaultLanguage).toBe('de-DE');
    expect(regions).toEqual([
      { region: 'JP', language: 'ja-JP' },
      { region: 'AZ', language: 'az-AZ' },
    ]);
    expect(refusal('{"regions":[{"region":"DE","language":"de"},{"region":"de","language":"DE-de"}]}')).toContain(
      'a region is configured twice',
    );
  });
});

describe('the defaults', () => {
  it('are valid', () => expect(settingsSchema.parse(defaultSettings)).toEqual(defaultSettings));

  it.each([undefined, '', '{}', '{"feeds":{}}'])('stand when the overrides are %j', (overrides) => {
    expect(settingsFrom(overrides)).toEqual(defaultSettings);
  });

  it('are the design’s figures', () => {
    const { feeds, ttl, schedules, tmdb } = defaultSettings;
    expect(feeds.popular).toEqual({ pages: 2, softTtlHours: 24 });
    expect(feeds.trending).toEqual({ pages: 1, softTtlHours: 4 });
    expect(feeds.genre).toMatchObject({ pages: 1, softTtlHours: 72, topGenres: 5 });
    expect(feeds.hidden_gems).toMatchObject({ pages: 1, softTtlHours: 72 });
    expect(feeds.award_winning).toMatchObject({ pages: 1, softTtlHours: 168 });
    expect(ttl).toMatchObject({ hardFactor: 3, jitterShare: 0.1, maxHardDays: 180 });
    expect(schedules).toEqual({
      daily: { hourUtc: 8 },
      weekly: { weekday: 0, hourUtc: 9 },
      refresh: { everyHours: 4 },
    });
    expect(tmdb.requestsPerSecond).toBe(30);
  });
});

describe('overrides', () => {
  it('are laid over member by member', () => {
    const settings = settingsFrom('{"feeds":{"popular":{"pages":3}},"tmdb":{"requestsPerSecond":10}}');
    expect(settings.feeds.popular).toEqual({ pages: 3, softTtlHours: 24 });
    expect(settings.feeds.trending).toEqual(defaultSettings.feeds.trending);
    expect(settings.tmdb).toEqual({ ...defaultSettings.tmdb, requestsPerSecond: 10 });
    expect(settings.queues).toEqual(defaultSettings.queues);
  });

  it('replace lists as a whole', () => {
    const germany = { region: 'DE', language: 'de-DE' };
    expect(settingsFrom(JSON.stringify({ regions: [germany] })).regions).toEqual([germany]);
  });

  it('leave the defaults themselves alone', () => {
    const before = JSON.stringify(defaultSettings);
    settingsFrom('{"feeds":{"popular":{"pages":9}},"regions":[{"region":"JP","language":"ja-JP"}]}');
    expect(JSON.stringify(defaultSettings)).toBe(before);
  });

  it('may be the whole settings', () => {
    expect(settingsFrom(JSON.stringify(defaultSettings))).toEqual(defaultSettings);
  });
});

describe('bad overrides are one sentence', () => {
  it.each(['{', 'pages: 3', ' ', '{"feeds":}', 'NaN'])('text that is no JSON: %j', (text) => {
    expect(refusal(text)).toMatch(/^settings: line 1, column \d+: not valid JSON: /);
  });

  it.each(['null', '1', '"x"', '[]', 'true'])('JSON that is no object: %s', (text) => {
    expect(refusal(text)).toMatch(/^settings: Invalid input: expected object/);
  });

  it.each([
    ['{"colour":1}', /"colour"/],
    ['{"ttl":{"softHours":1}}', /^settings: ttl: .*"softHours"/],
    ['{"feeds":{"top_rated":{"pages":1,"softTtlHours":1}}}', /^settings: feeds: .*"top_rated"/],
    ['{"toString":1}', /"toString"/],
    ['{"__proto__":{"admin":true}}', /"admin"|"__proto__"/],
  ])('an unknown setting: %s', (text, named) => {
    expect(refusal(text)).toMatch(named);
  });

  it.each([
    ['{"feeds":{"popular":{"pages":0}}}', 'feeds.popular.pages'],
    ['{"feeds":{"popular":{"pages":1.5}}}', 'feeds.popular.pages'],
    ['{"feeds":{"popular":{"pages":"2"}}}', 'feeds.popular.pages'],
    ['{"feeds":{"popular":{"softTtlHours":-1}}}', 'feeds.popular.softTtlHours'],
    ['{"feeds":{"popular":{"softTtlHours":1e999}}}', 'feeds.popular.softTtlHours'],
    ['{"feeds":{"popular":null}}', 'feeds.popular'],
    ['{"feeds":{"hidden_gems":{"minVoteAverage":11}}}', 'feeds.hidden_gems.minVoteAverage'],
    ['{"ttl":{"maxHardDays":181}}', 'ttl.maxHardDays'],
    ['{"ttl":{"hardFactor":0.5}}', 'ttl.hardFactor'],
    ['{"ttl":{"jitterShare":1.1}}', 'ttl.jitterShare'],
    ['{"schedules":{"daily":{"hourUtc":24}}}', 'schedules.daily.hourUtc'],
    ['{"schedules":{"weekly":{"weekday":7}}}', 'schedules.weekly.weekday'],
    ['{"schedules":{"refresh":{"everyHours":5}}}', 'schedules.refresh.everyHours'],
    ['{"tmdb":{"requestsPerSecond":41}}', 'tmdb.requestsPerSecond'],
    ['{"tmdb":{"requestsPerSecond":0}}', 'tmdb.requestsPerSecond'],
    ['{"tmdb":{"limitPerSecond":41}}', 'tmdb.limitPerSecond'],
    ['{"tmdb":{"limitPerSecond":29}}', 'tmdb.limitPerSecond'],
    ['{"tmdb":{"connections":21}}', 'tmdb.connections'],
    ['{"tmdb":{"connections":5.5}}', 'tmdb.connections'],
    ['{"reader":{"live":{"connections":0}}}', 'reader.live.connections'],
    ['{"rate":{"slowdown":0.5}}', 'rate'],
    ['{"rate":{"floorPerSecond":0}}', 'rate.floorPerSecond'],
    ['{"worker":{"maximumConcurrency":17}}', 'worker.maximumConcurrency'],
    ['{"tmdb":{"attempts":0}}', 'tmdb.attempts'],
    ['{"worker":{"maximumConcurrency":1}}', 'worker.maximumConcurrency'],
    ['{"queues":{"fetch":{"maxReceiveCount":4}}}', 'queues.fetch.maxReceiveCount'],
    ['{"queues":{"items":{"retentionDays":5}}}', 'queues.items.retentionDays'],
    ['{"queues":{"items":{"deadLetterRetentionDays":4}}}', 'queues.items.deadLetterRetentionDays'],
    ['{"queues":{"fetch":{"deadLetterRetentionDays":1}}}', 'queues.fetch.deadLetterRetentionDays'],
    ['{"queues":{"fetch":{"retentionDays":1,"deadLetterRetentionDays":1}}}', 'queues.fetch.deadLetterRetentionDays'],
    ['{"defaultLanguage":"english"}', 'defaultLanguage'],
    ['{"regions":[{"region":"XX","language":"de-DE"}]}', 'regions.0.region'],
    ['{"regions":[{"region":"DE"}]}', 'regions.0.language'],
    ['{"regions":{"region":"DE","language":"de-DE"}}', 'regions'],
  ])('a value out of range: %s', (text, path) => {
    expect(refusal(text).startsWith(`settings: ${path}: `)).toBe(true);
  });

  it('whatever the JSON value is, nothing but a UsageError is thrown', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          settingsFrom(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe('bad combinations', () => {
  it.each([
    [
      'a batch beyond 10 without a batching window (SQS refuses the event source)',
      '{"worker":{"batchSize":20,"batchingWindowSeconds":0}}',
    ],
    ['readers that leave no connections for workers', '{"reader":{"live":{"connections":19}}}'],
    ['more pages than TMDB has (500): the jobs fail their own schema', '{"feeds":{"popular":{"pages":501}}}'],
    ['fewer connections than workers, beside those of readers', '{"tmdb":{"connections":5}}'],
    ['a limit of TMDB below the rate', '{"tmdb":{"limitPerSecond":29}}'],
    ['a regional feed of no country', '{"regions":[{"region":"global","language":"de-DE"}]}'],
    [
      'a region twice: its jobs would be sent twice',
      '{"regions":[{"region":"DE","language":"de-DE"},{"region":"DE","language":"de-DE"}]}',
    ],
    ['hidden gems between 2,000 and 1,000 votes', '{"feeds":{"hidden_gems":{"minVoteCount":2000}}}'],
  ])('%s', (_name, text) => {
    expect(refusal(text)).toContain('settings: ');
  });

  it.each([
    [
      { url: 'public' },
      /^settings: deployment\.reader\.url: .*reader\.cdn.*reader\.reservedConcurrency.* \(found "public"\)$/,
    ],
    [{ cdn: true }, /^settings: deployment\.reader\.cdn: .*reader\.url to public.* \(found true\)$/],
    [{ url: 'none', cdn: true }, /^settings: deployment\.reader\.cdn: /],
    [{ url: 'public', reservedConcurrency: 0 }, /^settings: deployment\.reader\.reservedConcurrency: /],
    [{ url: 'public', reservedConcurrency: 2.5 }, /^settings: deployment\.reader\.reservedConcurrency: /],
    [{ url: 'public', cdn: 'yes' }, /^settings: deployment\.reader\.cdn: /],
  ])('a reader that everybody can call without a bound: %j', (reader, sentence) => {
    expect(refusal(JSON.stringify({ deployment: { reader } }))).toMatch(sentence);
  });

  it.each([
    { url: 'public', cdn: true },
    { url: 'public', reservedConcurrency: 1 },
    { url: 'public', cdn: true, reservedConcurrency: 50 },
    { url: 'iam', reservedConcurrency: 50 },
    { url: 'none' },
  ])('a reader that has one is taken: %j', (reader) => {
    expect(settingsFrom(JSON.stringify({ deployment: { reader } })).deployment.reader).toMatchObject(reader);
  });

  it('a refresh rhythm that does not divide the day says which do', () => {
    expect(refusal('{"schedules":{"refresh":{"everyHours":5}}}')).toContain('12');
  });
});

describe('the calls of a worker', () => {
  const callsWith = (overrides: string) => callsOfAWorker(settingsFrom(overrides));

  it('are its part of the connections that readers leave', () => {
    expect(callsOfAWorker(defaultSettings)).toBe(7);
    expect(callsWith('{"worker":{"maximumConcurrency":3}}')).toBe(5);
    expect(callsWith('{"worker":{"maximumConcurrency":15}}')).toBe(1);
    expect(callsWith('{"tmdb":{"connections":10},"reader":{"live":{"connections":1}}}')).toBe(4);
  });

  it('are one less for all of them where the planner reads lists of changes', () => {
    const without = '{"details":{"enabled":false},"worker":{"maximumConcurrency":16}}';
    expect(callsWith(without)).toBe(1);
    expect(callsWith('{"details":{"enabled":false}}')).toBe(8);
    expect(() => callsWith('{"worker":{"maximumConcurrency":16}}')).toThrow(/details.enabled/);
  });

  it('are together with those of readers and planner never more than the connections, for any settings that are valid', () => {
    const anyCount = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(anyCount, anyCount, anyCount, fc.boolean(), (connections, ofReaders, maximumConcurrency, enabled) => {
        const { data } = settingsSchema.safeParse({
          ...defaultSettings,
          details: { ...defaultSettings.details, enabled },
          tmdb: { ...defaultSettings.tmdb, connections },
          reader: { ...defaultSettings.reader, live: { ...defaultSettings.reader.live, connections: ofReaders } },
          worker: { ...defaultSettings.worker, maximumConcurrency },
        });
        const calls = data === undefined ? 0 : callsOfAWorker(data);
        expect(data === undefined || calls >= 1).toBe(true);
        const others = ofReaders + (enabled ? 1 : 0);
        expect(data === undefined || calls * maximumConcurrency + others <= connections).toBe(true);
      }),
    );
  });
});

describe('the entry a feed follows', () => {
  it('is its category’s, and `genre` for every genre', () => {
    expect(feedKindOf({ category: 'genre_18' })).toBe('genre');
    expect(feedKindOf({ category: 'genre_10765' })).toBe('genre');
    expect(feedKindOf({ category: 'local_originals' })).toBe('local_originals');
  });

  it('exists for every feed', () => {
    fc.assert(
      fc.property(arbitraryFeed, (feed) => {
        expect(defaultSettings.feeds).toHaveProperty(feedKindOf(feed));
      }),
    );
  });
});

describe('the origins whose pages may read', () => {
  const withOrigins = (origins: unknown) => JSON.stringify({ deployment: { reader: { cors: { origins } } } });
  const anyLabel = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
  const anyHost = fc.oneof(
    fc.array(anyLabel, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
    fc.ipV4().filter((address) => !/\d{4}|0\d/.test(address)),
    fc.constant('[::1]'),
  );
  const anyPort = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 65_535 }).map((port) => `:${port}`),
  );

  it('are none by default', () => expect(defaultSettings.deployment.reader.cors).toEqual({ origins: [] }));

  it.each([
    [['*']],
    [['https://app.example', 'http://app.example', 'http://localhost:5173', 'http://[::1]:3000']],
    [['https://xn--mnchen-3ya.example']],
  ])('%j are taken', (origins) => {
    expect(settingsFrom(withOrigins(origins)).deployment.reader.cors.origins).toEqual(origins);
  });

  it('are taken as browsers write them, whatever host and port', () => {
    fc.assert(
      fc.property(fc.constantFrom('http', 'https'), anyHost, anyPort, (scheme, host, port) => {
        fc.pre(`${scheme}${port}` !== 'http:80' && `${scheme}${port}` !== 'https:443');
        const origin = `${scheme}://${host}${port}`;
        expect(settingsFrom(withOrigins([origin])).deployment.reader.cors.origins).toEqual([origin]);
      }),
    );
  });

  it.each([
    ['https://app.example/', 'write it so', 'https://app.example'],
    ['https://APP.example', 'write it so', 'https://app.example'],
    ['https://app.example:443', 'write it so', 'https://app.example'],
    ['http://app.example:80/path?q', 'write it so', 'http://app.example'],
    ['https://user:secret@app.example', 'write it so', 'https://app.example'],
    [' https://app.example', 'write it so', 'https://app.example'],
    ['https://münchen.example', 'write it so', 'https://xn--mnchen-3ya.example'],
    ['https://*.app.example', 'without a wildcard', ''],
    ['http://localhost:*', 'allowed are origins', ''],
    ['https://app.example,b', 'or a comma', ''],
    ['https://app.example%2Cb', 'or a comma', ''],
    ['app.example', 'allowed are origins', ''],
    ['localhost:5173', 'allowed are origins', ''],
    ['ftp://app.example', 'allowed are origins', ''],
    ['file://', 'allowed are origins', ''],
    ['null', 'allowed are origins', ''],
    ['', 'allowed are origins', ''],
    [5173, 'allowed are texts', ''],
    [null, 'allowed are texts', ''],
  ])('%j is refused with what to write', (origin, words, meant) => {
    const said = refusal(withOrigins([origin]));
    expect(said).toContain('deployment.reader.cors.origins.0: ');
    expect(said).toContain(words);
    expect(said).toContain(meant);
  });

  it.each([
    [['https://app.example', 'https://app.example'], 'an origin is given twice'],
    [['*', 'https://app.example'], '* allows every origin: leave the others out'],
    [Array.from({ length: 100 }, (_, at) => `https://application-${at}.example`), 'longer than the 2000 characters'],
    ['https://app.example', 'array'],
    [{}, 'array'],
  ])('%j are refused', (origins, words) => {
    const said = refusal(withOrigins(origins));
    expect(said).toContain('deployment.reader.cors.origins: ');
    expect(said).toContain(words);
  });

  it('stand under their name alone', () => {
    expect(refusal('{"deployment":{"reader":{"cors":{"origin":["*"]}}}}')).toContain('origin');
  });
});

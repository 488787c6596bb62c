import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkOptions, type OptionName } from '../../src/reader/check-options.ts';
import { type OpenReaderOptions, openReader } from '../../src/reader/open-reader.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { sampleOwnFeeds } from '../support/arbitrary-feed.ts';
import { caught } from '../support/caught.ts';

const catalogTable = 'MovieRecCache';
const target = { endpoint: 'http://127.0.0.1:8000', region: 'us-east-1' };
const queue = 'https://sqs.eu-central-1.amazonaws.com/000000000000/fetch';

const refusal = (options: unknown) => {
  const error = caught(() => openReader(options as OpenReaderOptions));
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
};

const telemetry = { event: () => undefined, metric: () => undefined, warn: (): void => undefined };

const own = (one: unknown) => ({ ...defaultSettings.feeds, custom: [one] });

describe('options of a reader', () => {
  it('are echoed without the secrets that an address may hold', () => {
    const baseUrl = 'https://user:secret@api.themoviedb.org/3?key=secret';
    expect(refusal({ catalogTable, controlTable: 'Control', tmdb: { baseUrl, token: async () => 'token' } })).toMatch(
      "tmdb.baseUrl is 'https://…@api.themoviedb.org/3…': allowed are",
    );
  });

  it.each([
    ['a region that is no object', { regions: ['DE'] }, "regions.0 is 'DE': allowed is an object"],
    ['no region at all', { regions: [null] }, "regions.0 is 'null': allowed is an object"],
    ['an unknown region', { regions: [{ region: 'XX', language: 'de-DE' }] }, "regions.0.region is 'XX': allowed are"],
    ['a region without a language', { regions: [{ region: 'DE' }] }, 'regions.0.language is missing: allowed are'],
    ['an unknown language', { defaultLanguage: 'klingon' }, "defaultLanguage is 'klingon': allowed are"],
    ['an own feed that is no object', { feeds: own('x') }, "feeds.custom.0 is 'x': allowed is an object"],
    [
      'an own feed without a name',
      { feeds: own({ media: 'movie', query: {}, pages: 1, softTtlHours: 1, schedule: 'daily' }) },
      'feeds.custom.0.name is missing: allowed are whole settings',
    ],
    [
      'an own feed without a query',
      { feeds: own({ ...sampleOwnFeeds[0], query: undefined }) },
      'feeds.custom.0.query is missing: allowed is an object',
    ],
    [
      'a number in a query',
      { feeds: own({ ...sampleOwnFeeds[0], query: { with_genres: 16 } }) },
      "feeds.custom.0.query.with_genres is '16': allowed is a string",
    ],
    [
      'an own feed in no language',
      { feeds: own({ ...sampleOwnFeeds[0], language: 'german' }) },
      "feeds.custom.0.language is 'german': allowed are tags",
    ],
    [
      'a memory of nothing',
      { reader: { memory: { maxBytes: 0 } } },
      "reader.memory.maxBytes is '0': allowed are numbers above 0",
    ],
    [
      'half a byte',
      { reader: { memory: { maxBytes: 0.5 } } },
      "reader.memory.maxBytes is '0.5': allowed are whole numbers",
    ],
    ['no rate', { tmdb: { requestsPerSecond: 0 } }, "tmdb.requestsPerSecond is '0': allowed are numbers above 0"],
  ])('refuse settings with %s', (_name, over, sentence) => {
    const settings = structuredClone(defaultSettings) as unknown as Record<string, Record<string, unknown>>;
    const { reader, tmdb, ...others } = over as unknown as typeof settings;
    Object.assign(settings, others);
    Object.assign(settings.tmdb ?? {}, tmdb);
    Object.assign(settings.reader?.memory ?? {}, reader?.memory);
    expect(refusal({ catalogTable, settings })).toContain(`openReader: settings.${sentence}`);
  });

  it('refuse TMDB without the table in which the rate of all calls is shared', () => {
    const tmdb = { baseUrl: 'https://api.themoviedb.org/3', token: async () => 'token' };
    expect(refusal({ catalogTable, tmdb })).toMatch(/^openReader: tmdb is given without controlTable/);
  });

  it.each([
    ['the table alone', {}],
    ['what is not set', { controlTable: undefined, fetchQueueUrl: undefined, client: undefined, logger: undefined }],
    [
      'all of them',
      {
        controlTable: 'Pipeline.Control-1',
        fetchQueueUrl: queue,
        itemQueueUrl: queue,
        tmdb: { baseUrl: 'https://api.themoviedb.org/3', token: async () => 'token' },
        countReads: false,
        client: { send: () => undefined },
        dynamodb: target,
        sqs: target,
        settings: settingsFrom('{"regions":[{"region":"DE","language":"de-DE"}]}'),
        telemetry: { ...telemetry, gathered: () => undefined },
        logger: console,
      },
    ],
    ['an ARN for a name', { catalogTable: 'arn:aws:dynamodb:eu-central-1:000000000000:table/MovieRecCache' }],
  ])('may be %s', (_name, options) => {
    expect(() => checkOptions({ catalogTable, ...options })).not.toThrow();
  });

  it('are checked all, by the names that their type has', () => {
    expectTypeOf<OptionName>().toEqualTypeOf<keyof OpenReaderOptions>();
  });

  it.each([
    [undefined, 'options is missing: allowed is an object'],
    [null, "options is 'null': allowed is an object"],
    ['MovieRecCache', "options is 'MovieRecCache': allowed is an object"],
    [{}, 'catalogTable is missing: allowed is the name of a table'],
    [{ catalogTable: '' }, 'catalogTable is empty: allowed is the name of a table'],
    [{ catalogTable: 5 }, "catalogTable is '5': allowed is the name of a table"],
    [{ catalogTable, controlTable: null }, "controlTable is 'null': allowed is the name of a table"],
    [{ catalogTabel: 'x', catalogTable }, "unknown option 'catalogTabel': did you mean 'catalogTable'?"],
    [
      {
        catalogTable,
        telemetry: { ...telemetry, gathered: true },
      },
      "telemetry.gathered is 'true': allowed is a function, or none",
    ],
    [{ catalogTable, nonsense: 1 }, "unknown option 'nonsense': allowed are catalogTable, controlTable,"],
    [{ catalogTable, fetchQueueUrl: queue }, 'fetchQueueUrl is given without itemQueueUrl: allowed are both or none'],
    [{ catalogTable, itemQueueUrl: queue }, 'itemQueueUrl is given without fetchQueueUrl: allowed are both or none'],
    [
      { catalogTable, fetchQueueUrl: 'https://user:secret@host:99999/', itemQueueUrl: queue },
      "fetchQueueUrl is 'https://…@host:99999/': allowed is a URL",
    ],
    [{ catalogTable, fetchQueueUrl: 'fetch', itemQueueUrl: queue }, "fetchQueueUrl is 'fetch': allowed is a URL"],
    [{ catalogTable, dynamodb: 'http://localhost:8000' }, "dynamodb is 'http://localhost:8000': allowed is an object"],
    [
      { catalogTable, dynamodb: { endpoint: 'http://localhost:8000' } },
      'dynamodb.region is missing: allowed is an AWS region',
    ],
    [
      { catalogTable, dynamodb: { ...target, endpoint: 'localhost:8000' } },
      "dynamodb.endpoint is 'localhost:8000': allowed is a URL",
    ],
    [{ catalogTable, sqs: { ...target, endpoint: 'http://' } }, "sqs.endpoint is 'http://': allowed is a URL"],
    [{ catalogTable, sqs: { ...target, Region: 'x' } }, "unknown member of sqs 'Region': did you mean 'region'?"],
    [
      { catalogTable, tmdb: { baseUrl: 'https://a.b', token: 'secret' } },
      'tmdb.token is a text: allowed is a function',
    ],
    [{ catalogTable, tmdb: {} }, 'tmdb.baseUrl is missing: allowed is a URL'],
    [{ catalogTable, countReads: 'yes' }, "countReads is 'yes': allowed is true or false"],
    [
      { catalogTable, client: { send: () => undefined, config: { region: async () => 'us-east-1' } } },
      'client is of a release of the AWS SDK that is too old: update @aws-sdk/client-dynamodb and @aws-sdk/lib-dynamodb, or leave it out',
    ],
    [{ catalogTable, client: {} }, "client is an object: allowed is an object with the method 'send'"],
    [{ catalogTable, logger: 'console' }, "logger is 'console': allowed is an object with the method 'warn'"],
    [
      { catalogTable, telemetry: { warn: (): void => undefined } },
      "telemetry is an object: allowed is an object with the method 'event'",
    ],
    [{ catalogTable, settings: { regions: [] } }, 'settings.defaultLanguage is missing: allowed are whole settings'],
    [{ catalogTable, settings: { ...defaultSettings, regions: 'DE' } }, "settings.regions is 'DE': allowed is a list"],
    [
      { catalogTable, settings: { ...defaultSettings, reader: { ...defaultSettings.reader, tableTimeoutMs: -1 } } },
      "settings.reader.tableTimeoutMs is '-1': allowed are numbers from 0 on",
    ],
  ])('that are wrong are refused in one sentence: %j', (options, start) => {
    const sentence = refusal(options);
    expect(sentence.startsWith(`openReader: ${start}`), sentence).toBe(true);
    expect(sentence).not.toContain('\n');
    expect(sentence).not.toContain('secret');
    expect(sentence.length).toBeLessThan(300);
  });
});
